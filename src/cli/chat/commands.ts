import type { Conversation } from "./conversation.ts";
import type { Reply } from "./reply.ts";
import type { Screen } from "./screen.ts";
import { describeReply } from "./stats.ts";

/** What a command may look at and change. */
export interface CommandContext {
  readonly conversation: Conversation;
  readonly screen: Screen;
  /** Null before the first one. */
  readonly lastReply: Reply | null;
}

interface Command {
  readonly name: string;
  /** Placeholder of what follows the name. */
  readonly argument?: string;
  readonly help: string;
  /** Returns true to end the chat. */
  run(context: CommandContext, argument: string): boolean;
}

const COMMANDS: readonly Command[] = [
  {
    name: "/help",
    help: "this list",
    run({ screen }) {
      screen.tell(HELP);
      return false;
    },
  },
  {
    name: "/system",
    argument: "TEXT",
    help: "set the system prompt and begin anew; without TEXT, no system prompt",
    run({ conversation, screen }, text) {
      conversation.resetTo(text || undefined);
      screen.remark(
        text ? "A new conversation with this system prompt." : "A new conversation without a system prompt.",
      );
      return false;
    },
  },
  {
    name: "/reset",
    help: "begin anew, with the same system prompt",
    run({ conversation, screen }) {
      conversation.reset();
      screen.remark("A new conversation.");
      return false;
    },
  },
  {
    name: "/stats",
    help: "speed and tokens of the last reply",
    run({ lastReply, screen }) {
      screen.tell(lastReply ? describeReply(lastReply) : "There is no reply yet.");
      return false;
    },
  },
  { name: "/exit", help: "end; so do Ctrl-D and Ctrl-C", run: () => true },
];

const HELP = [
  ...COMMANDS.map(({ name, argument, help }) => `${`${name} ${argument ?? ""}`.padEnd(14)}${help}`),
  "",
  "Ctrl-C stops a reply. A line that ends with a backslash goes on in the next one.",
  "A space before a line sends it even where it begins with a slash.",
].join("\n");

export function isCommand(text: string): boolean {
  return text.startsWith("/");
}

/** Runs a command line. Returns true where it ends the chat. */
export function runCommand(text: string, context: CommandContext): boolean {
  const [, name, argument] = /^(\S+)\s*(.*)$/s.exec(text)!;
  const command = COMMANDS.find((known) => known.name === name);
  if (command) return command.run(context, argument!.trim());
  context.screen.problem(`No such command: ${name}. /help lists them.`);
  return false;
}

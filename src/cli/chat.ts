import { type ChatConfig, ConfigError, chatFlags, type FlagTexts, parseChatConfig } from "../config.ts";
import { exit, onStopSignal } from "../host.ts";
import { connect, isUrl } from "./chat/connect.ts";
import { Conversation } from "./chat/conversation.ts";
import { LineInput } from "./chat/line_input.ts";
import { startOwnEngine } from "./chat/own_engine.ts";
import type { Partner } from "./chat/partner.ts";
import { openScreen } from "./chat/screen.ts";
import { ChatSession } from "./chat/session.ts";
import { asTexts, type FlagValue } from "./flag_values.ts";

/**
 * `octavo chat`: a conversation with the model at a URL, or with one that is loaded here. Where stdin is no terminal each
 * line is a turn, stdout has the replies and nothing else, and the exit code is 1 if a turn got none.
 */
export async function runChat(target: string | undefined, options: Readonly<Record<string, FlagValue>>): Promise<void> {
  const given = asTexts(options);
  const config = parseChatConfig(given, process.env);
  const partner = await findPartner(target, given, config);

  const { stdin, stdout, stderr } = process;
  const terminal = stdin.isTTY && stdout.isTTY ? stdout : null;
  const colour = terminal !== null && !process.env.NO_COLOR;
  const screen = openScreen(stdout, stderr, terminal !== null, colour);
  const lines = new LineInput(stdin, terminal, () => session.interrupt());
  const session = new ChatSession({
    server: partner.server,
    settings: {
      model: partner.model,
      temperature: config.temperature,
      max_tokens: config.maxTokens,
      seed: config.seed,
    },
    conversation: new Conversation(config.system),
    lines,
    screen,
    prompt: colour ? "\x1b[1m> \x1b[0m" : "> ",
    now: () => performance.now(),
  });
  onStopSignal((signal) => (signal === "SIGINT" ? session.interrupt() : session.end()));
  // Whoever read the replies has left, as `head` does.
  stdout.on("error", () => session.end());
  if (terminal) screen.remark(`Chatting with ${partner.description}. /help lists the commands, Ctrl-D ends.`);
  const sound = await session.run();
  lines.close();
  await partner.close();
  exit(sound || terminal ? 0 : 1);
}

function findPartner(target: string | undefined, given: FlagTexts, config: ChatConfig): Promise<Partner> {
  const { own, engine } = chatFlags();
  if (isUrl(target)) {
    const misplaced = engine.find(({ key }) => given[key] !== undefined);
    if (misplaced) throw new ConfigError(`${misplaced.name} is for a model that is loaded here, not for ${target}`);
    return connect(target, config);
  }
  const misplaced = own.find(({ key }) => (key === "model" || key === "apiKey") && given[key] !== undefined);
  if (misplaced) throw new ConfigError(`${misplaced.name} is for a URL, not for a model that is loaded here`);
  // The conversation's own settings go into its requests; --seed is the one that serve has too.
  const ofEngine = Object.fromEntries(engine.map(({ key }) => [key, given[key]]));
  return startOwnEngine(target, ofEngine, process.env);
}

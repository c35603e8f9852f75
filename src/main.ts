import { Command } from "commander";
import { ConfigError, chatFlags, type Flag, serveFlags } from "./config.ts";
import { argv, exit } from "./host.ts";
import { VERSION } from "./version.ts";

/** The command line. Each command's code is loaded when it is asked for, so that --help and errors are instant. */

const MODEL = "directory in Hugging Face layout, or a hub id org/name[@revision]";

const program = new Command("octavo")
  .description("OpenAI-compatible LLM inference server on native WebGPU with a paged KV cache")
  .version(VERSION)
  .addHelpText("after", "\nThe launcher ./octavo also knows setup, test [ARGS of bun test], check and bench PROGRAM.")
  .showHelpAfterError("(octavo --help lists the commands, octavo COMMAND --help their flags)");

const OR_BUNDLED = `${MODEL} (default: the bundled model)`;

const serve = program.command("serve").argument("[MODEL]", OR_BUNDLED).description("serve a model over HTTP");
for (const flag of serveFlags()) addFlag(serve, flag);
serve.action(async (model: string | undefined, options: Record<string, string | string[] | boolean>) => {
  const { runServe } = await import("./cli/serve.ts");
  await runServe(model, options);
});

const chat = program
  .command("chat")
  .argument("[MODEL|URL]", `${OR_BUNDLED}, or a server's URL`)
  .description("talk to a model in the terminal");
for (const flag of Object.values(chatFlags()).flat()) addFlag(chat, flag);
chat.action(async (target: string | undefined, options: Record<string, string | string[] | boolean>) => {
  const { runChat } = await import("./cli/chat.ts");
  await runChat(target, options);
});

program
  .command("doctor")
  .description("show the runtime and the adapter, and check every kernel against the reference")
  .option("--adapter <NAME>", "take the GPU whose name contains NAME")
  .option("--subgroup-matrix", "check matrix products on the GPU's matrix units")
  .action(async (options: { adapter?: string; subgroupMatrix?: boolean }) => {
    const { runDoctor } = await import("./cli/doctor.ts");
    await runDoctor(options);
  });

program
  .command("pull")
  .argument("<MODEL>", MODEL)
  .description("fetch a model from the hub into the cache")
  .action(async (model: string) => {
    const { pull } = await import("./cli/pull.ts");
    await pull(model);
  });

/** A switch becomes the pair --x and --no-x; its value reaches the schema as text, like everyone's. */
function addFlag(command: Command, { name, value, help, env, repeatable }: Flag): void {
  const text = `${help} [${env}]`;
  if (value === undefined) {
    command.option(name, text).option(name.replace("--", "--no-"), "");
  } else if (repeatable) {
    command.option(`${name} <${value}>`, `${text} (repeatable)`, (item: string, all: string[] = []) => [...all, item]);
  } else {
    command.option(`${name} <${value}>`, text);
  }
}

try {
  await program.parseAsync(argv(), { from: "user" });
} catch (error) {
  // What a user can mend is a sentence; anything else is a bug and keeps its stack.
  const expected = error instanceof Error && (error instanceof ConfigError || error.name !== "Error");
  console.error(expected ? `octavo: ${error.message}` : error);
  exit(1);
}

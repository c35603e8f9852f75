/** Saves prompts into a directory until it is killed: `bun endless_writer.ts DIRECTORY FIRST`. */
import { Process, prompt } from "./process.ts";

const [directory, first] = process.argv.slice(2);
const server = await Process.open(directory!);
for (let own = Number(first); ; own++) {
  await server.save(prompt(65, own));
  if (own === Number(first)) console.log("writing");
}

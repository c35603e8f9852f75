/** Asks, and shows the answer as it comes: `bun examples/chat.ts`, `deno run -A examples/chat.ts`. */
import process from "node:process";
import { LLM, type Message } from "octavo";

const llm = await LLM.load(process.argv[2]);
const messages: Message[] = [{ role: "user", content: "What is the capital of France?" }];
let answer = "";
for await (const { text } of llm.stream(messages, { temperature: 0 })) {
  process.stdout.write(text);
  answer += text;
}
process.stdout.write("\n");

messages.push({ role: "assistant", content: answer }, { role: "user", content: "What is 23 + 45?" });
const { text, finishReason } = await llm.chat(messages, { temperature: 0 });
console.log(`${text}  [${finishReason}]`);
await llm.close();

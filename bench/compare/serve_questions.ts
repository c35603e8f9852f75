import process from "node:process";
import type { Contestant, Introduction, Question } from "./questions.ts";

/** The main loop of a contestant's process: loads, introduces itself, and answers one question after the other. */
export async function serveQuestions(
  load: () => Promise<{ readonly introduction: Introduction; readonly contestant: Contestant }>,
): Promise<void> {
  const send = (message: unknown) => process.send!(message);
  const fail = (error: unknown) => send({ error: error instanceof Error ? error.message : String(error) });
  try {
    const { introduction, contestant } = await load();
    process.on("message", (question: Question) => {
      contestant(question).then((answer) => send({ answer }), fail);
    });
    send({ ready: introduction });
  } catch (error) {
    fail(error);
  }
}

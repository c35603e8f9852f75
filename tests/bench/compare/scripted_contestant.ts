import process from "node:process";
import type { Answer, Question } from "../../../bench/compare/questions.ts";
import { serveQuestions } from "../../../bench/compare/serve_questions.ts";

/** A contestant that computes nothing: scripted_contestant.ts TOKENS_PER_SECOND [SEQUENCES or greedy, at which it hangs; or other tokens] */
const [, , rate = "1", hangsAt = "0"] = process.argv;

await serveQuestions(async () => {
  if (rate === "refuses") throw new Error("no such model");
  if (rate === "crashes") process.exit(3);
  return {
    introduction: { name: "scripted", device: "none", evidence: "none" },
    contestant: async (question: Question): Promise<Answer> => {
      if (question.kind === "greedy" && hangsAt === "other") return { seconds: 1, tokens: [99] };
      if (question.kind === "greedy" && hangsAt === "greedy") await new Promise(() => {});
      if (question.kind === "greedy") return { seconds: 1, tokens: question.promptIds.slice(0, question.steps) };
      if (question.kind === "prefill") return { seconds: question.tokens / Number(rate), tokens: [] };
      if (question.sequences === Number(hangsAt)) await new Promise(() => {});
      return { seconds: (question.sequences * question.steps) / Number(rate), tokens: [] };
    },
  };
});

import { badRequest } from "./errors.ts";
import { encodeMessages, encodeText } from "./prompt.ts";
import type { DetokenizeRequest, TokenizeRequest } from "./schema.ts";
import type { Serving } from "./serving.ts";

/** POST /tokenize: the ids that the same prompt, or the same messages, would have in a request. */
export function tokenize(serving: Serving, request: TokenizeRequest) {
  const { prompt, messages } = request;
  if ((prompt === undefined) === (messages === undefined)) {
    throw badRequest("prompt", "Give either prompt or messages");
  }
  const tokens =
    messages === undefined
      ? encodeText(serving, prompt!, request.add_special_tokens ?? true, "prompt")
      : encodeMessages(serving, { ...request, messages });
  return {
    count: tokens.length,
    max_model_len: serving.model.maxModelLen,
    tokens,
    ...(request.return_token_strs && { token_strs: tokens.map((id) => serving.tokenizer.token(id) ?? null) }),
  };
}

/** POST /detokenize */
export function detokenize({ tokenizer, engine }: Serving, request: DetokenizeRequest) {
  const outside = request.tokens.findIndex((id) => id >= engine.vocabSize);
  if (outside >= 0) {
    const param = `tokens[${outside}]`;
    throw badRequest(
      param,
      `${param} must be a token id below ${engine.vocabSize}: received ${request.tokens[outside]}`,
    );
  }
  return { prompt: tokenizer.decode(request.tokens, { skipSpecialTokens: request.skip_special_tokens }) };
}

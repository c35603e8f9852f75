import { describe, expect, test } from "bun:test";
import type { GenerationRequest, SamplingParams } from "../../src/contracts/generation.ts";
import type { Grammar, TokenMatcher } from "../../src/contracts/grammar.ts";
import { maskWords } from "../../src/contracts/runner.ts";
import { collect, generate, generateAll, makeEngine, makeRequest } from "./harness.ts";
import { MaskedRunner } from "./masked_runner.ts";

const VOCAB = 200;
const EOS = 199;
const LENGTH = 12;

/** Token number i of an output is i modulo 7, and after LENGTH of them it ends. */
class Sevens implements Grammar {
  opened = 0;
  closed = 0;
  readonly #delay: (accepted: number) => number;

  /** @param delay ms that the mask after so many tokens takes; 0: none */
  constructor(delay: (accepted: number) => number = () => 0) {
    this.#delay = delay;
  }

  open(): TokenMatcher {
    this.opened++;
    const self = this;
    const mask = new Uint32Array(maskWords(VOCAB));
    let accepted = 0;
    let computing: Promise<void> | null = null;
    const done = () => {
      computing = null;
    };
    const compute = () => {
      mask.fill(0);
      for (let id = accepted % 7; id < VOCAB - 7; id += 7) mask[id >>> 5]! |= 1 << (id & 31);
      if (accepted === LENGTH) mask.fill(0)[EOS >>> 5] = 1 << (EOS & 31);
      const ms = self.#delay(accepted);
      computing = ms === 0 ? null : Bun.sleep(ms).then(done);
    };
    compute();
    return {
      get mask() {
        return computing === null ? mask : null;
      },
      failure: null,
      accept() {
        accepted++;
        compute();
      },
      ready: () => computing ?? Promise.resolve(),
      close() {
        self.closed++;
      },
    };
  }
}

function constrained(id: string, grammar: Grammar, params: Partial<SamplingParams> = {}): GenerationRequest {
  return {
    ...makeRequest(id, [1, 2, 3, id.length, 5], { maxTokens: 40, temperature: 1, seed: 9n, ...params }),
    grammar,
  };
}

const options = { eosTokenIds: [EOS] };
const engineOf = (limits = {}) => makeEngine(new MaskedRunner({ vocabSize: VOCAB, ...limits }), options);

function expectSevens(tokens: readonly number[]): void {
  expect(tokens).toHaveLength(LENGTH + 1);
  tokens.slice(0, -1).forEach((token, i) => {
    expect(token % 7).toBe(i % 7);
  });
  expect(tokens.at(-1)).toBe(EOS);
}

describe("an output with a grammar", () => {
  test("keeps to it, ends with it, whatever ignore_eos says, and closes its matchers", async () => {
    const engine = engineOf();
    const grammar = new Sevens();
    expectSevens(await generate(engine, constrained("a", grammar, { ignoreEos: true })));
    const three = await generateAll(engine, { ...constrained("b", grammar), branches: 3 });
    for (const tokens of three) expectSevens(tokens);
    expect(new Set(three.map(String)).size).toBeGreaterThan(1);
    expect([grammar.opened, grammar.closed]).toEqual([4, 4]);
    await engine.close();
  });

  test("gets the same tokens in a crowd that is preempted, and with masks that come late or too late", async () => {
    const alone = engineOf();
    const expected = await Promise.all(
      ["a", "bb", "ccc", "dddd"].map(async (id) => [id, await generate(alone, constrained(id, new Sevens()))] as const),
    );
    await alone.close();
    const runner = new MaskedRunner({ vocabSize: VOCAB, numBlocks: 6, blockSize: 8, maxModelLen: 32 });
    const crowd = makeEngine(runner, options);
    const slow = () => new Sevens((accepted) => (accepted % 5 === 2 ? 80 : accepted % 3 === 1 ? 2 : 0));
    const free = collect(
      crowd.submit(makeRequest("free", [4, 4], { maxTokens: 12, ignoreEos: true }), new AbortController().signal)[0]!,
    );
    for (const [id, tokens] of await Promise.all(
      expected.map(async ([id]) => [id, await generate(crowd, constrained(id, slow(), { maxTokens: 20 }))] as const),
    )) {
      expect(tokens).toEqual(expected.find(([other]) => other === id)![1]);
    }
    expect(await free).toHaveLength(12);
    expect(runner.waited).toBeGreaterThan(0);
    expect(crowd.stats().preemptions).toBeGreaterThan(0);
    crowd.checkIntegrity();
    expect(crowd.kvState().used).toBe(0);
    await crowd.close();
  });

  test("stops at max_tokens in the middle of it", async () => {
    const engine = engineOf();
    const [output] = engine.submit(constrained("a", new Sevens(), { maxTokens: 5 }), new AbortController().signal);
    expect((await collect(output!)).at(-1)!.finish!.reason).toBe("length");
    await engine.close();
  });

  test("with parameters that leave nothing is an error that names them, and the others go on", async () => {
    const engine = engineOf();
    const other = generate(engine, constrained("other", new Sevens()));
    for (const [params, name] of [
      [{ allowedTokenIds: [1] }, "allowed_token_ids"],
      [{ minTokens: 30 }, "min_tokens"],
      [{ badWords: Array.from({ length: 29 }, (_, i) => [7 * i]) }, "bad_words"],
    ] as const) {
      await expect(generate(engine, constrained("x", new Sevens(), params))).rejects.toMatchObject({
        code: "invalid_request",
        param: name,
      });
    }
    expectSevens(await other);
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });

  test("that can never go on does not keep a cancelled request, nor a drain", async () => {
    const engine = engineOf();
    const stuck = new Sevens((accepted) => (accepted === 3 ? 60_000 : 0));
    const abort = new AbortController();
    const [output] = engine.submit(constrained("a", stuck), abort.signal);
    const waiting = collect(output!);
    await Bun.sleep(120);
    expectSevens(await generate(engine, constrained("b", new Sevens())));
    abort.abort();
    await waiting;
    expect(engine.kvState().used).toBe(0);
    await engine.drain(1000);
    await engine.close();
    expect(stuck.closed).toBe(1);
  });

  test("is refused with beams", () => {
    const engine = engineOf();
    const beam = { width: 2, lengthPenalty: 1, earlyStopping: false };
    expect(() =>
      engine.submit({ ...constrained("a", new Sevens()), branches: 2, beam }, new AbortController().signal),
    ).toThrow("grammar");
  });
});

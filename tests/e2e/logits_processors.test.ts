import { describe, expect, test } from "bun:test";
import type { Device } from "../../src/contracts/device.ts";
import { GREEDY, type SamplingParams } from "../../src/contracts/generation.ts";
import { maskWords, SAMPLING_WORDS } from "../../src/contracts/runner.ts";
import { Batch } from "../../src/engine/batch.ts";
import { SequenceGroup } from "../../src/engine/sequence_group.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import { keptTokens } from "../../src/reference/filters.ts";
import { makeRequest } from "../engine/harness.ts";
import goldens from "../golden/processors.json";
import { deviceKinds, freshDevice } from "./devices.ts";

interface Golden {
  readonly params: Readonly<Record<string, unknown>>;
  readonly prompt: readonly number[];
  readonly output: readonly number[];
  readonly logits: readonly number[];
  /** Null: -inf. */
  readonly edited: readonly (number | null)[];
  readonly kept: readonly number[];
}

const { vocab } = goldens;
const cases = goldens.cases as readonly unknown[] as readonly Golden[];

function paramsOf({ params }: Golden): SamplingParams {
  const bias = Object.entries((params.logit_bias ?? {}) as Record<string, number>);
  return {
    ...GREEDY,
    maxTokens: 64,
    temperature: (params.temperature as number) ?? 1,
    topK: (params.top_k as number) ?? 0,
    topP: (params.top_p as number) ?? 1,
    minP: (params.min_p as number) ?? 0,
    typicalP: (params.typical_p as number) ?? 1,
    repetitionPenalty: (params.repetition_penalty as number) ?? 1,
    frequencyPenalty: (params.frequency_penalty as number) ?? 0,
    presencePenalty: (params.presence_penalty as number) ?? 0,
    logitBias: new Map(bias.map(([token, value]) => [Number(token), value])),
    allowedTokenIds: (params.allowed_token_ids as number[]) ?? null,
    badWords: (params.bad_words as number[][]) ?? [],
    minTokens: (params.min_tokens as number) ?? 0,
    stopTokenIds: (params.stop_token_ids as number[]) ?? [],
  };
}

/** The step in which every case draws its next token, as the engine fills it. */
function stepOfAll() {
  const limits = { maxSequences: cases.length, maxRows: cases.length, maxBlocksPerSeq: 4, vocabSize: vocab };
  const batch = new Batch({ ...limits, maxModelLen: 64, blockSize: 16, numBlocks: 400 }, new Set(goldens.eos));
  const kv = new KvCache(400, 16, { prefixCaching: false, onPrefixEvent: () => {}, onReuse: () => {} });
  const chunks = cases.map((golden, i) => {
    const group = new SequenceGroup(makeRequest(`case-${i}`, [...golden.prompt], paramsOf(golden)));
    const sequence = group.leader;
    for (const token of golden.output) sequence.append(token);
    sequence.kv = kv.open();
    kv.reserve(sequence.kv, sequence.numTokens);
    return { sequence, start: sequence.numTokens - 1, count: 1, samples: "own" as const };
  });
  batch.fill(chunks, kv);
  return batch.input;
}

/** What the device makes of the cases' logits: as they are sampled from, as they are afterwards, and what is drawn. */
async function process(device: Device) {
  const input = stepOfAll();
  const upload = (label: string, data: Uint32Array | Float32Array) => {
    const buffer = device.allocate(label, Math.max(4, data.byteLength));
    device.write(buffer, 0, data);
    return buffer;
  };
  const rows = cases.length;
  const logits = upload("logits", Float32Array.from(cases.flatMap(({ logits }) => logits)));
  const sampling = upload("sampling", input.sampling.subarray(0, rows * SAMPLING_WORDS));
  const edits = upload("edits", input.editPairs.subarray(0, 2 * input.edits));
  const masks = upload("masks", input.maskBits.subarray(0, input.masks * maskWords(vocab)));
  const out = device.allocate("out", rows * 4);
  const shared = { logits, vocab, sampling, edits, originals: device.allocate("originals", input.edits * 4) };
  const edit = device.ops.editLogits("edit", { ...shared, direction: "do" });
  const sample = device.ops.sample("sample", { out, logits, vocab, sampling, masks });
  const undo = device.ops.editLogits("undo", { ...shared, direction: "undo" });
  await device.prepare([edit, sample, undo]);
  const shape = { ...input, samples: rows, filtered: rows };
  const whole = [{ buffer: logits, offset: 0, bytes: logits.bytes }];
  const edited = new Float32Array((await device.run([edit], shape, whole)).buffer);
  const drawn = new Uint32Array(
    (await device.run([sample], shape, [{ buffer: out, offset: 0, bytes: rows * 4 }])).buffer,
  );
  const restored = new Float32Array((await device.run([undo], shape, whole)).buffer);
  device.destroy();
  return { edited, drawn, restored, input };
}

for (const kind of deviceKinds) {
  describe(`logits processors of Hugging Face on ${kind}`, async () => {
    const { edited, drawn, restored, input } = await process(await freshDevice(kind));

    test("bars, bias and penalties", () => {
      for (const [i, golden] of cases.entries()) {
        const mask = input.sampling[i * SAMPLING_WORDS + 12]!;
        const bits = input.maskBits.subarray((mask - 1) * maskWords(vocab), mask * maskWords(vocab));
        for (let token = 0; token < vocab; token++) {
          const isAllowed = mask === 0 || (bits[token >>> 5]! >>> (token & 31)) & 1;
          const actual = isAllowed ? edited[i * vocab + token]! : Number.NEGATIVE_INFINITY;
          const expected = golden.edited[token] ?? Number.NEGATIVE_INFINITY;
          if (actual !== expected) expect(Math.abs(actual - expected)).toBeLessThan(2e-5);
        }
      }
    });

    test("nothing is left of them afterwards", () => {
      expect(restored).toEqual(Float32Array.from(cases.flatMap(({ logits }) => logits)));
    });

    test("only tokens that the filters keep are drawn", () => {
      for (const [i, golden] of cases.entries()) expect(golden.kept).toContain(drawn[i]!);
    });
  });
}

test("min-p, top-k, top-p and typical-p keep the tokens that Hugging Face keeps", () => {
  for (const golden of cases) {
    const logits = Float32Array.from(golden.edited, (logit) => logit ?? Number.NEGATIVE_INFINITY);
    const isKept = keptTokens(logits, Math.max(...logits), paramsOf(golden));
    const kept = [...logits.keys()].filter((token) => golden.edited[token] !== null && isKept(logits[token]!));
    expect(kept).toEqual([...golden.kept]);
  }
});

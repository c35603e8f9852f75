import { NOT_A_TOKEN } from "../../src/contracts/device.ts";
import { maskWords, SAMPLING_WORDS, type StepInput, type StepOutput } from "../../src/contracts/runner.ts";
import { FakeRunner } from "./fake_runner.ts";

/** As a float's bits. */
const MINUS_INFINITY = 0xff800000;

/** Chooses among the tokens that the masks and bars allow, as the device does. */
export class MaskedRunner extends FakeRunner {
  /** Steps that were given masks to wait for. */
  waited = 0;

  override async step(input: StepInput): Promise<StepOutput> {
    if (input.masksReady) this.waited++;
    await input.masksReady;
    const output = await super.step(input);
    const { vocabSize } = this.limits;
    const words = maskWords(vocabSize);
    const tokenIds = output.tokenIds.map((tokenId, sample) => {
      const at = sample * SAMPLING_WORDS;
      const [forced, row, first, bias] = [11, 12, 13, 14].map((word) => input.sampling[at + word]!);
      if (row === 0 || forced! > 0) return tokenId;
      const mask = input.maskBits.subarray((row! - 1) * words, row! * words);
      const barred = new Set<number>();
      for (let pair = first!; pair < first! + bias!; pair++) {
        if (input.editPairs[2 * pair + 1] === MINUS_INFINITY) barred.add(input.editPairs[2 * pair]!);
      }
      const open: number[] = [];
      for (let id = 0; id < vocabSize; id++) {
        if ((mask[id >>> 5]! >>> (id & 31)) & 1 && !barred.has(id)) open.push(id);
      }
      return open.length === 0 ? NOT_A_TOKEN : open[tokenId % open.length]!;
    });
    return { ...output, tokenIds };
  }
}

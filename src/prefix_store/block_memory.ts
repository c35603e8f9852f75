import type { Runner } from "../contracts/runner.ts";

/** What a store needs of the runner: the bytes of its blocks. */
export type BlockMemory = Pick<Runner, "limits" | "blockBytes" | "fingerprint" | "readBlocks" | "writeBlocks">;

/** Says what an operator should know, in one sentence. */
export type Warn = (sentence: string) => void;

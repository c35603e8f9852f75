import { assert } from "../../../src/base/assert.ts";
import { type ScheduledChunk, Scheduler, type SchedulerOptions } from "../../../src/engine/scheduler.ts";
import { SequenceGroup } from "../../../src/engine/sequence_group.ts";
import { KvCache } from "../../../src/kv/kv_cache.ts";
import type { KvSequence } from "../../../src/kv/kv_sequence.ts";
import { greedyRequest } from "../../lib/greedy_request.ts";
import { type CostModel, paged, type StepWork } from "../cost_model.ts";
import type { MemoryUse, Policy } from "../policy.ts";
import type { SimRequest } from "../request.ts";

export interface OctavoOptions {
  readonly slots: number;
  readonly blockSize: number;
  readonly prefixCaching: boolean;
  readonly scheduler: SchedulerOptions;
  readonly cost: CostModel;
}

/** Octavo's own scheduler and KV cache, the very code that serves; only the runner is replaced. */
export class OctavoPolicy implements Policy {
  readonly name = "Octavo";
  readonly cost: CostModel;
  readonly kv: KvCache;
  readonly scheduler: Scheduler;
  readonly #requests = new Map<SequenceGroup, SimRequest>();
  #chunks: readonly ScheduledChunk[] = [];

  constructor({ slots, blockSize, prefixCaching, scheduler, cost }: OctavoOptions) {
    this.cost = paged(cost, blockSize);
    this.kv = new KvCache(Math.floor(slots / blockSize), blockSize, { prefixCaching });
    this.scheduler = new Scheduler(this.kv, scheduler);
  }

  get running(): number {
    return this.scheduler.running.length;
  }

  get waiting(): number {
    return this.scheduler.waiting.length;
  }

  add(request: SimRequest): void {
    const blocks = this.kv.blocksFor(request.promptLength + request.outputLength);
    assert(blocks <= this.kv.pool.numBlocks, `request ${request.id} is larger than the cache: ${blocks} blocks`);
    const group = new SequenceGroup(greedyRequest(String(request.id), request.prompt(), request.outputLength));
    this.#requests.set(group, request);
    this.scheduler.add(group);
  }

  schedule(): StepWork | null {
    this.#chunks = this.scheduler.schedule();
    if (this.#chunks.length === 0) return null;
    this.kv.takeCopies();
    let prefillTokens = 0;
    let decodes = 0;
    let kvTokensRead = 0;
    for (const { start, count } of this.#chunks) {
      if (count === 1) decodes++;
      else prefillTokens += count;
      kvTokensRead += start + count;
    }
    return { prefillTokens, decodes, kvTokensRead };
  }

  memory(): MemoryUse {
    const written = new Map<KvSequence, number>();
    for (const { leader } of this.scheduler.running) if (leader.kv) written.set(leader.kv, leader.numComputed);
    for (const { sequence, start, count } of this.#chunks) if (sequence.kv) written.set(sequence.kv, start + count);
    const stored = this.kv.storedTokens((sequence) => written.get(sequence) ?? 0);
    const { pool, blockSize } = this.kv;
    return { stored, reserved: 0, internal: pool.used * blockSize - stored, other: pool.free * blockSize };
  }

  complete(): readonly SimRequest[] {
    const finished: SimRequest[] = [];
    for (const chunk of this.#chunks) {
      this.scheduler.advance(chunk);
      if (chunk.samples === "none") continue;
      const { sequence } = chunk;
      const request = this.#requests.get(sequence.group)!;
      sequence.append(request.output(sequence.numOutputs));
      if (sequence.numOutputs < request.outputLength) continue;
      this.scheduler.remove(sequence);
      this.#requests.delete(sequence.group);
      finished.push(request);
    }
    return finished;
  }
}

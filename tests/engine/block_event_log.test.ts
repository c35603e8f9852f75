import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import type { BlockEvent } from "../../src/contracts/generation.ts";
import { FakeRunner } from "./fake_runner.ts";
import { generate, makeEngine, makeRequest } from "./harness.ts";

/** What a router knows: block of every hash it was told of. */
class Mirror {
  readonly blocks = new Map<string, number>();
  lastId: number | null = null;

  apply(event: BlockEvent): void {
    if (event.id !== null) {
      if (this.lastId !== null) expect(event.id).toBeGreaterThanOrEqual(this.lastId);
      this.lastId = event.id;
    }
    if (event.type === "cleared") this.blocks.clear();
    else if (event.type === "stored") this.blocks.set(event.hash, event.block);
    else expect(this.blocks.delete(event.hash)).toBe(true);
  }
}

async function read(engine: ReturnType<typeof makeEngine>, mirror: Mirror): Promise<void> {
  const controller = new AbortController();
  const events = engine.blockEvents(mirror.lastId, controller.signal);
  // All that happened so far is queued; the abort ends the iteration after it.
  controller.abort();
  for await (const event of events) mirror.apply(event);
}

describe("block events", () => {
  test("keep a mirror equal to the cache, whether it listens on, comes back, or came back too late", async () => {
    const random = new Random(3);
    const engine = makeEngine(new FakeRunner({ numBlocks: 12, maxModelLen: 64 }));
    const often = new Mirror();
    const seldom = new Mirror();
    await read(engine, seldom);
    for (let round = 0; round < 60; round++) {
      const prompts = Array.from({ length: 4 }, () => new Array(random.integer(8, 40)).fill(random.integer(1, 3)));
      await Promise.all(prompts.map((prompt, i) => generate(engine, makeRequest(String(i), prompt))));
      await read(engine, often);
    }
    const fresh = new Mirror();
    await read(engine, fresh);
    await read(engine, seldom);
    expect(fresh.blocks.size).toBeGreaterThan(3);
    expect(often.blocks).toEqual(fresh.blocks);
    expect(seldom.blocks).toEqual(fresh.blocks);
    expect(often.lastId).toBe(fresh.lastId!);
    // Long gone, and an id from another life of the server: both get a snapshot.
    for (const id of [-5000, 10 ** 9]) {
      const lost = new Mirror();
      lost.blocks.set("stale", 1);
      lost.lastId = id;
      const controller = new AbortController();
      const events = engine.blockEvents(id, controller.signal);
      controller.abort();
      lost.lastId = null;
      for await (const event of events) lost.apply(event);
      expect(lost.blocks).toEqual(fresh.blocks);
    }
    await engine.close();
  });

  test("reach a listener while requests run", async () => {
    const engine = makeEngine(new FakeRunner());
    const controller = new AbortController();
    const types: string[] = [];
    const listening = (async () => {
      for await (const { type } of engine.blockEvents(null, controller.signal)) types.push(type);
    })();
    await generate(engine, makeRequest("a", new Array(20).fill(1)));
    controller.abort();
    await listening;
    expect(types).toEqual(["cleared", "stored", "stored", "stored"]);
    await engine.close();
  });
});

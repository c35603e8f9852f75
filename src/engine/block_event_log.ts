import { AsyncQueue } from "../base/async_queue.ts";
import type { BlockEvent } from "../contracts/generation.ts";
import type { PrefixEvent } from "../kv/prefix_index.ts";

/** Events kept for subscribers that come back. */
const KEPT = 4096;

/** Events that may wait for a subscriber before it is let go, to come back for a snapshot. */
const BACKLOG = 65536;

/** Numbers the cache's events and hands them to whoever listens. */
export class BlockEventLog {
  #lastId = 0;
  /** The last KEPT events, oldest first. */
  readonly #recent: BlockEvent[] = [];
  readonly #subscribers = new Set<AsyncQueue<BlockEvent>>();

  publish(event: PrefixEvent): void {
    const numbered = { ...readable(event), id: ++this.#lastId };
    this.#recent.push(numbered);
    if (this.#recent.length > 2 * KEPT) this.#recent.splice(0, KEPT);
    for (const subscriber of this.#subscribers) {
      subscriber.push(numbered);
      if (subscriber.size > BACKLOG) this.#leave(subscriber);
    }
  }

  /** `stored` is what the cache holds now; it is read only where a snapshot is needed. */
  subscribe(
    afterId: number | null,
    stored: () => Iterable<PrefixEvent>,
    signal: AbortSignal,
  ): AsyncIterable<BlockEvent> {
    const queue = new AsyncQueue<BlockEvent>(() => this.#subscribers.delete(queue));
    const missed = afterId === null ? null : this.#since(afterId);
    for (const event of missed ?? this.#snapshot(stored())) queue.push(event);
    this.#subscribers.add(queue);
    const leave = () => this.#leave(queue);
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    return queue;
  }

  /** Null where some of them are not kept any more, or the id is from another life of the server. */
  #since(afterId: number): BlockEvent[] | null {
    const oldest = this.#recent[0]?.id ?? this.#lastId + 1;
    if (afterId + 1 < oldest || afterId > this.#lastId) return null;
    return this.#recent.slice(afterId + 1 - oldest);
  }

  #snapshot(stored: Iterable<PrefixEvent>): BlockEvent[] {
    const events: BlockEvent[] = [{ id: null, type: "cleared" }];
    for (const event of stored) events.push({ ...readable(event), id: null });
    events.push({ ...events.pop()!, id: this.#lastId });
    return events;
  }

  #leave(subscriber: AsyncQueue<BlockEvent>): void {
    this.#subscribers.delete(subscriber);
    subscriber.end();
  }
}

function readable(event: PrefixEvent) {
  const hash = hexadecimal(event.hash);
  return event.type === "stored" ? { ...event, hash, parent: hexadecimal(event.parent) } : { ...event, hash };
}

function hexadecimal(latin1: string): string {
  return Array.from(latin1, (character) => character.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

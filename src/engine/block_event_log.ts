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
  /** The last KEPT events at least, oldest first; the newest is `#lastId`. */
  readonly #recent: PrefixEvent[] = [];
  readonly #subscribers = new Set<AsyncQueue<BlockEvent>>();

  publish(event: PrefixEvent): void {
    this.#lastId++;
    this.#recent.push(event);
    if (this.#recent.length > 2 * KEPT) this.#recent.splice(0, KEPT);
    if (this.#subscribers.size === 0) return;
    const numbered = readable(event, this.#lastId);
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
    const oldest = this.#lastId + 1 - this.#recent.length;
    if (afterId + 1 < oldest || afterId > this.#lastId) return null;
    return this.#recent.slice(afterId + 1 - oldest).map((event, i) => readable(event, afterId + 1 + i));
  }

  #snapshot(stored: Iterable<PrefixEvent>): BlockEvent[] {
    const events: BlockEvent[] = [{ id: null, type: "cleared" }];
    for (const event of stored) events.push(readable(event, null));
    events.push({ ...events.pop()!, id: this.#lastId });
    return events;
  }

  #leave(subscriber: AsyncQueue<BlockEvent>): void {
    this.#subscribers.delete(subscriber);
    subscriber.end();
  }
}

function readable(event: PrefixEvent, id: number | null): BlockEvent {
  const hash = hexadecimal(event.hash);
  return event.type === "stored" ? { ...event, hash, parent: hexadecimal(event.parent), id } : { ...event, hash, id };
}

function hexadecimal(latin1: string): string {
  return Array.from(latin1, (character) => character.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

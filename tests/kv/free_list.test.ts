import { describe, expect, test } from "bun:test";
import { FreeList } from "../../src/kv/free_list.ts";

describe("FreeList", () => {
  test("hands out blocks in the order in which they were freed", () => {
    const list = new FreeList(5);
    for (const id of [3, 0, 4]) list.pushBack(id);
    expect([list.popFront(), list.popFront(), list.popFront(), list.popFront()]).toEqual([3, 0, 4, undefined]);
  });

  test("lets a block leave from the middle and keeps the order of the rest", () => {
    const list = new FreeList(5);
    for (const id of [0, 1, 2, 3, 4]) list.pushBack(id);
    list.remove(2);
    list.remove(0);
    list.remove(4);
    expect([...list]).toEqual([1, 3]);
    expect(list.size).toBe(2);
    expect(list.has(2)).toBe(false);
    list.pushBack(2);
    expect([...list]).toEqual([1, 3, 2]);
  });

  test("refuses a block that is in the list already and one that is not", () => {
    const list = new FreeList(2);
    list.pushBack(1);
    expect(() => list.pushBack(1)).toThrow("freed twice");
    expect(() => list.remove(0)).toThrow("not in it");
  });
});

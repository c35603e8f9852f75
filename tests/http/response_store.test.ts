import { expect, test } from "bun:test";
import fc from "fast-check";
import { ResponseStore, type StoredResponse } from "../../src/http/response_store.ts";

const stored = (id: string, content = "") =>
  ({ body: { id }, items: [{ type: "message", role: "user", content }] }) as unknown as StoredResponse;

test("the longest unused make room, by number and by size", () => {
  const store = new ResponseStore(3, 400);
  for (const id of ["a", "b", "c"]) store.put("", stored(id));
  expect(store.get("", "a", "id").body.id).toBe("a");
  store.put("", stored("d"));
  expect(() => store.get("", "b", "id")).toThrow("There is no response");
  store.put("", stored("large", "x".repeat(300)));
  expect(store.size).toBe(1);
  store.put("", stored("too large", "x".repeat(500)));
  expect(store.size).toBe(0);
});

test("keeps what an owner put, within its bounds, and shows it to nobody else", () => {
  const owner = fc.constantFrom("one", "two");
  const id = fc.constantFrom("a", "b", "c", "d");
  const step = fc.record({ owner, id, action: fc.constantFrom("put", "delete") });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = new ResponseStore(1000, 1e6);
      const expected = new Map<string, string>();
      for (const [i, { owner, id, action }] of steps.entries()) {
        const name = `${owner} ${id}`;
        if (action === "put" && !expected.has(name)) {
          store.put(owner, stored(id, `${i}`));
          expected.set(name, `${i}`);
        } else if (action === "delete") {
          if (expected.delete(name)) store.delete(owner, id);
          else expect(() => store.delete(owner, id)).toThrow();
        }
      }
      expect(store.size).toBe(expected.size);
      for (const [name, content] of expected) {
        const [owner, id] = name.split(" ") as [string, string];
        expect(store.get(owner, id, "id").items).toEqual([{ type: "message", role: "user", content }]);
      }
    }),
  );
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { batches, bytesOf } from "../../src/gpu/ranges.ts";
import { describeGpu, devices } from "./devices.ts";

const words = fc.nat(40).map((count) => count * 4);

test("batches cut ranges into full lists and keep their order", () => {
  const sizes = fc.array(fc.record({ offset: words, bytes: words }), { maxLength: 12 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 30 }), (parts, limitWords) => {
      const limit = limitWords * 4;
      const ranges = parts.map((part, i) => ({ buffer: { label: String(i), bytes: 400 }, ...part }));
      const cut = [...batches(ranges, limit)];
      for (const batch of cut.slice(0, -1)) expect(bytesOf(batch)).toBe(limit);
      for (const batch of cut.slice(-1)) expect(bytesOf(batch)).toBeLessThanOrEqual(limit);
      const wordsOf = (list: typeof ranges) =>
        list.flatMap(({ buffer, offset, bytes }) =>
          Array.from({ length: bytes / 4 }, (_, i) => `${buffer.label} ${offset + 4 * i}`),
        );
      expect(wordsOf(cut.flat() as typeof ranges)).toEqual(wordsOf(ranges));
    }),
  );
});

describeGpu("scatter and gather", () => {
  test("move ranges of several buffers, also more than one staging buffer holds", async () => {
    const device = devices[0]!;
    const large = device.allocate("large", 80 << 20);
    const small = device.allocate("small", 32);
    const ranges = [
      { buffer: small, offset: 16, bytes: 8 },
      { buffer: large, offset: 4 << 20, bytes: 70 << 20 },
      { buffer: small, offset: 0, bytes: 12 },
    ];
    const numbers = new Uint32Array(bytesOf(ranges) / 4);
    for (let i = 0; i < numbers.length; i++) numbers[i] = Math.imul(i, 2654435761);
    const data = new Uint8Array(numbers.buffer);
    device.scatter(ranges, data);
    expect(Buffer.compare(await device.gather(ranges), data)).toBe(0);
    const [first, second] = [await device.gather([ranges[2]!]), await device.gather([{ ...ranges[1]!, bytes: 8 }])];
    expect([...first]).toEqual([...data.subarray(-12)]);
    expect([...second]).toEqual([...data.subarray(8, 16)]);
    expect([...(await device.gather([{ buffer: small, offset: 12, bytes: 4 }]))]).toEqual([0, 0, 0, 0]);
  });
});

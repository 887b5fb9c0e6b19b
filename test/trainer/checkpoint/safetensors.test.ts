import { describe, expect, it } from "vitest";
import {
  decodeSafetensors,
  encodeSafetensors,
} from "../../../src/trainer/checkpoint/safetensors.js";

const refusal = (pattern: RegExp): unknown =>
  expect.objectContaining({
    code: "MODEL_INVALID",
    message: expect.stringMatching(pattern) as string,
  });

/** A file with this header text and so many bytes of tensors. */
function fileOf(header: string | Uint8Array, bodyBytes = 0, claimedLength?: bigint): Uint8Array {
  const text = Buffer.from(header);
  const file = Buffer.alloc(8 + text.length + bodyBytes);
  file.writeBigUInt64LE(claimedLength ?? BigInt(text.length), 0);
  text.copy(file, 8);
  return file;
}

const tensor = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});
const header = (tensors: Record<string, unknown>) => JSON.stringify(tensors);

describe("safetensors", () => {
  const tensors = new Map([
    ["conv1/kernel", { shape: [2, 1, 3], data: Float32Array.of(1, -2, 3.5, 0, -0, 1e-40) }],
    ["scalar", { shape: [], data: Float32Array.of(7) }],
    ["空", { shape: [0, 4], data: new Float32Array(0) }],
    ["odd", { shape: [3], data: Float32Array.of(Infinity, Number.NaN, 3.4028234663852886e38) }],
  ]);
  const metadata = new Map([["note", 'quote " and \\ and 🍄']]);

  it("writes the bytes that the format's description gives", () => {
    const file = encodeSafetensors({
      tensors: new Map([["a", { shape: [2], data: Float32Array.of(1, 2) }]]),
      metadata: new Map(),
    });
    const text = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    expect(text.length).toBe(54);
    const expected = `3800000000000000${Buffer.from(`${text}  `).toString("hex")}0000803f00000040`;
    expect(Buffer.from(file).toString("hex")).toBe(expected);
  });

  it("reads back names, shapes, values bit for bit, and metadata", () => {
    const file = encodeSafetensors({ tensors, metadata });
    expect((8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))) % 8).toBe(
      0,
    );
    const read = decodeSafetensors(file);
    expect(read.metadata).toEqual(metadata);
    expect(new Map(read.tensors)).toEqual(tensors);
    // -0 and 0 differ in their bytes only.
    expect(Object.is(read.tensors.get("conv1/kernel")!.data[4], -0)).toBe(true);
  });

  it("reads a file at any alignment, and copies it", () => {
    const file = encodeSafetensors({ tensors, metadata });
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    const read = decodeSafetensors(shifted.subarray(1));
    shifted.fill(0);
    expect(read.tensors.get("scalar")!.data[0]).toBe(7);
  });

  it("refuses a file cut at any place, or with a byte too many", () => {
    const file = encodeSafetensors({ tensors, metadata });
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeSafetensors(file.subarray(0, length))).toThrow(refusal(/./));
    }
    expect(() => decodeSafetensors(Buffer.concat([file, Buffer.alloc(1)]))).toThrow(
      refusal(/longer than its header says/),
    );
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["nothing at all", new Uint8Array(0), /too short/],
    ["a huge header length", fileOf("{}", 0, 2n ** 64n - 1n), /too long/],
    ["a header of 100 MB, which the format allows", fileOf("{}", 0, 100_000_000n), /too long/],
    ["a header beyond the end", fileOf("{}", 0, 3n), /shorter/],
    ["no JSON", fileOf("{nope"), /not JSON/],
    ["a JSON array", fileOf("[1]"), /not JSON/],
    ["JSON too deep", fileOf(`{"a":${"[".repeat(900_000)}`), /not JSON/],
    ["text that is not UTF-8", fileOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), /not JSON/],
    ["a tensor that is a number", fileOf(header({ a: 1 })), /built/],
    ["another type", fileOf(header({ a: { ...tensor(0, 4), dtype: "F16" } }), 4), /float32/],
    ["no shape", fileOf(header({ a: tensor(0, 4, null) }), 4), /shape/],
    ["a negative size", fileOf(header({ a: tensor(0, 4, [-1]) }), 4), /shape/],
    ["a fractional size", fileOf(header({ a: tensor(0, 4, [0.5, 2]) }), 4), /shape/],
    ["too many dimensions", fileOf(header({ a: tensor(0, 4, Array(9).fill(1)) }), 4), /shape/],
    ["a shape that overflows", fileOf(header({ a: tensor(0, 0, Array(8).fill(2 ** 52)) })), /fit/],
    ["bytes that do not fit", fileOf(header({ a: tensor(0, 8, [3]) }), 8), /fit/],
    ["offsets backwards", fileOf(header({ a: tensor(8, 4, [1]) }), 8), /fit/],
    ["one offset", fileOf(header({ a: { ...tensor(0, 4), data_offsets: [4] } }), 4), /offsets/],
    ["an end beyond the file", fileOf(header({ a: tensor(0, 8) }), 4), /shorter/],
    ["tensors that overlap", fileOf(header({ a: tensor(0, 8), b: tensor(4, 12) }), 12), /overlap/],
    [
      "two tensors in one place",
      fileOf(header({ a: tensor(0, 8), b: tensor(0, 8) }), 8),
      /overlap/,
    ],
    ["a gap", fileOf(header({ a: tensor(0, 4), b: tensor(8, 12) }), 12), /gap/],
    ["bytes at the end", fileOf(header({ a: tensor(0, 4) }), 8), /longer/],
    ["metadata that is no text", fileOf(header({ __metadata__: { a: 1 } })), /not text/],
    [
      "too many tensors",
      fileOf(
        header(Object.fromEntries(Array.from({ length: 4097 }, (_, i) => [`t${i}`, tensor(0, 0)]))),
      ),
      /more than 4096/,
    ],
  ])("refuses %s", (_, file, pattern) => {
    expect(() => decodeSafetensors(file)).toThrow(refusal(pattern));
  });

  it("is not led astray by a tensor named __proto__", () => {
    const { tensors: read } = decodeSafetensors(
      fileOf(`{"__proto__":${JSON.stringify(tensor(0, 4))}}`, 4),
    );
    expect([...read.keys()]).toEqual(["__proto__"]);
    expect(({} as { dtype?: string }).dtype).toBeUndefined();
  });

  it("refuses to write data that do not fit their shape", () => {
    const wrong = new Map([["a", { shape: [3], data: new Float32Array(2) }]]);
    expect(() => encodeSafetensors({ tensors: wrong, metadata })).toThrow(
      expect.objectContaining({ code: "SHAPE_MISMATCH" }),
    );
  });
});

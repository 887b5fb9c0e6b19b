import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { FRAME_SIDE, Preprocessor } from "../../src/env/preprocess.js";

function screenOf(colour: (x: number, y: number) => number): Uint32Array {
  return Uint32Array.from({ length: 256 * 240 }, (_, i) => colour(i & 255, i >> 8));
}

const rng = new Rng(7);
const noise = screenOf(() => rng.integer(0x100_0000));
const noise2 = screenOf(() => rng.integer(0x100_0000));

function frameOf(screen: Uint32Array): Uint8Array {
  const out = new Uint8Array(FRAME_SIDE * FRAME_SIDE);
  new Preprocessor().frame(screen, out);
  return out;
}

/** How much of source cell `source` the output cell `target` covers, in units of 1 / `scale` cells. */
function overlap(target: number, source: number, cells: bigint, scale: bigint): bigint {
  const begin = max(BigInt(target) * cells, BigInt(source) * scale);
  const end = min(BigInt(target + 1) * cells, BigInt(source + 1) * scale);
  return end > begin ? end - begin : 0n;
}

const max = (a: bigint, b: bigint) => (a > b ? a : b);
const min = (a: bigint, b: bigint) => (a < b ? a : b);

/** Every source pixel against every output pixel, in rational arithmetic: slow and obvious. */
function reference(luma: (x: number, y: number) => bigint): Uint8Array {
  const out = new Uint8Array(84 * 84);
  for (let oy = 0; oy < 84; oy++) {
    for (let ox = 0; ox < 84; ox++) {
      let sum = 0n;
      for (let y = Math.floor((oy * 224) / 84); y < 224 && y * 84 < (oy + 1) * 224; y++) {
        for (let x = Math.floor((ox * 256) / 84); x < 256 && x * 84 < (ox + 1) * 256; x++) {
          sum += overlap(oy, y, 224n, 84n) * overlap(ox, x, 256n, 84n) * luma(x, y);
        }
      }
      out[oy * 84 + ox] = Number(sum / (224n * 256n * 1000n));
    }
  }
  return out;
}

function lumaAt(screen: Uint32Array, x: number, y: number): bigint {
  const rgb = screen[(y + 8) * 256 + x];
  return BigInt(299 * (rgb >> 16) + 587 * ((rgb >> 8) & 255) + 114 * (rgb & 255));
}

describe("preprocessing", () => {
  it("equals area averaging in rational arithmetic, pixel for pixel", () => {
    expect(frameOf(noise)).toEqual(reference((x, y) => lumaAt(noise, x, y)));
    const ramp = screenOf((x, y) => (x << 16) | (y << 8) | ((x * y) & 255));
    expect(frameOf(ramp)).toEqual(reference((x, y) => lumaAt(ramp, x, y)));
  });

  it("takes the brighter of two frames before averaging", () => {
    const out = new Uint8Array(84 * 84);
    new Preprocessor().frameOfTwo(noise, noise2, out);
    expect(out).toEqual(reference((x, y) => max(lumaAt(noise, x, y), lumaAt(noise2, x, y))));
  });

  it.each([
    [0x000000, 0],
    [0xffffff, 255],
    [0xff0000, 76], // 76.245
    [0x00ff00, 149], // 149.685, truncated, not rounded
    [0x0000ff, 29], // 29.07
    [0x010101, 1], // a float sum would give 0.9999…
  ])("makes one colour, %s, luma %s everywhere", (rgb, luma) => {
    expect(frameOf(screenOf(() => rgb))).toEqual(new Uint8Array(84 * 84).fill(luma));
  });

  it("looks at rows 8 to 231 only", () => {
    const inside = frameOf(screenOf((_, y) => (y >= 8 && y < 232 ? 0x808080 : 0xffffff)));
    expect(inside).toEqual(new Uint8Array(84 * 84).fill(128));
    const top = frameOf(screenOf((_, y) => (y === 8 ? 0xffffff : 0)));
    expect(top[0]).toBe(95); // one of 8/3 rows: 255 × 3/8
    expect(top[84]).toBe(0);
    const bottom = frameOf(screenOf((_, y) => (y === 231 ? 0xffffff : 0)));
    expect(bottom[84 * 84 - 1]).toBe(95);
  });

  it("splits a pixel between the two outputs that share it", () => {
    // Column 3 lies 1/21 in output 0 (columns 0 to 64/21) and 20/21 in output 1.
    const line = frameOf(screenOf((x) => (x === 3 ? 0xffffff : 0)));
    expect(Array.from(line.subarray(0, 3))).toEqual([3, 79, 0]); // 255/64, 255 × 20/64
  });

  it("keeps its golden hash", () => {
    const picture = screenOf(
      (x, y) => ((x * 7) & 255) * 0x10000 + ((y * 5) & 255) * 0x100 + ((x ^ y) & 255),
    );
    const hash = createHash("sha256").update(frameOf(picture)).digest("hex");
    expect(hash).toMatchInlineSnapshot(
      `"6249480844962648fdaf737ee7e53dfe5433b102c123e50c28d9d67aef48640d"`,
    );
  });
});

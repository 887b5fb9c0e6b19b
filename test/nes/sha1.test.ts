import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { sha1Hex } from "../../src/nes/sha1.js";

it("has SHA-1's published values", () => {
  const encoder = new TextEncoder();
  expect(sha1Hex(encoder.encode("abc"))).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
  expect(sha1Hex(new Uint8Array(0))).toBe("da39a3ee5e6b4b0d3255bfef95601890afd80709");
});

it("agrees with OpenSSL at every length around a block's end, and on a cartridge's size", () => {
  const rng = new Rng(1);
  for (const length of [...Array(130).keys(), 40_976]) {
    const bytes = Uint8Array.from({ length }, () => rng.integer(256));
    expect(sha1Hex(bytes)).toBe(createHash("sha1").update(bytes).digest("hex"));
  }
});

import type sharp from "sharp";
import { MarioError } from "../core/errors.js";

/**
 * sharp is large and native: loaded when the first picture is written, not before.
 * @param alternative a way to do without it, e.g. `name it .svg`
 * @throws MarioError NOT_WRITABLE when it is not installed or does not run here.
 */
export async function loadSharp(alternative?: string): Promise<typeof sharp> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    throw new MarioError("NOT_WRITABLE", "Pictures cannot be written: sharp does not load.", {
      cause,
      remedy: `Run npm install again, for this platform${alternative ? `, or ${alternative}` : ""}.`,
    });
  }
}

/** @throws MarioError INVALID_OPTION unless `scale` is a whole number from 1 to 16. */
export function checkScale(scale: number): void {
  if (Number.isInteger(scale) && scale >= 1 && scale <= 16) return;
  throw new MarioError("INVALID_OPTION", `Pictures cannot be enlarged ${scale} times.`, {
    value: scale,
    remedy: "Choose a whole number from 1 to 16.",
  });
}

import { createHash } from "node:crypto";
import type { NES } from "jsnes";

/** The frame rate meter, the options, and the cartridge, which nothing here can change. */
const NOT_STATE = ["fpsFrameCount", "lastFpsTime", "opts", "ui", "rom", "romData", "ptTile"];

/** Everything reachable in the console that is a value, one line each; needs no list of fields. */
export function everything(nes: NES): string {
  const found: string[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown, path: string): void => {
    if (ArrayBuffer.isView(value)) found.push(`${path} ${hash(value)}`);
    else if (typeof value === "object" && value !== null) {
      if (seen.has(value)) return;
      seen.add(value);
      for (const key of Object.keys(value)) {
        if (NOT_STATE.includes(key)) continue;
        visit((value as Record<string, unknown>)[key], `${path}.${key}`);
      }
    } else if (typeof value !== "function") {
      found.push(`${path} ${Object.is(value, -0) ? "-0" : String(value)}`);
    }
  };
  visit(nes, "nes");
  return found.join("\n");
}

export function hash(view: ArrayBufferView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return createHash("md5").update(bytes).digest("hex");
}

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { misfitOf } from "../../native/record.mjs";
import { loadAddon } from "../../src/nn/onednn/native.js";

const native = fileURLToPath(new URL("../../native", import.meta.url));

/**
 * Where the addon is not built, or for another processor, there is nothing to test; `mario doctor`
 * says why. Asked of the files, not of the loader: where that is broken, tests are to fail.
 */
export const hasAddon =
  existsSync(new URL("../../native/build/mario_onednn.node", import.meta.url)) &&
  misfitOf(native, "mario_onednn") === undefined;

/** oneDNN's bits for what the processor can do; 0 without the addon. */
export const addonIsa = (): number => (hasAddon ? loadAddon().addon.describe().isa : 0);

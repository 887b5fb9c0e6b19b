import { describe, it } from "vitest";
import { loadAddon } from "../../src/nn/onednn/native.js";
import { describeBackendContract } from "./q-network.contract.js";

/** Where the addon is not built there is nothing to test; `mario doctor` says why. */
function isBuilt(): boolean {
  try {
    loadAddon();
    return true;
  } catch {
    return false;
  }
}

if (isBuilt()) describeBackendContract("onednn");
else {
  describe.skip("the onednn backend (addon not built)", () => {
    it("runs the contract");
  });
}

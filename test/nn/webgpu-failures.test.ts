import { describe, expect, it } from "vitest";
import { loadDawn, requestAdapter } from "../../src/nn/webgpu/dawn.js";
import type { GpuDevice } from "../../src/nn/webgpu/gpu-api.js";
import { Passes } from "../../src/nn/webgpu/passes.js";
import { SUM_PARTS } from "../../src/nn/webgpu/sum-shaders.js";
import { loadTfjsWebgpu, withNavigator } from "../../src/nn/webgpu/tfjs.js";
import { webgpuHere } from "./webgpu-device.js";

const here = await webgpuHere();

/** A device of one's own, to be broken. */
async function freshPasses(): Promise<{ passes: Passes; device: GpuDevice }> {
  const gpu = await loadDawn();
  const { adapter } = await requestAdapter(gpu);
  const device = await adapter.requestDevice({ requiredLimits: {} });
  const WebgpuBackend = await loadTfjsWebgpu();
  const backend = withNavigator(gpu, () => new WebgpuBackend(device, adapter.info));
  return { passes: new Passes(backend), device };
}

/** Three values, and the commands that double them. */
function doubled(passes: Passes): ReturnType<Passes["output"]> {
  const values = Float32Array.of(1, 2, 3, 1, 2, 3);
  const x = passes.backend.makeTensorInfo([2, 3], "float32", values);
  const y = passes.output([3]);
  passes.runEach(SUM_PARTS, { parts: 2, size: 3 }, [x, y], 3);
  return y;
}

describe.skipIf(typeof here === "string")("a device that fails", { timeout: 120_000 }, () => {
  it("is reported where memory cannot be had, in place of what is read then", async () => {
    const { passes, device } = await freshPasses();
    expect([...(await passes.fetch([doubled(passes)]))[0]]).toEqual([2, 4, 6]);
    const { maxBufferSize } = (device as unknown as { limits: Record<string, number> }).limits;
    const large = passes.output([maxBufferSize / 4 + 1]);
    const y = passes.output([3]);
    passes.runEach(SUM_PARTS, { parts: 1, size: 3 }, [large, y], 3);
    await expect(passes.fetch([y])).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringMatching(/^The graphics device failed: Buffer size .*$/) as string,
      remedy: expect.stringMatching(/smaller batch/) as string,
    });
    // Nor is anything believed that is read later.
    await expect(passes.fetch([doubled(passes)])).rejects.toMatchObject({
      message: expect.stringContaining("Buffer size") as string,
    });
    device.destroy();
  });

  it("is reported as lost by reads under way and by later ones", async () => {
    const { passes, device } = await freshPasses();
    const lost = {
      code: "BACKEND_UNAVAILABLE",
      message: "The graphics device failed: the device was lost.",
    };
    const read = passes.fetch([doubled(passes)]);
    device.destroy();
    await expect(read).rejects.toMatchObject(lost);
    await expect(passes.fetch([doubled(passes)])).rejects.toMatchObject(lost);
  });

  it("lets one wait until no read is under way, however it went", async () => {
    const { passes, device } = await freshPasses();
    await passes.settled();
    let ended = 0;
    for (let i = 0; i < 2; i++) void passes.fetch([doubled(passes)]).then(() => ended++);
    await passes.settled();
    // What waits for a read goes on in the same turn.
    await new Promise(setImmediate);
    expect(ended).toBe(2);
    const failing = passes.fetch([doubled(passes)]).catch(() => "failed");
    device.destroy();
    await passes.settled();
    expect(await failing).toBe("failed");
  });
});

describe.skipIf(typeof here === "string")("a dispatch", () => {
  it("of more workgroups than a dimension has is refused, not cut short", async () => {
    const { passes, device } = await freshPasses();
    expect(() => {
      passes.run(SUM_PARTS, { parts: 1, size: 1 }, [], 65_536);
    }).toThrow(/65536 workgroups are too many for sumParts/);
    device.destroy();
  });
});

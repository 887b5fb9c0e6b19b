import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gpuDeviceFiles, vulkanDrivers } from "../../src/nn/graphics.js";
import { explainMissingCuda } from "../../src/nn/tensorflow/cuda.js";
import { loadDawn, requestAdapter } from "../../src/nn/webgpu/dawn.js";
import type { Gpu, GpuAdapter } from "../../src/nn/webgpu/gpu-api.js";

describe("loadDawn", () => {
  it("says that the package is not installed, and how to install it", async () => {
    const missing = Object.assign(new Error("Cannot find"), { code: "ERR_MODULE_NOT_FOUND" });
    await expect(loadDawn(() => Promise.reject(missing))).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: "The package webgpu is not installed.",
      remedy: "npm install webgpu @tensorflow/tfjs-backend-webgpu",
    });
  });

  it("reports one line of what the system's linker says", async () => {
    const old = new Error("libc.so.6: version `GLIBC_2.38' not found\n  at …");
    await expect(loadDawn(() => Promise.reject(old))).rejects.toThrow(
      "The package webgpu does not load here: libc.so.6: version `GLIBC_2.38' not found",
    );
  });
});

describe("requestAdapter", () => {
  const gpuWith = (info: Partial<GpuAdapter["info"]>): Gpu => ({
    requestAdapter: () =>
      Promise.resolve({
        info: { vendor: "", architecture: "", device: "", description: "", ...info },
      } as GpuAdapter),
  });

  it("names a GPU by what is known of it", async () => {
    const gpu = { vendor: "nvidia", architecture: "ampere", device: "NVIDIA RTX A2000" };
    expect(await requestAdapter(gpuWith(gpu))).toMatchObject({
      description: "NVIDIA RTX A2000 (nvidia, ampere)",
      software: false,
    });
  });

  it.each([
    { device: "SwiftShader Device", isFallbackAdapter: true },
    { device: "llvmpipe (LLVM 15.0.6, 256 bits)" },
    { device: "Microsoft Basic Render Driver" },
  ])("knows $device for software", async (info) => {
    expect(await requestAdapter(gpuWith(info))).toMatchObject({ software: true });
  });

  it("says what is missing where there is none", async () => {
    const none: Gpu = { requestAdapter: () => Promise.resolve(null) };
    await expect(requestAdapter(none)).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringMatching(/no GPU|libvulkan\.so\.1/) as string,
      remedy: expect.stringMatching(/^Install /) as string,
    });
  });
});

describe("gpuDeviceFiles", () => {
  it("sees any one of several GPUs, and nothing that is none", () => {
    const devices = mkdtempSync(join(tmpdir(), "mario-devices-"));
    try {
      expect(gpuDeviceFiles(devices)).toEqual([]);
      mkdirSync(join(devices, "dri"));
      const names = ["nvidia3", "nvidiactl", "nvidia-uvm", "dri/card0", "dri/renderD129"];
      for (const name of names) writeFileSync(join(devices, name), "");
      expect(gpuDeviceFiles(devices)).toEqual([`${devices}/nvidia3`, `${devices}/dri/renderD129`]);
    } finally {
      rmSync(devices, { recursive: true });
    }
  });
});

describe("vulkanDrivers", () => {
  it("takes the files that the loader is told of, as far as they exist", () => {
    const here = new URL(import.meta.url).pathname;
    const environment = { VK_DRIVER_FILES: `${here}:/no/such/driver.json` };
    expect(vulkanDrivers(environment)).toEqual(["webgpu-loader.test.ts"]);
    expect(vulkanDrivers({ VK_ICD_FILENAMES: "/no/such/driver.json" })).toEqual([]);
  });
});

describe("explainMissingCuda", () => {
  it("names the libraries that are missing and what they come with", () => {
    const has = (file: string): boolean => !/cudnn|cublas/.test(file);
    expect(explainMissingCuda(has, "linux")).toBe(
      "missing CUDA 11 and cuDNN 8: libcublas.so.11, libcublasLt.so.11, libcudnn.so.8",
    );
  });

  it("tells a GPU that is not seen from libraries that are not there", () => {
    expect(explainMissingCuda(() => true, "linux")).toMatch(/see no device/);
    expect(explainMissingCuda(() => false, "win32")).toBe("no CUDA device found");
  });
});

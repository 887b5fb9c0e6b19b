import { existsSync } from "node:fs";
import { MarioError } from "../../src/core/errors.js";
import type { ComputeBackend } from "../../src/nn/backend.js";
import { selectBackend } from "../../src/nn/select-backend.js";

/** Chromium's software device for Vulkan, as Debian and Ubuntu install it. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * Where there is no GPU, tests compute on SwiftShader. The Vulkan loader reads these variables when
 * Dawn first asks it, so this module is imported before anything does.
 */
if (!existsSync("/dev/dri") && !existsSync("/dev/nvidia0") && existsSync(SWIFTSHADER)) {
  process.env["VK_DRIVER_FILES"] ??= SWIFTSHADER;
  // Its name until the loader's version 1.3.207.
  process.env["VK_ICD_FILENAMES"] ??= SWIFTSHADER;
}

/** The backend, or why there is none: tests that need one are then skipped. */
export async function webgpuHere(): Promise<ComputeBackend | string> {
  try {
    return await selectBackend("webgpu");
  } catch (error) {
    if (error instanceof MarioError && error.code === "BACKEND_UNAVAILABLE") return error.message;
    throw error;
  }
}

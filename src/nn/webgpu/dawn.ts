import { tmpdir } from "node:os";
import { MarioError } from "../../core/errors.js";
import { hasLibrary, vulkanDrivers } from "../graphics.js";
import type { Gpu, GpuAdapter } from "./gpu-api.js";

/** What we use of the `webgpu` package: Dawn, Chromium's WebGPU, for Node. */
interface DawnModule {
  create(options: readonly string[]): Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

/** A device that WebGPU can compute on. */
export interface Adapter {
  readonly adapter: GpuAdapter;
  /** For people: `NVIDIA H100 (nvidia, hopper)`. */
  readonly description: string;
  /** Computes on the processor: right, but slower than the backends that are made for it. */
  readonly software: boolean;
}

const PACKAGE = "webgpu";
const INSTALL = "npm install webgpu @tensorflow/tfjs-backend-webgpu";
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render|\bwarp\b/i;

/*
 * Dawn's instance lives as long as something refers to it, and with it every adapter and device. One
 * for each thread, kept here to the thread's end: dropping it while a device is in use would crash.
 */
let instance: Gpu | undefined;

/**
 * Dawn's instance in this thread; its classes and constants become globals, as in a browser.
 * @param load how the package is imported; tests hand in their own
 * @throws MarioError BACKEND_UNAVAILABLE when the package is absent or does not load
 */
export async function loadDawn(
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<Gpu> {
  if (instance) return instance;
  let dawn: DawnModule;
  try {
    dawn = (await load(PACKAGE)) as DawnModule;
  } catch (error) {
    throw unavailable(loadFailure(error), INSTALL);
  }
  Object.assign(globalThis, dawn.globals);
  return (instance = dawn.create([]));
}

function loadFailure(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  if (code === "ERR_MODULE_NOT_FOUND") return "The package webgpu is not installed.";
  const line = (message ?? String(error)).split("\n", 1)[0];
  // Prebuilt against a newer C library than the system's, or not built for this processor.
  return `The package webgpu does not load here: ${line}`;
}

/**
 * The device that Dawn thinks fastest: a discrete GPU before an integrated one before software.
 * @throws MarioError BACKEND_UNAVAILABLE, with what is missing, when there is none
 */
export async function requestAdapter(gpu: Gpu): Promise<Adapter> {
  const adapter = await quietly(() => gpu.requestAdapter({ powerPreference: "high-performance" }));
  if (!adapter) throw noAdapter();
  return { adapter, ...describe(adapter) };
}

/**
 * Vulkan's drivers look for a screen, which is not needed here, and the library they ask (libwayland)
 * complains on standard error where this variable is not set, as on most servers.
 */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { env } = process;
  if (process.platform !== "linux" || env["XDG_RUNTIME_DIR"] !== undefined) return work();
  env["XDG_RUNTIME_DIR"] = tmpdir();
  try {
    return await work();
  } finally {
    delete env["XDG_RUNTIME_DIR"];
  }
}

/** Names of all devices, as Dawn lists them when it is asked for one that does not exist. */
export async function listAdapters(): Promise<string[]> {
  await loadDawn();
  const dawn = (await import(PACKAGE)) as DawnModule;
  try {
    await quietly(() => dawn.create(["adapter=none of that name"]).requestAdapter());
    return [];
  } catch (error) {
    return [...(error as Error).message.matchAll(/backend: '(.+?)', name: '(.+?)'/g)].map(
      ([, api, name]) => `${name} (${api})`,
    );
  }
}

function describe({ info }: GpuAdapter): Omit<Adapter, "adapter"> {
  const name = info.device === "" ? info.description : info.device;
  const details = [info.vendor, info.architecture, info.description]
    .filter((text, i, all) => text !== "" && text !== name && all.indexOf(text) === i)
    .join(", ");
  const description = details === "" ? name : `${name} (${details})`;
  return { description, software: info.isFallbackAdapter === true || SOFTWARE.test(description) };
}

function noAdapter(): MarioError {
  if (process.platform !== "linux") {
    return unavailable("WebGPU finds no GPU.", "Install the GPU driver.");
  }
  if (!hasLibrary("libvulkan.so.1")) {
    return unavailable(
      "WebGPU needs the Vulkan loader, libvulkan.so.1, which is not installed.",
      "Install libvulkan1 (Debian, Ubuntu) or vulkan-loader (Fedora), and the GPU driver.",
    );
  }
  const drivers = vulkanDrivers();
  return unavailable(
    `WebGPU finds no GPU. Vulkan drivers: ${drivers.join(", ") || "none"}.`,
    "Install the GPU's Vulkan driver (NVIDIA: libnvidia-gl of the driver's version; AMD, Intel: " +
      "mesa-vulkan-drivers); in a container, pass the GPU in with its graphics capability.",
  );
}

export function unavailable(message: string, remedy: string, cause?: unknown): MarioError {
  return new MarioError("BACKEND_UNAVAILABLE", message, { remedy, cause });
}

import { totalmem } from "node:os";
import { availableCores } from "../../nn/cores.js";
import { parseRom } from "../../nes/rom.js";
import { type GraphicsReport, reportGraphics } from "../../nn/graphics.js";
import { reportBackends, selectBackend } from "../../nn/select-backend.js";
import { explain } from "../process/failure.js";
import { readRomFile } from "../rom-file.js";
import { version } from "../version.js";

/** What works here, why the rest does not, and what to install. */
export async function runDoctor(options: { readonly json?: boolean }): Promise<void> {
  const backends = (await reportBackends()).filter(({ name }) => name !== "cpu");
  const { name: chosen, note } = await selectBackend("auto");
  const report = {
    mario: version(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableCores(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    rom: romReport(),
    backends,
    graphics: { ...reportGraphics(), adapters: await adapters() },
    chosen,
  };
  if (options.json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const lines = [
    `mario ${report.mario}, Node ${report.node}, ${report.platform}, ${report.cores} cores, ${report.memoryGiB} GiB`,
    `cartridge   ${report.rom}`,
    "backends",
    ...report.backends.flatMap(({ name, available, detail, remedy, advice }) => [
      `  ${available ? "yes" : "no "} ${name.padEnd(11)}${detail}`,
      ...(remedy === undefined ? [] : [`                   to enable: ${remedy}`]),
      ...(advice === undefined ? [] : [`                   ${advice}`]),
    ]),
    ...graphicsLines(report.graphics),
    note ?? `--backend auto takes ${chosen}`,
    "",
  ];
  process.stdout.write(lines.join("\n"));
}

/** What WebGPU can compute on; empty where its package is not installed. */
async function adapters(): Promise<string[]> {
  try {
    const { listAdapters } = await import("../../nn/webgpu/dawn.js");
    return await listAdapters();
  } catch {
    return [];
  }
}

function graphicsLines(graphics: GraphicsReport & { readonly adapters: string[] }): string[] {
  const { gpuFiles, nvidiaDriver, vulkanLoader, vulkanDrivers, adapters } = graphics;
  const lines = ["graphics"];
  const add = (title: string, text: string): void => {
    lines.push(`  ${title.padEnd(15)}${text}`);
  };
  add("WebGPU sees", adapters.join(", ") || "no device");
  if (gpuFiles)
    add("GPU files", gpuFiles.join(", ") || "none: no GPU, or not passed into this container");
  if (nvidiaDriver !== undefined) add("NVIDIA driver", nvidiaDriver);
  if (vulkanLoader === undefined) return lines;
  add(
    "Vulkan",
    vulkanLoader ? "libvulkan.so.1 found" : "libvulkan.so.1 missing: install libvulkan1",
  );
  if (vulkanLoader) add("its drivers", vulkanDrivers.join(", ") || "none");
  return lines;
}

function romReport(): string {
  try {
    const rom = readRomFile(undefined);
    return `${rom.path}, SHA-1 ${parseRom(rom.bytes).sha1}`;
  } catch (error) {
    return explain(error);
  }
}

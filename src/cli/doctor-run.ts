import { availableParallelism, totalmem } from "node:os";
import { parseRom } from "../nes/rom.js";
import { reportBackends, selectBackend } from "../nn/select-backend.js";
import { explain } from "./failure.js";
import { readRomFile } from "./rom-file.js";
import { version } from "./version.js";

/** What works here, why the rest does not, and what to install. */
export async function runDoctor(options: { readonly json?: boolean }): Promise<void> {
  const report = {
    mario: version(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    rom: romReport(),
    backends: (await reportBackends()).filter(({ name }) => name !== "cpu"),
    chosen: (await selectBackend("auto")).name,
  };
  if (options.json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const lines = [
    `mario ${report.mario}, Node ${report.node}, ${report.platform}, ${report.cores} cores, ${report.memoryGiB} GiB`,
    `cartridge   ${report.rom}`,
    "backends",
    ...report.backends.flatMap(({ name, available, detail, remedy }) => [
      `  ${available ? "yes" : "no "} ${name.padEnd(11)}${detail}`,
      ...(remedy === undefined ? [] : [`                   to have it: ${remedy}`]),
    ]),
    `--backend auto takes ${report.chosen}`,
    "",
  ];
  process.stdout.write(lines.join("\n"));
}

function romReport(): string {
  try {
    const rom = readRomFile(undefined);
    return `${rom.path}, SHA-1 ${parseRom(rom.bytes).sha1}`;
  } catch (error) {
    return explain(error);
  }
}

// Runs a cartridge in another emulator: any libretro core for the NES, without a screen.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const RAM_BYTES = 2048;
const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "second-emulator.c");

/** Where distributions put Nestopia's core (Debian and Ubuntu: package libretro-nestopia). */
const CORES = [
  "/usr/lib/x86_64-linux-gnu/libretro/nestopia_libretro.so",
  "/usr/lib/aarch64-linux-gnu/libretro/nestopia_libretro.so",
  "/usr/lib/libretro/nestopia_libretro.so",
  "/usr/lib64/libretro/nestopia_libretro.so",
];

/** The core's path: `LIBRETRO_CORE`, else an installed Nestopia; undefined without one. */
export function findCore() {
  return process.env.LIBRETRO_CORE || CORES.find((path) => existsSync(path));
}

/** Compiles the front end. @returns its path and how to remove it; undefined without a compiler. */
export function compileFrontEnd() {
  const folder = mkdtempSync(join(tmpdir(), "mario-second-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const path = join(folder, "second-emulator");
  const { status, stderr } = spawnSync("cc", ["-O2", "-o", path, SOURCE, "-ldl"], {
    encoding: "utf8",
  });
  if (status === 0) return { path, remove };
  remove();
  if (stderr) process.stderr.write(stderr);
  return undefined;
}

/**
 * Plays inputs from power on.
 *
 * @param frames `{ buttons, writes }` for each frame; writes are `[address, value]` pairs, made to RAM
 *   before it.
 * @param picturePeriod a picture after every so many frames; 0: none.
 * @returns an async iterator over the frames: `{ ram, picture? }`, `ram` `[2048] uint8`, `picture`
 *   `{ width, height, pixels }`, 0x00RRGGBB.
 */
export async function* playInSecondEmulator({ frontEnd, core, rom, frames, picturePeriod = 0 }) {
  const child = spawn(frontEnd, [core, rom, String(picturePeriod)], {
    stdio: ["pipe", "pipe", "pipe"],
    // Some cores write configuration beside themselves or into the working folder.
    cwd: dirname(frontEnd),
  });
  let complaint = "";
  child.stderr.on("data", (chunk) => (complaint += chunk));
  const ended = new Promise((resolve) => child.on("close", resolve));
  // It may end before it has read all: the exit code says why.
  child.stdin.on("error", () => undefined);
  child.stdin.end(encode(frames));
  const read = reader(child.stdout);
  try {
    for (let frame = 1; frame <= frames.length; frame++) {
      const ram = await read(RAM_BYTES);
      if (ram === undefined) break;
      const isPictured = picturePeriod > 0 && frame % picturePeriod === 0;
      yield { ram, ...(isPictured && { picture: await readPicture(read) }) };
    }
    const code = await ended;
    if (code !== 0) throw new Error(`The second emulator ended with ${code}: ${complaint.trim()}`);
  } finally {
    // Whoever has seen enough does not wait for the rest.
    child.kill();
  }
}

function encode(frames) {
  return Buffer.from(
    frames.flatMap(({ buttons, writes = [] }) => [
      buttons,
      writes.length,
      ...writes.flatMap(([address, value]) => [address & 0xff, address >> 8, value]),
    ]),
  );
}

async function readPicture(read) {
  const size = await read(8);
  const [width, height] = [size.readUInt32LE(0), size.readUInt32LE(4)];
  const bytes = await read(4 * width * height);
  const pixels = new Uint32Array(width * height);
  for (let i = 0; i < pixels.length; i++) pixels[i] = bytes.readUInt32LE(4 * i);
  return { width, height, pixels };
}

/** @returns a function that gives the next so many bytes of a stream, or undefined at its end. */
function reader(stream) {
  const chunks = stream[Symbol.asyncIterator]();
  let rest = Buffer.alloc(0);
  return async (bytes) => {
    const parts = [rest];
    let have = rest.length;
    while (have < bytes) {
      const { value, done } = await chunks.next();
      if (done) return undefined;
      parts.push(value);
      have += value.length;
    }
    const all = parts.length === 1 ? rest : Buffer.concat(parts);
    rest = all.subarray(bytes);
    return all.subarray(0, bytes);
  };
}

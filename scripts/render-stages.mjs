#!/usr/bin/env node
// Draws the cartridge's stages as PNG files: each whole stage as a map, and a contact sheet of
// the recorded plays. Everything is what the console draws, photographed in the emulator.
//
//   npm run build && node scripts/render-stages.mjs [--out FOLDER] [map ...]
//
// Without names: 1-1 to 1-4 and the sheet, into docs/images.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { Ram } from "./cartridge-ram.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const load = (path) => import(join(root, "dist", path));
const { Emulator } = await load("nes/emulator.js");
const { startGame } = await load("env/game-start.js");
const { parseStage } = await load("env/stages.js");

const rom = readFileSync(join(root, "roms", "fenn.nes"));
const STAGES = ["1-1", "1-2", "1-3", "1-4"];
const WIDTH = 256;
const TOP = 32; // below the status bar
const HEIGHT = 208;
/** Screen columns from which a map's strips are taken: what comes in is still where it stands. */
const STRIP_AT = 232;
const STRIP = 8;
const WHOLE_COLUMNS = 224;

/** An RGB picture to paste screens into. */
class Canvas {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.bytes = Buffer.alloc(width * height * 3);
  }

  paste(screen, { x = 0, y = TOP, width = WIDTH, height = HEIGHT }, toX, toY) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width && toX + column < this.width; column++) {
        const colour = screen[(y + row) * WIDTH + x + column];
        const at = ((toY + row) * this.width + toX + column) * 3;
        this.bytes[at] = colour >> 16;
        this.bytes[at + 1] = (colour >> 8) & 255;
        this.bytes[at + 2] = colour & 255;
      }
    }
  }

  async save(file) {
    const raw = { width: this.width, height: this.height, channels: 3 };
    await sharp(this.bytes, { raw })
      .png({ palette: true, colours: 64, dither: 0, compressionLevel: 9, effort: 10 })
      .toFile(file);
    console.log(`${file}: ${this.width}x${this.height}`);
  }
}

/** Drives the camera through the map, Fenn out of sight above it; draws from column x on. */
function drive(emulator, canvas, from) {
  const { ram } = emulator;
  const left = () => ram[Ram.leftPage] * 256 + ram[Ram.leftX];
  const paste = (at, x) => canvas.paste(emulator.screen, { x, width: WIDTH - x }, at + x, 0);
  paste(left(), Math.max(0, from - left()));
  for (let before = -1; left() !== before;) {
    before = left();
    const x = before + 112 + STRIP;
    ram[Ram.playerPage] = x >> 8;
    ram[Ram.playerX] = x & 255;
    ram[Ram.viewport] = 0;
    ram[Ram.playerY] = 100;
    ram[Ram.floatState] = 1;
    ram[Ram.speed] = 0;
    ram[Ram.speedDown] = 0;
    ram[Ram.playerState] = 8;
    ram[Ram.clock] = 3;
    ram[Ram.mastPage] = 255;
    emulator.stepFrame(0);
    // The picture shows the camera of the frame before.
    paste(before, Math.max(STRIP_AT, from - before));
  }
}

/** A stage whose first door leads on to another map, with columns that go on counting. */
const GOES_ON = "1-2";

async function drawMap(name, file) {
  const emulator = new Emulator(rom);
  startGame(emulator, parseStage(name));
  const { ram } = emulator;
  const end = ram[Ram.columns] * 16;
  const canvas = new Canvas(name === GOES_ON ? WHOLE_COLUMNS * 16 : end, HEIGHT);
  drive(emulator, canvas, 0);
  if (name === GOES_ON) {
    ram[Ram.playerState] = 2;
    ram[Ram.warpTimer] = 0;
    ram[Ram.door] = 0;
    while (ram[Ram.columns] !== WHOLE_COLUMNS || ram[Ram.playerState] !== 8) emulator.stepFrame(0);
    for (let i = 0; i < 4; i++) emulator.stepFrame(0);
    drive(emulator, canvas, end);
  }
  await canvas.save(file);
}

/** Four moments of each recorded play. */
async function drawSheet(file) {
  const shots = [];
  for (const name of STAGES) {
    const path = join(root, "test", "roms", "plays", `${name}.json`);
    if (!existsSync(path)) continue;
    const play = JSON.parse(readFileSync(path, "utf8"));
    const emulator = new Emulator(rom);
    startGame(emulator, parseStage(name));
    const wanted = [0.08, 0.26, 0.44, 0.57].map((part) => Math.round(play.frames * part));
    let frame = 0;
    for (const [count, buttons] of play.inputs) {
      for (let i = 0; i < count; i++) {
        emulator.stepFrame(buttons);
        if (wanted.includes(++frame)) shots.push(emulator.screen.slice());
      }
    }
  }
  const gap = 4;
  const canvas = new Canvas(4 * WIDTH + 3 * gap, 4 * 240 + 3 * gap);
  shots.forEach((screen, i) => {
    const at = [(i % 4) * (WIDTH + gap), Math.floor(i / 4) * (240 + gap)];
    canvas.paste(screen, { y: 0, height: 240 }, ...at);
  });
  await canvas.save(file);
}

const args = process.argv.slice(2);
const outAt = args.indexOf("--out");
const folder = outAt < 0 ? join(root, "docs", "images") : resolve(args.splice(outAt, 2)[1]);
mkdirSync(folder, { recursive: true });
for (const name of args.length > 0 ? args : STAGES) {
  await drawMap(name, join(folder, `stage-${name}.png`));
}
if (args.length === 0) await drawSheet(join(folder, "stages.png"));

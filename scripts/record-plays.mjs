#!/usr/bin/env node
// Finds a way through each stage of roms/fenn.nes and records it: test/roms/plays/1-1.json to
// 1-4.json, and what memory and picture are then: test/roms/goldens. The tests replay them. Run
// it after every change of the cartridge on purpose.
//
//   npm run build && node scripts/record-plays.mjs [stage ...]
//
// A best-first search over save states: of the states reached so far the farthest one tries its
// next move; where that ends in a death, one behind it goes on. Nothing is random: the same
// cartridge gives the same plays.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { positionOf, Ram } from "./cartridge-ram.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const load = (path) => import(join(root, "dist", path));
const { Button, Emulator } = await load("nes/emulator.js");
const { SaveStateCodec } = await load("nes/save-state.js");
const { sha1Hex } = await load("nes/sha1.js");
const { startGame } = await load("env/game-start.js");
const { parseStage } = await load("env/stages.js");

const { a, b, left, right } = Button;
/** In the order of trying: to run on, to jump far, to jump, to walk, to wait, to go back. */
const MOVES = [right | b, right | b | a, right | a, right, 0, left, left | b | a];
const MOVE_FRAMES = 10;
const MAX_FRAMES = 7_000;
const MAX_MOVES = 60_000;
/** After the mast or the lever the game walks by itself, counts the clock down and moves on. */
const MAX_END_FRAMES = 2_400;

const isDead = (ram) => [6, 0x0b].includes(ram[Ram.playerState]) || ram[Ram.viewport] > 1;
/** On the mast, or the lever is pulled. */
const isWon = (ram) => ram[Ram.playerState] === 4 || ram[Ram.mode] === 2;

/** States that differ less than this are one and the same to the search; time counts in waits. */
function likeness(ram, frame) {
  const signed = (value) => (value << 24) >> 24;
  const parts = [ram[Ram.map], positionOf(ram) >> 2, ram[Ram.playerY] >> 2, ram[Ram.floatState]];
  return [...parts, signed(ram[Ram.speed]) >> 3, signed(ram[Ram.speedDown]), frame >> 6].join();
}

/** @returns the moves from the stage's start to its mast or lever. */
function search(emulator, name) {
  const { ram } = emulator;
  const codec = new SaveStateCodec(emulator.nes, emulator.rom);
  // States without the picture, by x / 8; in each spot the newest is on top.
  const spots = [];
  const keep = (inputs, frame) => {
    const state = codec.save(emulator.frames, undefined, false);
    (spots[positionOf(ram) >> 3] ??= []).push({ state, inputs, frame, tried: 0 });
  };
  const seen = new Set();
  keep(null, 0);
  for (let moves = 1; moves <= MAX_MOVES; moves++) {
    while (spots.length > 0 && !spots.at(-1)?.length) spots.pop();
    const spot = spots.at(-1);
    if (spot === undefined) break;
    const from = spot.at(-1);
    const move = MOVES[from.tried++];
    if (from.tried === MOVES.length) spot.pop();
    codec.restore(from.state, false);
    let frames = 0;
    while (frames < MOVE_FRAMES && !isDead(ram) && !isWon(ram)) {
      emulator.stepFrame(move, "dark");
      frames++;
    }
    const inputs = { before: from.inputs, move, frames };
    const frame = from.frame + frames;
    if (isWon(ram)) {
      console.log(`${name}: ${frame} frames, ${moves} moves tried`);
      return inputs;
    }
    if (process.env.VERBOSE && moves % 100 === 0)
      console.log(`${name}: ${moves} moves, frame ${frame}, x ${positionOf(ram)}`);
    if (isDead(ram) || frame > MAX_FRAMES) continue;
    const like = likeness(ram, frame);
    if (seen.has(like)) continue;
    seen.add(like);
    keep(inputs, frame);
  }
  throw new Error(`${name}: no way through found; farthest x ${8 * spots.length}`);
}

function unfold(inputs) {
  const frames = [];
  for (let part = inputs; part !== null; part = part.before)
    for (let i = 0; i < part.frames; i++) frames.push(part.move);
  return frames.reverse();
}

function runLengths(frames) {
  const runs = [];
  for (const buttons of frames) {
    if (runs.at(-1)?.[1] === buttons) runs.at(-1)[0]++;
    else runs.push([1, buttons]);
  }
  return runs;
}

function record(rom, name) {
  const emulator = new Emulator(rom);
  startGame(emulator, parseStage(name));
  const start = emulator.saveState();
  const frames = unfold(search(emulator, name));
  emulator.restoreState(start);
  const { ram } = emulator;
  const [world, stage] = [ram[Ram.world], ram[Ram.stage]];
  for (const buttons of frames) emulator.stepFrame(buttons, "dark");
  if (!isWon(ram)) throw new Error(`${name}: the play does not repeat itself`);
  for (let i = 0; ram[Ram.world] === world && ram[Ram.stage] === stage; i++) {
    if (i === MAX_END_FRAMES) throw new Error(`${name}: the next stage never came`);
    emulator.stepFrame(0, "dark");
    frames.push(0);
  }
  const inputs = runLengths(frames).map(([count, buttons]) => `    [${count}, ${buttons}]`);
  const head = { format: "mario-play", version: 1, rom: sha1Hex(rom), stage: name };
  const fields = Object.entries({ ...head, frames: frames.length }).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`,
  );
  return `{\n${fields.join("\n")}\n  "inputs": [\n${inputs.join(",\n")}\n  ]\n}\n`;
}

/** Hashes of memory and picture at four points of a play, the last at its end. */
function goldens(rom, name, { frames, inputs }) {
  const emulator = new Emulator(rom);
  startGame(emulator, parseStage(name));
  const points = [1, 2, 3, 4].map((quarter) => Math.floor((frames * quarter) / 4));
  const hash = (bytes) => createHash("md5").update(bytes).digest("hex");
  const found = [];
  let frame = 0;
  for (const [count, buttons] of inputs) {
    for (let i = 0; i < count; i++) {
      emulator.stepFrame(buttons);
      if (!points.includes(++frame)) continue;
      const picture = new Uint8Array(emulator.screen.slice().buffer);
      found.push({ frame, ram: hash(emulator.ram), picture: hash(picture) });
    }
  }
  return found;
}

const rom = readFileSync(join(root, "roms", "fenn.nes"));
const folder = join(root, "test", "roms", "plays");
const goldenFolder = join(root, "test", "roms", "goldens");
for (const path of [folder, goldenFolder]) mkdirSync(path, { recursive: true });
const names = process.argv.length > 2 ? process.argv.slice(2) : ["1-1", "1-2", "1-3", "1-4"];
for (const name of names) {
  const play = record(rom, name);
  writeFileSync(join(folder, `${name}.json`), play);
  const golden = goldens(rom, name, JSON.parse(play));
  writeFileSync(join(goldenFolder, `${name}.json`), JSON.stringify(golden, null, 2) + "\n");
}

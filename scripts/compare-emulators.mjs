// Plays the same inputs in our emulator and in another one, and compares the console's memory after
// every frame: is the cartridge an NES program, or one that only runs in jsnes?
//
//   node scripts/compare-emulators.mjs [--rom FILE] [--play FILE]... [--random SEED:FRAMES]... [--json]
//       [--second-rom FILE: what the other one runs, to see that a difference is found]
//
// Without --play and --random: every recording in test/roms/plays, and three times 10,000 frames of
// random buttons. Exit code 0: the same; 1: it differs; 2: it cannot be compared here.
//
// What is compared, and what is not:
// - RAM: all 2,048 bytes (stack included) at the end of every frame, from the moment at which the game
//   has cleared its memory on. Before that, RAM holds what each emulator believes a console powers on
//   with. That moment, and by how many frames one emulator is ahead at power on, is found once, on a
//   run without input, and printed; inputs are shifted by it.
//   The two do not end a frame at quite the same instruction. While a game computes across that end
//   (loading a stage), memory may therefore be caught a few instructions apart. Such a frame counts as
//   the same only if ours holds exactly their 2,048 bytes at an instruction less than 12 processor
//   cycles (of 29,780) from its end; how many such frames there were is printed.
// - Pictures: every 30th, all 256 x 240 pixels, where the game kept the picture on throughout the
//   frame. (While it is off, jsnes blackens the leftmost 8 columns.) Emulators disagree on the
//   console's colours, so each colour of ours has to be one colour there, the same one in all pictures
//   of all runs. (Not the other way round: of the console's two whites Nestopia makes one.)
// - Sound is not compared.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { RAM_BYTES, compileFrontEnd, findCore, playInSecondEmulator } from "./second-emulator.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = (path) => import(join(root, "dist", path));

const PICTURE_PERIOD = 30;
/** How long the run without input is, and by how many frames one may be ahead. */
const CALM_FRAMES = 180;
const MAX_AHEAD = 8;
/** Processor cycles between the two moments that emulators call a frame's end. */
const MAX_APART = 12;
/** A stage's name first: other files in that folder say what its plays lead to. */
const PLAY_NAME = /^\d-\d.*\.json$/;
const RANDOM_RUNS = ["1:10000", "2:10000", "3:10000"];

function giveUp(line) {
  process.stderr.write(`compare-emulators: ${line}\n`);
  process.exit(2);
}

const { values } = parseArgs({
  options: {
    rom: { type: "string", default: join(root, "roms", "fenn.nes") },
    play: { type: "string", multiple: true, default: [] },
    "second-rom": { type: "string" },
    random: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
  },
});
const core = findCore();
if (core === undefined) {
  giveUp("no libretro core: install libretro-nestopia, or name one with LIBRETRO_CORE.");
}
if (!existsSync(join(root, "dist", "cli", "play", "play-file.js")))
  giveUp("run npm run build first.");
const { Emulator } = await built("nes/emulator.js");
const { startGame } = await built("env/game-start.js");
const { parseStage } = await built("env/stages.js");
const { Rng } = await built("core/rng.js");
const { readPlay, requireSameRom } = await built("cli/play/play-file.js");
const rom = new Uint8Array(readFileSync(values.rom));
const secondRom = resolve(values["second-rom"] ?? values.rom);

/** A console that remembers what was done to it: buttons, and what was written to its RAM between. */
class WatchedEmulator extends Emulator {
  frameLog = [];
  #ramBefore = this.ram.slice();

  stepFrame(buttons, look) {
    const writes = [];
    this.#ramBefore.forEach((value, address) => {
      if (this.ram[address] !== value) writes.push([address, this.ram[address]]);
    });
    this.frameLog.push({ buttons, writes });
    super.stepFrame(buttons, look);
    this.#ramBefore.set(this.ram);
  }
}

/** The frames of a recording, from power on: those that lead to its stage, too. */
function framesOfPlay(play) {
  const frames = [];
  if (play.stage !== undefined) {
    const emulator = new WatchedEmulator(rom);
    startGame(emulator, parseStage(play.stage));
    frames.push(...emulator.frameLog);
  }
  for (const [count, buttons] of play.inputs) {
    for (let i = 0; i < count; i++) frames.push({ buttons });
  }
  return frames;
}

/**
 * Random play that gets somewhere: mostly to the right, each choice held for up to a third of a
 * second; Start now and then, which begins, pauses and goes on.
 */
function randomFrames(seed, count) {
  const rng = new Rng(seed);
  const frames = [];
  while (frames.length < count) {
    const start = rng.integer(12) === 0 ? 0x08 : 0;
    const anything =
      rng.integer(3) === 0 ? possible(rng.integer(256) & ~0x08) : 0x80 | rng.integer(4);
    const hold = 1 + rng.integer(20);
    for (let i = 0; i < hold; i++) frames.push({ buttons: start | anything });
  }
  return frames.slice(0, count);
}

/** Without what a pad's cross cannot do, up and down or left and right at once: Nestopia drops both. */
function possible(buttons) {
  return [0x30, 0xc0].reduce(
    (kept, pair) => ((kept & pair) === pair ? kept & ~pair : kept),
    buttons,
  );
}

const idle = (count) => Array.from({ length: count }, () => ({ buttons: 0 }));

/** Ours, frame by frame, as environments use it: in the dark where nobody looks. */
function* playInOurs(frames, isLookedAt = () => false) {
  const emulator = new Emulator(rom);
  const { ppu } = emulator.nes;
  let before;
  let frame = 0;
  for (const { buttons, writes = [] } of frames) {
    for (const [address, value] of writes) emulator.ram[address] = value;
    before = emulator.saveState(before);
    const wasOn = ppu.renderingOn;
    emulator.stepFrame(buttons, isLookedAt(frame++) ? "drawn" : "dark");
    const isOn = wasOn && ppu.renderingOn;
    yield { ram: emulator.ram, pixels: emulator.screen, before, buttons, isOn };
  }
}

/**
 * By how many processor cycles memory is apart: the distance from the end of our frame of the nearest
 * instruction after which ours was exactly theirs; undefined where there is none near enough.
 */
function cyclesApart({ before, buttons }, theirs) {
  const probe = new Emulator(rom, { turbo: false });
  probe.restoreState(before);
  const { nes } = probe;
  for (let key = 0; key < 8; key++) {
    if ((buttons >> key) & 1) nes.buttonDown(1, key);
    else nes.buttonUp(1, key);
  }
  const same = [];
  nes.controllers[1].clock();
  nes.ppu.startFrame();
  while (!nes.ppu.frameEnded) {
    nes.cpu.emulate();
    if (firstDifference(probe.ram, theirs) < 0) same.push(nes.cpu.cycles);
  }
  const end = nes.cpu.cycles;
  nes.ppu.frameEnded = false;
  nes.ppu.startFrame();
  while (nes.cpu.cycles < end + MAX_APART) {
    nes.cpu.emulate();
    if (firstDifference(probe.ram, theirs) < 0) same.push(nes.cpu.cycles);
  }
  const apart = Math.min(...same.map((cycle) => Math.abs(cycle - end)));
  return apart < MAX_APART ? apart : undefined;
}

function firstDifference(ours, theirs) {
  for (let i = 0; i < RAM_BYTES; i++) if (ours[i] !== theirs[i]) return i;
  return -1;
}

async function collect(frames, frontEnd) {
  const theirs = [];
  for await (const { ram } of playInSecondEmulator({ frontEnd, core, rom: secondRom, frames })) {
    theirs.push(Uint8Array.from(ram));
  }
  return theirs;
}

/**
 * By how many frames the second is behind at power on, and from which of our frames on memory is the
 * same for good.
 */
async function align(frontEnd) {
  const ours = Array.from(playInOurs(idle(CALM_FRAMES)), ({ ram }) => ram.slice());
  const theirs = await collect(idle(CALM_FRAMES), frontEnd);
  let best;
  for (let behind = -MAX_AHEAD; behind <= MAX_AHEAD; behind++) {
    const last = CALM_FRAMES - 1 - Math.max(0, behind);
    let from = last + 1;
    while (
      from + behind > 0 &&
      from > 0 &&
      firstDifference(ours[from - 1], theirs[from - 1 + behind]) < 0
    ) {
      from--;
    }
    if (from <= last - 60 && (best === undefined || from < best.from)) best = { behind, from };
  }
  if (best !== undefined) return best;
  const at = CALM_FRAMES - 1;
  const address = firstDifference(ours[at], theirs[at]);
  process.stderr.write(
    `compare-emulators: memory never agrees; frame ${at}, first at ${hex(address)}: ` +
      `${ours[at][address]} here, ${theirs[at][address]} there\n`,
  );
  process.exit(1);
}

/** Which colour there each of ours is. */
class ColourPairs {
  /** By our colour times 2^24 plus theirs: pixels. */
  #seen = new Map();

  /** @returns the pairs of one picture, to be judged when all have been seen. */
  add(ours, theirs) {
    const pairs = new Map();
    for (let i = 0; i < ours.length; i++) {
      const pair = ours[i] * 0x1000000 + theirs[i];
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    for (const [pair, pixels] of pairs) this.#seen.set(pair, (this.#seen.get(pair) ?? 0) + pixels);
    return pairs;
  }

  /** For each of our colours the one that is seen most where it is. */
  agreed() {
    const [here, agreed] = [new Set(), new Set()];
    for (const [pair] of [...this.#seen].sort((a, b) => b[1] - a[1])) {
      const ours = Math.floor(pair / 0x1000000);
      if (here.has(ours)) continue;
      here.add(ours);
      agreed.add(pair);
    }
    return agreed;
  }
}

/** Pixels of a picture whose colours are no pair. */
function wrongPixels(pairs, agreed) {
  let wrong = 0;
  for (const [pair, pixels] of pairs) if (!agreed.has(pair)) wrong += pixels;
  return wrong;
}

async function compare(name, frames, { behind, from }, colours, frontEnd) {
  const shifted = behind >= 0 ? [...idle(behind), ...frames] : frames.slice(-behind);
  const second = playInSecondEmulator({
    ...{ frontEnd, core, rom: secondRom, frames: shifted, picturePeriod: PICTURE_PERIOD },
  });
  const next = async () => (await second.next()).value;
  for (let i = 0; i < behind; i++) await next();
  const isLookedAt = (frame) => (frame + behind + 1) % PICTURE_PERIOD === 0;
  const result = { name, frames: frames.length, compared: 0, between: 0, apart: 0, pictures: [] };
  let frame = -1;
  for (const ours of playInOurs(frames, isLookedAt)) {
    frame++;
    if (frame + behind < 0) continue;
    const theirs = await next();
    if (frame < from) continue;
    const address = firstDifference(ours.ram, theirs.ram);
    if (address >= 0) {
      const apart = cyclesApart(ours, theirs.ram);
      if (apart === undefined) {
        const [here, there] = [ours.ram[address], theirs.ram[address]];
        result.difference = { frame, address: hex(address), here, there };
        break;
      }
      result.between++;
      result.apart = Math.max(result.apart, apart);
    }
    result.compared++;
    if (isLookedAt(frame) && ours.isOn) {
      result.pictures.push({ frame, pairs: colours.add(ours.pixels, theirs.picture.pixels) });
    }
  }
  await second.return();
  return result;
}

/** Replaces a result's pictures by their number, and by the first frame of one that differs. */
function judgePictures(result, agreed) {
  const wrong = result.pictures.filter(({ pairs }) => wrongPixels(pairs, agreed) > 0);
  const [first] = wrong;
  return {
    ...result,
    pictures: result.pictures.length,
    wrongPictures: wrong.length,
    ...(first && {
      wrongPicture: { frame: first.frame, pixels: wrongPixels(first.pairs, agreed) },
    }),
  };
}

const hex = (address) => `0x${address.toString(16).padStart(4, "0")}`;

function runs() {
  const folder = join(root, "test", "roms", "plays");
  const isDefault = values.play.length === 0 && values.random.length === 0;
  const files = !isDefault
    ? values.play
    : existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => PLAY_NAME.test(name))
          .map((name) => join(folder, name))
      : [];
  const plays = files.map((path) => {
    const play = readPlay(path);
    requireSameRom(play, { name: basename(values.rom), sha1: new Emulator(rom).rom.sha1 });
    return { name: basename(path), frames: framesOfPlay(play) };
  });
  const random = (isDefault ? RANDOM_RUNS : values.random).map((text) => {
    const match = /^(\d{1,9}):(\d{1,7})$/.exec(text);
    if (match === null) giveUp(`--random ${text}: write SEED:FRAMES, e.g. 1:10000.`);
    return { name: `random ${match[1]}`, frames: randomFrames(Number(match[1]), Number(match[2])) };
  });
  return [...plays, ...random];
}

function describe({ name, compared, between, apart, pictures, wrongPicture, difference }) {
  if (difference !== undefined) {
    const { frame, address, here, there } = difference;
    return `${name}: differs in frame ${frame}, first at ${address}: ${here} here, ${there} there`;
  }
  const loading = between > 0 ? ` (${between} of them up to ${apart} cycles apart)` : "";
  const looks =
    wrongPicture === undefined
      ? "the same"
      : `not the same: first frame ${wrongPicture.frame}, ${wrongPicture.pixels} pixels`;
  return `${name}: RAM the same after ${compared} frames${loading}; ${pictures} pictures, ${looks}`;
}

const todo = runs();
const frontEnd = compileFrontEnd();
if (frontEnd === undefined) giveUp("the C compiler (cc) is missing or failed.");
try {
  const start = await align(frontEnd.path);
  const colours = new ColourPairs();
  const played = [];
  for (const { name, frames } of todo) {
    played.push(await compare(name, frames, start, colours, frontEnd.path));
  }
  const agreed = colours.agreed();
  const results = played.map((result) => judgePictures(result, agreed));
  const lines = [
    `core: ${core}`,
    `at power on the second emulator is ${start.behind} frames behind; memory is compared from frame ${start.from} on`,
    ...results.map(describe),
    `${agreed.size} colours, each one there and the same throughout`,
  ];
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ core, ...start, colours: agreed.size, results })}\n`
      : `${lines.join("\n")}\n`,
  );
  if (results.some((one) => one.difference !== undefined || one.wrongPictures > 0)) {
    process.exitCode = 1;
  }
} finally {
  frontEnd.remove();
}

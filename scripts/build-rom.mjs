#!/usr/bin/env node
// Builds roms/fenn.nes from roms/src: text art -> pattern tiles, text maps -> tables,
// then ca65 and ld65 (package cc65). Same sources, same bytes.
//
//   node scripts/build-rom.mjs [--out FILE] [--source FOLDER]
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PatternTable, SourceError, parsePictures, tileBytes } from "./rom/pictures.mjs";
import { byteLines } from "./rom/assembly.mjs";
import { metatileTables, readMetatiles } from "./rom/blocks.mjs";
import { mapTables, readStage, stageTables } from "./rom/stage.mjs";
import { readThemes, themeTables } from "./rom/themes.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const ROM_BYTES = 16 + 32768 + 8192;

/** The stages of a world, in order; the other maps are their rooms. */
const STAGES = ["1-1", "1-2", "1-3", "1-4"];
const TITLE = "title";

function fail(message) {
  console.error(`build-rom: ${message}`);
  process.exit(2);
}

function parseArguments(args) {
  const options = {
    out: join(root, "roms", "fenn.nes"),
    build: join(root, "roms", "build"),
    source: join(root, "roms", "src"),
  };
  for (let i = 0; i < args.length; i++) {
    if (["--out", "--build", "--source"].includes(args[i]) && args[i + 1]) {
      options[args[i].slice(2)] = resolve(args[++i]);
    } else {
      fail(
        `unknown argument "${args[i]}"; usage: node scripts/build-rom.mjs [--out FILE] [--source FOLDER]`,
      );
    }
  }
  return options;
}

const options = parseArguments(process.argv.slice(2));
const { source } = options;
const read = (...path) => readFileSync(join(source, ...path), "utf8");

/** The font: "#" is ink (colour 2) on the dark band (colour 1). Tile 0 is the sky. */
function buildFont(table) {
  const asPixels = read("tiles", "font.txt").replace(/^(?![=;+])(.*)$/gm, (row) =>
    row.replace(/\./g, "1").replace(/#/g, "2"),
  );
  const out = [];
  table.add(new Uint8Array(16));
  for (const [name, picture] of parsePictures(asPixels, "font.txt")) {
    const number = table.add(tileBytes(picture, 0, 0));
    if (name === "0") out.push(`T_ZERO = ${number}`);
    if (name === "-") out.push(`T_DASH = ${number}`);
    if (name.length === 1) out.push(`.charmap ${name.charCodeAt(0)}, ${number}`);
    else out.push(`T_${name.toUpperCase()} = ${number}`);
    if (name === "band") out.push(`.charmap 32, ${number}`);
  }
  return out.join("\n") + "\n";
}

/** Each sprite picture becomes a frame: width and height in tiles, then the tile numbers. */
function buildSprites(table) {
  const out = [];
  table.add(new Uint8Array(16));
  for (const [name, picture] of parsePictures(read("tiles", "sprites.txt"), "sprites.txt")) {
    const bytes = [picture.width / 8, picture.height / 8];
    for (let ty = 0; ty < picture.height / 8; ty++) {
      for (let tx = 0; tx < picture.width / 8; tx++)
        bytes.push(table.add(tileBytes(picture, tx, ty)));
    }
    out.push(
      `SPRITE_${name.toUpperCase()} = ${bytes[2]}   ; first tile`,
      `frame_${name}:`,
      byteLines(bytes, 18),
    );
  }
  return out.join("\n") + "\n";
}

/** Where a dot in the lowest line of the logo is, for the sprite whose hit ends it. */
function lowestDot({ rows }) {
  const row = rows.findLastIndex((line) => /[123]/.test(line));
  return [`LOGO_SPLIT = ${row}`, `LOGO_DOT_X = ${rows[row].search(/[123]/)}`];
}

function generate(build) {
  const background = new PatternTable("background tiles");
  const sprites = new PatternTable("sprite tiles");
  const write = (name, data) => writeFileSync(join(build, name), data);
  write("charmap.inc", buildFont(background));
  write("frames.inc", buildSprites(sprites));
  const pictures = parsePictures(read("tiles", "background.txt"), "background.txt");
  const set = readMetatiles(read("blocks.txt"), read("scenery.txt"), pictures, background);
  // The title screen places the logo tile by tile; its tiles are in the sprites' table.
  const logo = [];
  for (const [name, picture] of pictures) {
    if (!name.startsWith("logo")) continue;
    const rows = [];
    for (let ty = 0; ty < picture.height / 8; ty++) {
      const row = [];
      for (let tx = 0; tx < picture.width / 8; tx++)
        row.push(sprites.add(tileBytes(picture, tx, ty)));
      rows.push(byteLines(row, 32));
    }
    logo.push(
      `${name.toUpperCase()}_WIDTH = ${picture.width / 8}`,
      `${name.toUpperCase()}_HEIGHT = ${picture.height / 8}`,
      ...lowestDot(picture),
    );
    logo.push(`${name}:`, ...rows);
  }
  write("logo.inc", logo.join("\n") + "\n");
  write("metatiles.inc", metatileTables(set.metatiles));
  const themes = readThemes(read("themes.txt"));
  const found = readdirSync(join(source, "levels"))
    .filter((f) => f.endsWith(".txt"))
    .map((f) => f.slice(0, -4))
    .sort();
  const rooms = found.filter((id) => !STAGES.includes(id) && id !== TITLE);
  const maps = [...STAGES, ...rooms, TITLE].map((id) => ({
    id,
    label: `stage_${id.replace(/\W/g, "_")}`,
    stage: readStage(read("levels", `${id}.txt`), `levels/${id}.txt`, set, themes),
  }));
  const tables = maps.map(({ label, stage }) => stageTables(label, stage));
  write("stages.inc", [themeTables(themes), ...tables, mapTables(maps)].join("\n"));
  write("tiles.chr", Buffer.concat([sprites.toBytes(), background.toBytes()]));
  return {
    background: background.tiles.length,
    sprites: sprites.tiles.length,
    metatiles: set.metatiles.length,
  };
}

function tool(name, args) {
  const result = spawnSync(name, args, { encoding: "utf8" });
  if (result.error?.code === "ENOENT")
    fail(`${name} not found; install the cc65 package (cc65.github.io), then try again`);
  if (result.status !== 0) fail(`${name} failed\n${result.stderr}${result.stdout}`);
}

try {
  mkdirSync(options.build, { recursive: true });
  const counts = generate(options.build);
  const object = join(options.build, "fenn.o");
  const image = join(options.build, "fenn.nes");
  tool("ca65", [
    "-I",
    source,
    "-I",
    options.build,
    "--bin-include-dir",
    options.build,
    "-o",
    object,
    "-l",
    join(options.build, "fenn.lst"),
    join(source, "fenn.s"),
  ]);
  tool("ld65", [
    "-C",
    join(source, "nrom.cfg"),
    "-o",
    image,
    "-m",
    join(options.build, "fenn.map"),
    object,
  ]);
  const size = readFileSync(image).length;
  if (size !== ROM_BYTES) fail(`the image has ${size} bytes, not ${ROM_BYTES}`);
  mkdirSync(dirname(options.out), { recursive: true });
  if (resolve(options.out) !== resolve(image)) copyFileSync(image, options.out);
  console.log(
    `${relative(process.cwd(), options.out) || options.out}: ${size} bytes, ${counts.background} background tiles, ` +
      `${counts.sprites} sprite tiles, ${counts.metatiles} metatiles`,
  );
} catch (error) {
  if (error instanceof SourceError) fail(error.message);
  throw error;
}

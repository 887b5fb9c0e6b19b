// Reads blocks.txt, scenery.txt and the stage maps, and writes them as assembler tables.
import { SourceError, tileBytes } from "./pictures.mjs";

const STAGE_ROWS = 13;
/** First block number of each kind, so that one compare tells a kind, in the game and outside. */
const FIRST_NUMBER = { decor: 0x00, pass: 0x70, solid: 0x80 };
const KINDS = Object.keys(FIRST_NUMBER);

function fieldLines(text) {
  return text
    .split(/\r?\n/)
    .map((line, i) => ({ fields: line.trim().split(/\s+/), number: i + 1, line }))
    .filter(({ line }) => line.trim() !== "" && !line.startsWith(";"));
}

function cellTiles(picture, cellX, cellY, table) {
  const at = (dx, dy) => table.add(tileBytes(picture, cellX * 2 + dx, cellY * 2 + dy));
  return [at(0, 0), at(1, 0), at(0, 1), at(1, 1)];
}

/** Metatiles (16x16): what the map's characters and the scenery's cells are made of. */
export function readMetatiles(blocksText, sceneryText, pictures, table) {
  const metatiles = [];
  const pictureOf = (name, where) => {
    const picture = pictures.get(name);
    if (!picture) throw new SourceError(`${where}: no picture "${name}" in background.txt`);
    return picture;
  };
  for (const { fields, number } of fieldLines(blocksText)) {
    const [char, name, kind, palette, pictureName] = fields;
    const where = `blocks.txt:${number}`;
    if (fields.length !== 5 || !KINDS.includes(kind)) {
      throw new SourceError(`${where}: expected "char name decor|pass|solid palette picture"`);
    }
    const tiles = cellTiles(pictureOf(pictureName, where), 0, 0, table);
    metatiles.push({ char, name, kind, palette: Number(palette), tiles });
  }
  const scenery = new Map();
  for (const { fields, number } of fieldLines(sceneryText)) {
    const [char, name, palette] = fields;
    const picture = pictureOf(name, `scenery.txt:${number}`);
    const cells = [];
    for (let cy = 0; cy < picture.height / 16; cy++) {
      const row = [];
      for (let cx = 0; cx < picture.width / 16; cx++) {
        const tiles = cellTiles(picture, cx, cy, table);
        const empty =
          tiles.every((t) => t === tiles[0]) &&
          picture.rows
            .slice(cy * 16, cy * 16 + 16)
            .every((r) => /^\.+$/.test(r.slice(cx * 16, cx * 16 + 16)));
        if (empty) {
          row.push(null);
          continue;
        }
        const same = metatiles.find(
          (m) =>
            m.kind === "decor" && m.palette === Number(palette) && m.tiles.join() === tiles.join(),
        );
        const cell = same ?? {
          char: null,
          name: `${name}_${cx}_${cy}`,
          kind: "decor",
          palette: Number(palette),
          tiles,
        };
        if (!same) metatiles.push(cell);
        row.push(cell);
      }
      cells.push(row);
    }
    scenery.set(char, { name, cells });
  }
  metatiles.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
  for (const kind of KINDS) {
    const ofKind = metatiles.filter((m) => m.kind === kind);
    ofKind.forEach((m, i) => (m.id = FIRST_NUMBER[kind] + i));
    const limit = FIRST_NUMBER[KINDS[KINDS.indexOf(kind) + 1]] ?? 0x100;
    if (FIRST_NUMBER[kind] + ofKind.length > limit)
      throw new SourceError(`too many ${kind} blocks`);
  }
  if (metatiles[0].name !== "sky")
    throw new SourceError("blocks.txt: the first decor block must be sky");
  return { metatiles, scenery };
}

/** A stage file: "key value" settings, then [blocks], [scenery] and [things], 13 rows each. */
export function readStage(text, file, { metatiles, scenery }, things) {
  const settings = {};
  const layers = {};
  let layer = null;
  text.split(/\r?\n/).forEach((line, i) => {
    const heading = /^\[(\w+)\]$/.exec(line.trim());
    if (heading) {
      layer = layers[heading[1]] = [];
    } else if (layer) {
      if (line !== "" && !line.startsWith(";")) layer.push(line.trimEnd());
    } else if (line.trim() !== "" && !line.startsWith(";")) {
      const [key, value] = line.trim().split(/\s+/);
      if (!/^\d+$/.test(value ?? ""))
        throw new SourceError(`${file}:${i + 1}: expected "key number"`);
      settings[key] = Number(value);
    }
  });
  for (const name of ["blocks", "scenery", "things"]) {
    if (layers[name]?.length !== STAGE_ROWS) {
      throw new SourceError(
        `${file}: [${name}] has ${layers[name]?.length ?? 0} rows, not ${STAGE_ROWS}`,
      );
    }
  }
  // The game loads 32 columns at once.
  const width = Math.max(32, ...layers.blocks.map((row) => row.length));
  const byChar = new Map(metatiles.filter((m) => m.char !== null).map((m) => [m.char, m]));
  const sky = metatiles[0];
  const grid = Array.from({ length: STAGE_ROWS }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const char = layers.blocks[y][x] ?? ".";
      const block = byChar.get(char === " " ? "." : char);
      if (!block)
        throw new SourceError(`${file}: [blocks] row ${y + 1} column ${x + 1}: unknown "${char}"`);
      return block;
    }),
  );
  // A scenery letter marks the lower left cell of its picture; blocks stay in front.
  layers.scenery.forEach((row, y) => {
    [...row].forEach((char, x) => {
      if (char === "." || char === " ") return;
      const piece = scenery.get(char);
      if (!piece)
        throw new SourceError(`${file}: [scenery] row ${y + 1} column ${x + 1}: unknown "${char}"`);
      piece.cells.forEach((cellRow, cy) => {
        cellRow.forEach((cell, cx) => {
          const gy = y - piece.cells.length + 1 + cy;
          const gx = x + cx;
          if (cell && gy >= 0 && gx < width && grid[gy][gx] === sky) grid[gy][gx] = cell;
        });
      });
    });
  });
  const found = [];
  layers.things.forEach((row, y) => {
    [...row].forEach((char, x) => {
      if (char === "." || char === " ") return;
      if (!(char in things))
        throw new SourceError(`${file}: [things] row ${y + 1} column ${x + 1}: unknown "${char}"`);
      found.push({ column: x, row: y, type: things[char] });
    });
  });
  found.sort((a, b) => a.column - b.column || a.row - b.row);
  return { settings, width, grid, things: found };
}

const hex = (n) => `$${n.toString(16).padStart(2, "0")}`;

export function byteLines(bytes, perLine = 16) {
  const lines = [];
  for (let i = 0; i < bytes.length; i += perLine) {
    lines.push(`  .byte ${[...bytes.slice(i, i + perLine)].map(hex).join(",")}`);
  }
  return lines.join("\n");
}

export function metatileTables(metatiles) {
  const out = [];
  for (const m of metatiles) {
    if (m.char !== null) out.push(`MT_${m.name.toUpperCase()} = ${hex(m.id)}`);
  }
  out.push(
    `MT_FIRST_PASS = ${hex(FIRST_NUMBER.pass)}   ; from here on a block stands in the block buffer`,
  );
  out.push(`MT_FIRST_SOLID = ${hex(FIRST_NUMBER.solid)}   ; from here on it is solid`);
  const numbers = metatiles.at(-1).id + 1;
  const byNumber = new Map(metatiles.map((m) => [m.id, m]));
  const column = (pick) =>
    byteLines(
      Array.from({ length: numbers }, (_, id) => (byNumber.has(id) ? pick(byNumber.get(id)) : 0)),
    );
  out.push(
    "mt_top_left:",
    column((m) => m.tiles[0]),
    "mt_top_right:",
    column((m) => m.tiles[1]),
  );
  out.push(
    "mt_bottom_left:",
    column((m) => m.tiles[2]),
    "mt_bottom_right:",
    column((m) => m.tiles[3]),
  );
  out.push(
    "mt_palette:",
    column((m) => m.palette),
  );
  return out.join("\n") + "\n";
}

/** Columns are stored once each (16 bytes, 13 used); the stage is a list of their numbers. */
export function stageTables(label, stage, pennant) {
  const unique = [];
  const numbers = new Map();
  const list = [];
  for (let x = 0; x < stage.width; x++) {
    const column = stage.grid.map((row) => row[x].id);
    const key = column.join();
    if (!numbers.has(key)) {
      numbers.set(key, unique.length);
      unique.push([...column, 0, 0, 0]);
    }
    list.push(numbers.get(key));
  }
  if (unique.length > 256) throw new SourceError(`${label}: more than 256 different columns`);
  const mast = stage.things.find((t) => t.type === pennant)?.column ?? 0;
  const things = stage.things.flatMap((t) => [t.column, t.row, t.type]);
  return [
    `${label}_mast = ${mast}   ; the mast's column`,
    `${label}_list:`,
    byteLines(list),
    `${label}_columns:`,
    byteLines(unique.flat()),
    `${label}_things:`,
    byteLines([...things, 0xff], 15),
    "",
  ].join("\n");
}

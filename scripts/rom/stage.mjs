// Reads the maps (levels/*.txt) and writes them as assembler tables. The format is described
// in roms/README.md.
import { addressTables, byteLines, hex } from "./assembly.mjs";
import { SourceError } from "./pictures.mjs";

const STAGE_ROWS = 13;
/** A screen; and a column has a number below 255, the end of the list of things. */
const MIN_COLUMNS = 16;
const MAX_COLUMNS = 240;

/** Letters of the [things] layer and the type each stands for (ram.inc). */
const THINGS = {
  b: 0x06, // beetle
  s: 0x03, // snail
  f: 0x0e, // frog
  m: 0x10, // moth
  v: 0x0d, // viper
  u: 0x12, // urchin
  e: 0x0c, // ember
  "(": 0x1b, // fire bar
  ")": 0x1c, // fire bar, turning the other way
  G: 0x2d, // badger
  F: 0x31, // the mast's pennant
  Z: 0x35, // Hazel
  "=": 0x40, // rafts: across,
  "|": 0x41, // up and down,
  "-": 0x42, // dropping,
  "^": 0x43, // rising,
  _: 0x44, // sinking
};
const LANTERN = "K";
const FIRST_RAFT_TYPE = 0x40;
/** Rafts that the game can have at a time, and the columns over which it has them. */
const RAFTS = 4;
const RAFT_SPAN = 32;

const DOOR_KINDS = { down: 0, right: 1 };
const ARRIVALS = { stand: 0, drop: 1, rise: 2 };

/** An error at a place in a map; line and column as an editor counts them. */
function misplaced(file, line, column, what) {
  return new SourceError(`${file}:${line}:${column}: ${what}`);
}

/** Splits a map into its settings and layers; every row remembers its line. */
function splitStage(text, file) {
  const settings = [];
  const layers = {};
  let layer = null;
  text.split(/\r?\n/).forEach((full, i) => {
    const line = full.trimEnd();
    const heading = /^\[(\w+)\]$/.exec(line);
    if (heading) {
      if (!["blocks", "scenery", "things"].includes(heading[1]))
        throw misplaced(file, i + 1, 2, `no layer is called "${heading[1]}"`);
      layer = layers[heading[1]] = { rows: [], line: i + 1 };
    } else if (line !== "" && !line.startsWith(";")) {
      if (layer) layer.rows.push({ text: line, line: i + 1 });
      else settings.push({ fields: line.trim().split(/\s+/), line: i + 1 });
    }
  });
  for (const name of ["blocks", "scenery", "things"]) {
    if (!layers[name]) throw misplaced(file, 1, 1, `the layer [${name}] is missing`);
    const { rows, line } = layers[name];
    if (rows.length !== STAGE_ROWS)
      throw misplaced(file, line, 1, `[${name}] has ${rows.length} rows, not ${STAGE_ROWS}`);
  }
  return { settings, layers };
}

/** Calls `work(char, x, y, line)` for every cell of a layer that is not sky. */
function eachCell({ rows }, work) {
  rows.forEach(({ text, line }, y) => {
    [...text].forEach((char, x) => {
      if (char !== "." && char !== " ") work(char, x, y, line);
    });
  });
}

function readSettings(settings, file, themes) {
  const result = { name: null, theme: null, start: { column: 2, row: 11 }, doors: [] };
  const number = (field, line, limit, what) => {
    const value = Number(field);
    if (!/^\d+$/.test(field ?? "") || value >= limit)
      throw misplaced(
        file,
        line,
        1,
        `${what} "${field ?? ""}" is not a number from 0 to ${limit - 1}`,
      );
    return value;
  };
  for (const { fields, line } of settings) {
    const [key, ...values] = fields;
    if (key === "name") {
      result.name = values.join(" ");
      if (!/^[A-Z .!-]{1,26}$/.test(result.name))
        throw misplaced(file, line, 6, "a name has 1 to 26 capital letters, spaces or . ! -");
    } else if (key === "theme") {
      result.theme = themes.findIndex((t) => t.name === values[0]);
      if (result.theme < 0)
        throw misplaced(file, line, 7, `no theme "${values[0] ?? ""}" in themes.txt`);
    } else if (key === "start") {
      result.start = {
        column: number(values[0], line, MAX_COLUMNS, "column"),
        row: number(values[1], line, STAGE_ROWS, "row"),
      };
    } else if (key === "door") {
      const [column, row, kind, map, toColumn, toRow, arrival] = values;
      if (!(kind in DOOR_KINDS) || !(arrival in ARRIVALS) || values.length !== 7) {
        const form = 'door COLUMN ROW down|right MAP COLUMN ROW stand|drop|rise"';
        throw misplaced(file, line, 1, `expected "${form}`);
      }
      result.doors.push({
        kind,
        map,
        arrival,
        line,
        column: number(column, line, MAX_COLUMNS, "column"),
        row: number(row, line, STAGE_ROWS, "row"),
        toColumn: number(toColumn, line, MAX_COLUMNS, "column"),
        toRow: number(toRow, line, STAGE_ROWS, "row"),
      });
    } else {
      throw misplaced(file, line, 1, `no setting is called "${key}"`);
    }
  }
  if (result.theme === null) throw misplaced(file, 1, 1, "no theme is set");
  return result;
}

function readGrid(layers, file, { metatiles, scenery }) {
  const width = Math.max(MIN_COLUMNS, ...layers.blocks.rows.map(({ text }) => text.length));
  if (width > MAX_COLUMNS) {
    const { line } = layers.blocks.rows.find(({ text }) => text.length > MAX_COLUMNS);
    throw misplaced(file, line, MAX_COLUMNS + 1, `a map has at most ${MAX_COLUMNS} columns`);
  }
  const byChar = new Map(metatiles.filter((m) => m.char !== null).map((m) => [m.char, m]));
  const sky = metatiles[0];
  const grid = Array.from({ length: STAGE_ROWS }, () => Array.from({ length: width }, () => sky));
  eachCell(layers.blocks, (char, x, y, line) => {
    const block = byChar.get(char);
    if (!block) throw misplaced(file, line, x + 1, `no block "${char}" in blocks.txt`);
    grid[y][x] = block;
  });
  // A scenery letter marks the lower left cell of its picture; blocks stay in front.
  eachCell(layers.scenery, (char, x, y, line) => {
    const piece = scenery.get(char);
    if (!piece) throw misplaced(file, line, x + 1, `no scenery "${char}" in scenery.txt`);
    piece.cells.forEach((cellRow, cy) => {
      cellRow.forEach((cell, cx) => {
        const gy = y - piece.cells.length + 1 + cy;
        const gx = x + cx;
        if (cell && gy >= 0 && gx < width && grid[gy][gx] === sky) grid[gy][gx] = cell;
      });
    });
  });
  return { width, grid };
}

/** What appears as the screen comes near, the mast and the lantern. */
function readThings(layer, file, width, grid, block) {
  const things = [];
  let mast = null;
  let lantern = null;
  eachCell(layer, (char, x, y, line) => {
    const at = (what) => misplaced(file, line, x + 1, what);
    if (x >= width) throw at(`"${char}" stands beyond the last column of [blocks]`);
    if (char === LANTERN) {
      if (lantern) throw at("a map has one lantern (K) at most");
      if (y < 1) throw at("there is no room for a lantern");
      lantern = { column: x, row: y - 1 };
      grid[y][x] = block("post");
      grid[y - 1][x] = block("lantern_off");
      return;
    }
    if (!(char in THINGS)) throw at(`no thing is called "${char}"`);
    if (char === "F") {
      if (mast !== null) throw at("a map has one mast (F) at most");
      mast = x;
    }
    if (char === "v" && grid[y][x].name !== "log_tl")
      throw at('a viper (v) belongs on the upper left block of a log ("[")');
    things.push({ column: x, row: y, type: THINGS[char], line });
  });
  things.sort((a, b) => a.column - b.column || a.row - b.row);
  const rafts = things.filter((t) => t.type >= FIRST_RAFT_TYPE);
  rafts.forEach((raft, i) => {
    const other = rafts[i - RAFTS];
    if (other && raft.column - other.column < RAFT_SPAN) {
      const what = `more than ${RAFTS} rafts within ${RAFT_SPAN} columns`;
      throw misplaced(file, raft.line, raft.column + 1, what);
    }
  });
  return { things, mast, lantern };
}

/** The planks that the lever lets fall: one row of bridge blocks without a hole. */
function findBridge(grid, file, layer) {
  const planks = [];
  eachCell(layer, (char, x, y, line) => {
    if (grid[y][x].name === "bridge") planks.push({ x, y, line });
  });
  if (planks.length === 0) return { left: 0, right: 0, row: 0 };
  const [first] = planks;
  planks.forEach(({ x, y, line }, i) => {
    if (y !== first.y || x !== first.x + i)
      throw misplaced(file, line, x + 1, "the bridge must be one row without a hole");
  });
  return { left: first.x, right: first.x + planks.length - 1, row: first.y };
}

/**
 * Reads a map: settings, then [blocks], [scenery] and [things], 13 rows each.
 * @throws SourceError with file, line and column.
 */
export function readStage(text, file, set, themes) {
  const { settings, layers } = splitStage(text, file);
  const options = readSettings(settings, file, themes);
  const { width, grid } = readGrid(layers, file, set);
  const block = (name) => set.metatiles.find((m) => m.name === name);
  const { things, mast, lantern } = readThings(layers.things, file, width, grid, block);
  const bridge = findBridge(grid, file, layers.blocks);
  const has = (name) => grid.some((row) => row.some((cell) => cell.name === name));
  if (has("lever") && bridge.right === 0)
    throw misplaced(file, layers.blocks.line, 1, "a lever needs a bridge");
  const isStage = options.name !== null;
  if (isStage && mast === null && !has("lever") && options.doors.length === 0)
    throw misplaced(file, 1, 1, "the stage has no end: a mast (F), a lever or a door");
  const { start } = options;
  if (isStage && grid[start.row][start.column].kind !== "solid")
    throw misplaced(
      file,
      1,
      1,
      `the start, column ${start.column}, has no floor in row ${start.row}`,
    );
  for (const { kind, column, row, line } of options.doors) {
    const wanted = kind === "down" ? "log_tl" : "arch";
    if (grid[row][column]?.name !== wanted) {
      const what = `a door ${kind} needs the block "${wanted}" at column ${column}, row ${row}`;
      throw misplaced(file, line, 1, what);
    }
  }
  return { ...options, file, width, grid, things, mast, lantern, bridge };
}

/** Columns are stored once each (16 bytes, 13 used); the map is a list of their numbers. */
export function stageTables(label, stage) {
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
  if (unique.length > 256)
    throw misplaced(stage.file, 1, 1, `${unique.length} different columns, more than 256`);
  const things = stage.things.flatMap((t) => [t.column, t.row, t.type]);
  return [
    `${label}_list:`,
    byteLines(list),
    `${label}_columns:`,
    byteLines(unique.flat()),
    `${label}_things:`,
    byteLines([...things, 0xff], 15),
    "",
  ].join("\n");
}

/** Fenn's y over the block below which he enters: on a log, or on the floor under an arch. */
const doorY = ({ kind, row }) => (kind === "down" ? row : row + 1) * 16;

/**
 * The tables by map number (modes.s, stage.s): first the four stages, then their rooms.
 * @param maps [{ id, label, stage }] in that order.
 */
export function mapTables(maps) {
  const doors = maps.map(({ label, stage }) => {
    const bytes = stage.doors.flatMap((door) => {
      const target = maps.findIndex(({ id }) => id === door.map);
      if (target < 0)
        throw misplaced(stage.file, door.line, 1, `the door leads to no map: "${door.map}"`);
      const to = maps[target].stage;
      if (door.toColumn >= to.width)
        throw misplaced(stage.file, door.line, 1, `"${door.map}" has only ${to.width} columns`);
      return [
        ...[door.column, doorY(door), DOOR_KINDS[door.kind], target],
        ...[door.toColumn, door.toRow, ARRIVALS[door.arrival]],
      ];
    });
    return `${label}_doors:\n${byteLines([...bytes, 0xff], 7)}`;
  });
  const names = maps.map(({ label, stage }) => {
    const name = stage.name ?? "-";
    return `${label}_name: .byte ${name.length}, "${name}"`;
  });
  const labels = (part) => maps.map(({ label }) => `${label}_${part}`);
  const bytes = (name, pick) =>
    `${name}: .byte ${maps.map(({ stage }) => hex(pick(stage))).join(",")}`;
  return [
    ...doors,
    ...names,
    addressTables("map_list", labels("list")),
    addressTables("map_columns", labels("columns")),
    addressTables("map_things", labels("things")),
    addressTables("map_doors", labels("doors")),
    addressTables("map_name", labels("name")),
    bytes("map_width", (s) => s.width),
    bytes("map_theme_no", (s) => s.theme),
    bytes("map_start_col", (s) => s.start.column),
    bytes("map_start_row", (s) => s.start.row),
    bytes("map_mast", (s) => s.mast ?? 0),
    bytes("map_lantern", (s) => s.lantern?.column ?? 0),
    bytes("map_lantern_row", (s) => s.lantern?.row ?? 0),
    bytes("map_bridge", (s) => s.bridge.left),
    bytes("map_bridge_end", (s) => s.bridge.right),
    bytes("map_bridge_row", (s) => s.bridge.row),
    "",
  ].join("\n");
}

import type { MarioRam } from "./mario-ram.js";

export const TILE_ROWS = 13;
export const TILE_COLUMNS = 16;
/** What a cell of the `tiles` observation holds. */
export const Tile = { empty: 0, object: 1, enemy: 2, player: 3 } as const;

const TILE_PIXELS = 16;
/** The status bar's two rows of tiles are not part of the block buffer. */
const STATUS_PIXELS = 32;
const BLOCKS_AT = 0x0500;
const PAGE_BLOCKS = TILE_ROWS * TILE_COLUMNS;
const ENEMY_SLOTS = 5;

/**
 * The screen as a coarse map: blocks from the game's own buffer, then enemies, then the player.
 * @param out `[13, 16] uint8`, 0–3.
 */
export function readTiles(ram: MarioRam, out: Uint8Array): void {
  const { bytes, screenLeft } = ram;
  for (let column = 0; column < TILE_COLUMNS; column++) {
    const x = screenLeft + column * TILE_PIXELS;
    const page = (x >> 8) & 1;
    const from = BLOCKS_AT + page * PAGE_BLOCKS + ((x & 0xff) >> 4);
    for (let row = 0; row < TILE_ROWS; row++) {
      const block = bytes[from + row * TILE_COLUMNS];
      out[row * TILE_COLUMNS + column] = block === 0 ? Tile.empty : Tile.object;
    }
  }
  for (let slot = 0; slot < ENEMY_SLOTS; slot++) {
    if (bytes[0x000f + slot] === 0) continue;
    const x = bytes[0x006e + slot] * 256 + bytes[0x0087 + slot];
    put(out, x - screenLeft, bytes[0x00cf + slot], Tile.enemy);
  }
  // His box is two blocks high whatever his size; he stands in the lower one.
  if (ram.viewport === 1) put(out, ram.x - screenLeft, ram.y + TILE_PIXELS, Tile.player);
}

/** @param x, y the sprite's top left, pixels on the screen; a sprite stands 8 pixels into its tile. */
function put(out: Uint8Array, x: number, y: number, value: number): void {
  const column = Math.floor((x + TILE_PIXELS / 2) / TILE_PIXELS);
  const row = Math.floor((y + TILE_PIXELS / 2 - STATUS_PIXELS) / TILE_PIXELS);
  if (column < 0 || column >= TILE_COLUMNS || row < 0 || row >= TILE_ROWS) return;
  out[row * TILE_COLUMNS + column] = value;
}

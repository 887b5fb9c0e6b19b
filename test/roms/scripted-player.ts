import { Ram, type Pad } from "./console.js";

/** Block numbers from here on are solid (roms/README.md). */
const FIRST_SOLID = 0x80;
const PENNANT = 0x31;
const GROUND_Y = 208;
const SCREEN_BOTTOM = 240;

interface Foe {
  /** Pixels from the player's left edge and from his feet. */
  readonly dx: number;
  readonly dy: number;
}

/**
 * Walks right through a stage and jumps at walls, gaps and enemies. It sees what an agent may
 * see, the RAM contract, and plans nothing: whatever it can finish is no trap.
 */
export class ScriptedPlayer {
  #jumpFrames = 0;
  #overWall = false;
  #heldA = false;

  /** The pad for the next frame. */
  decide(ram: Uint8Array): Pad {
    const x = ram[Ram.playerPage] * 256 + ram[Ram.playerX];
    const feet = ram[Ram.playerY] + 32;
    const speed = ((ram[0x57] << 24) >> 24) / 16;
    const inAir = ram[Ram.floatState] !== 0;
    const foes = findFoes(ram, x, feet);
    const solid = (px: number, py: number) => isSolid(ram, px, py);
    if (inAir) return this.#steerJump(ram, x, feet, foes);

    const reach = 16 + Math.abs(speed) * 9;
    const wall = [14, 18, 22, 26, 30].some(
      (d) => d <= reach && (solid(x + d, feet - 12) || solid(x + d, feet - 4)),
    );
    const edge = x + 15 + Math.round(speed * 2);
    let gap = true;
    for (let py = feet; py < SCREEN_BOTTOM; py += 16) if (solid(edge, py)) gap = false;
    const near = foes.some((f) => f.dx > -8 && f.dx < 24 + speed * 14 && Math.abs(f.dy) < 20);
    const coming = foes.some((f) => f.dx >= 24 && f.dx < 120 && Math.abs(f.dy) < 40);
    // Whoever comes from beyond a gap falls into it.
    if (gap && coming && !near) return this.#press(speed > 0.3 ? ["Left"] : [], false);
    if (!wall && !gap && !near) return this.#press(["Right"], false);
    this.#jumpFrames = 40;
    this.#overWall = wall && !gap && !near;
    // The game wants A released before it jumps again.
    return this.#press(["Right"], !this.#heldA);
  }

  /** Up as long as it takes to clear the wall, or as far as can be; away from enemies below. */
  #steerJump(ram: Uint8Array, x: number, feet: number, foes: readonly Foe[]): Pad {
    const higher = [12, 18, 24, 30, 36].some(
      (d) => isSolid(ram, x + d, feet - 1) || isSolid(ram, x + d, feet - 14),
    );
    const lift = this.#jumpFrames > 0 && ram[Ram.floatState] === 1 && (!this.#overWall || higher);
    if (this.#jumpFrames > 0) this.#jumpFrames--;
    const falling = ram[0x9f] < 128;
    const beside = foes.some((f) => f.dx > -4 && f.dx < 30 && f.dy < 10 && f.dy > -30);
    return this.#press(falling && beside && feet <= GROUND_Y ? ["Left"] : ["Right"], lift);
  }

  #press(direction: Pad, a: boolean): Pad {
    this.#heldA = a;
    return a ? [...direction, "A"] : direction;
  }
}

function isSolid(ram: Uint8Array, px: number, py: number): boolean {
  if (py < 32 || py >= SCREEN_BOTTOM) return false;
  const page = (px >> 8) & 1;
  const cell = ((py - 32) >> 4) * 16 + ((px >> 4) & 15);
  return ram[Ram.blocks + page * 208 + cell] >= FIRST_SOLID;
}

/** Enemies that walk: in use, not the pennant, not flattened. */
function findFoes(ram: Uint8Array, x: number, feet: number): Foe[] {
  const foes: Foe[] = [];
  for (let slot = 0; slot < 5; slot++) {
    if (ram[Ram.slotUsed + slot] === 0 || ram[Ram.enemyType + slot] === PENNANT) continue;
    if (ram[0x1e + slot] !== 0) continue;
    const foeX = ram[Ram.enemyPage + slot] * 256 + ram[Ram.enemyX + slot];
    foes.push({ dx: foeX - x, dy: ram[Ram.enemyY + slot] + 24 - feet });
  }
  return foes;
}

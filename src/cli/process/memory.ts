import { freemem, platform, totalmem } from "node:os";
import { MarioError } from "../../core/errors.js";
import type { ReplayPlan } from "../../trainer/run-plan.js";

/** Left for the network, the emulators and everybody else. */
const RESERVE_BYTES = 0.5e9;

/**
 * Makes sure that the replay memory fits before any of it is taken.
 * @returns one line that says how much it takes
 * @throws MarioError INVALID_OPTION when the machine lacks the memory
 */
export function requireMemory({ capacity, bytes }: ReplayPlan, available = freeBytes()): string {
  const transitions = capacity.toLocaleString("en-US");
  if (bytes + RESERVE_BYTES <= available) {
    return `replay memory: ${transitions} transitions, ${gigabytes(bytes)} when full`;
  }
  const affordable = Math.max(0, ((available - RESERVE_BYTES) * capacity) / bytes);
  throw new MarioError(
    "INVALID_OPTION",
    `A replay memory of ${transitions} transitions takes ${gigabytes(bytes)} when full; ` +
      `${gigabytes(available)} are free here, of which ${gigabytes(RESERVE_BYTES)} are needed otherwise.`,
    {
      value: bytes,
      remedy:
        affordable >= 1000
          ? `Give --buffer-size ${Math.floor(affordable / 1000) * 1000} or less.`
          : "Close other programs or use a machine with more memory.",
    },
  );
}

/** What this process may still take: of the machine's memory, or of a container's if that is less. */
function freeBytes(): number {
  const limit = process.constrainedMemory();
  // macOS calls free only what nothing has been in yet; caches, which make room, do not count.
  const free = platform() === "darwin" ? Math.max(freemem(), totalmem() / 2) : freemem();
  // Without a limit it is 0, or a number beyond any machine's memory.
  return limit > 0 ? Math.min(free, limit - process.memoryUsage.rss()) : free;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e8 ? 2 : 1)} GB`;
}

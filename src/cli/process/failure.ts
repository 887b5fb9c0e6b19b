import { CommanderError } from "commander";
import { MarioError } from "../../core/errors.js";

/** Codes that say something broke here, rather than that the user can mend it by asking anew. */
const NOT_THE_USERS = new Set(["NOT_FINITE", "DIVERGED", "REPLAY_DIFFERS"]);

/** 0 help and version, 2 a user's mistake, 1 anything else. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof MarioError) return NOT_THE_USERS.has(error.code) ? 1 : 2;
  return 1;
}

/** One line for a person; empty where the text is out already. A stack only with `MARIO_DEBUG`. */
export function explain(error: unknown): string {
  if (error instanceof CommanderError) return "";
  if (process.env["MARIO_DEBUG"] && error instanceof Error && error.stack) return error.stack;
  if (error instanceof MarioError) {
    return `mario: ${error.message}${error.remedy ? ` ${error.remedy}` : ""}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  return `mario: unexpected error: ${message} (MARIO_DEBUG=1 shows where)`;
}

import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** SIGHUP's number is 1: the first bit of the system's masks. */
const SIGHUP_BIT = 1n;
/** O_ACCMODE and O_WRONLY, in octal as the system shows a file's flags. */
const [ACCESS_MODE, WRITE_ONLY] = [0o3, 0o1];

/**
 * Whether the program was started to outlive its terminal, by `nohup` or from a script that was.
 * Node sets signals that were ignored back to their default before it runs any of our code, so this
 * goes by what else such a start leaves behind.
 */
export function ignoresHangUp(): boolean {
  // nohup turns both of them elsewhere.
  if (process.stdout.isTTY || process.stderr.isTTY) return false;
  return (
    // Shells name there the program that they start, which here is nohup.
    basename(process.env["_"] ?? "") === "nohup" ||
    hasUnreadableInput() ||
    [process.pid, process.ppid].some(ignoresSignal)
  );
}

/** Keeps ignoring hang-ups where that was asked for, from the start to the end of the program. */
export function keepIgnoringHangUp(): void {
  if (ignoresHangUp()) process.on("SIGHUP", () => undefined);
}

/** GNU's nohup puts a file that cannot be read in the place of a terminal's input. */
function hasUnreadableInput(): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(systemFile("/proc/self/fdinfo/0"))?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & ACCESS_MODE) === WRITE_ONLY;
}

/** On Linux; elsewhere false. */
function ignoresSignal(process: number): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(systemFile(`/proc/${process}/status`))?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) & SIGHUP_BIT) !== 0n;
}

/** Empty where there is none. */
function systemFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

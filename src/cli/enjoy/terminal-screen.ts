import { nesPicture } from "../../picture/picture.js";
import {
  terminalPicture,
  terminalSize,
  type TerminalColours,
} from "../../picture/terminal-picture.js";

/** The whole terminal, taken for a while and given back as it was. */
export interface TerminalScreen {
  /** @param screen `[240, 256] uint32`, 0x00RRGGBB. @param status one line under the picture. */
  draw(screen: Uint32Array, status: string): void;
  close(): void;
}

/** What of a terminal's stream is used; `process.stdout` is one. */
export type TerminalOutput = Pick<
  NodeJS.WriteStream,
  "write" | "columns" | "rows" | "getColorDepth" | "writableNeedDrain"
> & {
  on(event: "resize" | "error", listener: () => void): unknown;
  off(event: "resize" | "error", listener: () => void): unknown;
};

// DEC private modes: alternate screen, cursor, wrapping at the right edge, and an update shown at once.
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const BEGIN_UPDATE = "\u001b[?2026h";
const END_UPDATE = "\u001b[?2026l";
const CLEAR = "\u001b[2J";
const TO_END_OF_LINE = "\u001b[K";
/** Both one-based. */
const moveTo = (row: number, column: number): string => `\u001b[${row};${column}H`;

/** @param depth bits of colour, as Node counts them: 1, 4, 8 or 24 */
function coloursOf(depth: number): TerminalColours {
  if (depth < 4) return "none";
  // Node does not believe COLORTERM inside tmux, which translates true colour if it has to.
  const isTrue = /^(truecolor|24bit)$/.test(process.env["COLORTERM"] ?? "");
  if (depth >= 24 || isTrue) return "truecolor";
  return depth >= 8 ? "256" : "16";
}

/** Whether pictures can be drawn: on a terminal that can move its cursor. */
export function canShowPictures(output: { readonly isTTY?: boolean } = process.stdout): boolean {
  return output.isTTY === true && process.env["TERM"] !== "dumb";
}

/**
 * Colours as the terminal has them: none with NO_COLOR (no-color.org), 24 bits with
 * COLORTERM=truecolor. Ctrl-Z gives the terminal back until the program goes on.
 */
export function openTerminalScreen(output: TerminalOutput = process.stdout): TerminalScreen {
  const colours = coloursOf(output.getColorDepth());
  /** As drawn, to write only lines that change; undefined when all is to be drawn. */
  let drawn: string[] | undefined;
  let notBefore = 0;
  const redrawAll = (): void => {
    drawn = undefined;
  };
  const leave = (): void => {
    output.write(LEAVE);
  };
  let isStopped = false;
  const onStop = (): void => {
    isStopped = true;
    leave();
    process.kill(process.pid, "SIGSTOP");
  };
  const onContinue = (): void => {
    isStopped = false;
    output.write(ENTER);
    redrawAll();
  };
  // The terminal is gone; SIGHUP, which ends the program, is on its way.
  const onError = (): void => undefined;
  output.write(ENTER);
  output.on("resize", redrawAll);
  output.on("error", onError);
  process.on("SIGTSTP", onStop).on("SIGCONT", onContinue);
  // A process that exits on a second Ctrl-C gives the terminal back, too.
  process.once("exit", leave);
  return {
    draw(screen, status) {
      // A slow terminal drops pictures instead of slowing the game down: writing takes half the time.
      const now = performance.now();
      if (isStopped || output.writableNeedDrain || now < notBefore) return;
      const lines = compose(screen, status, colours, output);
      const before = drawn;
      const changes = lines.filter((line, i) => line !== before?.[i]);
      drawn = lines;
      output.write(`${BEGIN_UPDATE}${before ? "" : CLEAR}${changes.join("")}${END_UPDATE}`);
      const end = performance.now();
      notBefore = end + (end - now);
    },
    close() {
      output.off("resize", redrawAll);
      process.off("SIGTSTP", onStop).off("SIGCONT", onContinue);
      process.off("exit", leave);
      leave();
    },
  };
}

/** The picture, centred, and the status under it: lines that each begin by going to their place. */
function compose(
  screen: Uint32Array,
  status: string,
  colours: TerminalColours,
  output: TerminalOutput,
): string[] {
  const columns = Math.max(1, output.columns || 80);
  const allRows = Math.max(1, output.rows || 24);
  const picture = nesPicture(screen);
  // A terminal of one line has room for the status only.
  const room = { columns, rows: Math.max(1, allRows - 1), colours };
  const { width } = terminalSize(picture, room);
  const left = 1 + ((columns - width) >> 1);
  const lines =
    allRows === 1
      ? []
      : terminalPicture(picture, room)
          .split("\n")
          .map((line, row) => moveTo(row + 1, left) + line);
  lines.push(moveTo(lines.length + 1, 1) + status.slice(0, columns) + TO_END_OF_LINE);
  return lines;
}

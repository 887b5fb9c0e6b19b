import { nesPicture } from "../viewer/picture.js";
import { terminalPicture } from "../viewer/terminal-picture.js";

/** The whole terminal, taken for a while and given back as it was. */
export interface TerminalScreen {
  /** @param screen `[240, 256] uint32`, 0x00RRGGBB. @param status one line under the picture. */
  draw(screen: Uint32Array, status: string): void;
  close(): void;
}

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR = "\u001b[2J";
const TO_END_OF_LINE = "\u001b[K";

export function openTerminalScreen(output: NodeJS.WriteStream = process.stdout): TerminalScreen {
  const colours = output.getColorDepth() >= 24 ? "truecolor" : "256";
  let clear = true;
  // What was drawn for the old size would stay beside the new picture.
  const onResize = (): void => {
    clear = true;
  };
  // A process that exits on a second Ctrl-C gives the terminal back, too.
  const leave = (): void => {
    output.write(LEAVE);
  };
  output.write(ENTER);
  output.on("resize", onResize);
  process.once("exit", leave);
  return {
    draw(screen, status) {
      // A slow terminal drops pictures instead of piling them up.
      if (output.writableNeedDrain) return;
      const columns = output.columns || 80;
      const picture = terminalPicture(nesPicture(screen), {
        columns,
        rows: Math.max(2, (output.rows || 24) - 1),
        colours,
      });
      output.write(
        `${clear ? CLEAR : ""}${HOME}${picture}\n${status.slice(0, columns - 1)}${TO_END_OF_LINE}`,
      );
      clear = false;
    },
    close() {
      output.off("resize", onResize);
      process.off("exit", leave);
      leave();
    },
  };
}

import type { Picture } from "./picture.js";

/** What the terminal understands: 24-bit colour, or the 256 colours of xterm. */
type TerminalColours = "truecolor" | "256";

export interface TerminalPictureOptions {
  /** Room in character cells. */
  readonly columns: number;
  readonly rows: number;
  readonly colours?: TerminalColours;
}

const ESCAPE = "\u001b[";
const RESET = `${ESCAPE}0m`;
/** Upper half in the foreground colour, lower half in the background's: two pixels a cell. */
const HALF_BLOCK = "▀";
/** A console's pixel is 8/7 as wide as it is high; half a character cell is about square. */
const PIXEL_ASPECT = 8 / 7;

/**
 * Draws with half blocks, as large as fits without distortion.
 * @returns lines joined by "\n", colours reset at each line's end; no line break after the last.
 */
export function terminalPicture(picture: Picture, options: TerminalPictureOptions): string {
  const { width, height } = terminalSize(picture, options);
  const paint = options.colours === "256" ? paint256 : paintTrue;
  const lines: string[] = [];
  for (let row = 0; row < height; row++) {
    let line = "";
    let upperBefore = -1;
    let lowerBefore = -1;
    for (let column = 0; column < width; column++) {
      const upper = paint(average(picture, column, 2 * row, width, 2 * height));
      const lower = paint(average(picture, column, 2 * row + 1, width, 2 * height));
      if (upper.key !== upperBefore) line += `${ESCAPE}38;${upper.code}m`;
      if (lower.key !== lowerBefore) line += `${ESCAPE}48;${lower.code}m`;
      line += HALF_BLOCK;
      upperBefore = upper.key;
      lowerBefore = lower.key;
    }
    lines.push(line + RESET);
  }
  return lines.join("\n");
}

/** Cells that the picture will take, at least 1 × 1. */
export function terminalSize(
  { width, height }: Pick<Picture, "width" | "height">,
  { columns, rows }: Pick<TerminalPictureOptions, "columns" | "rows">,
): { readonly width: number; readonly height: number } {
  const aspect = (width * PIXEL_ASPECT) / height;
  const cells = Math.min(columns, Math.floor(2 * rows * aspect));
  const lines = Math.min(rows, Math.round(cells / aspect / 2));
  return { width: Math.max(1, cells), height: Math.max(1, lines) };
}

/** Mean colour of the source pixels under one target pixel. */
function average(
  { width, height, pixels }: Picture,
  x: number,
  y: number,
  columns: number,
  rows: number,
): number {
  const left = Math.floor((x * width) / columns);
  const right = Math.max(left + 1, Math.floor(((x + 1) * width) / columns));
  const top = Math.floor((y * height) / rows);
  const bottom = Math.max(top + 1, Math.floor(((y + 1) * height) / rows));
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const rgb = pixels[row * width + column];
      red += rgb >> 16;
      green += (rgb >> 8) & 0xff;
      blue += rgb & 0xff;
    }
  }
  const count = (right - left) * (bottom - top);
  return (
    (Math.round(red / count) << 16) | (Math.round(green / count) << 8) | Math.round(blue / count)
  );
}

function paintTrue(rgb: number) {
  return { key: rgb, code: `2;${rgb >> 16};${(rgb >> 8) & 0xff};${rgb & 0xff}` };
}

function paint256(rgb: number) {
  const index = nearest256(rgb);
  return { key: index, code: `5;${index}` };
}

/** Levels of xterm's 6 × 6 × 6 colour cube, indices 16 to 231; 232 to 255 are greys 8, 18, … 238. */
const CUBE = [0, 95, 135, 175, 215, 255];

/** Nearest of xterm's colours 16 to 255, by squared distance in RGB. */
export function nearest256(rgb: number): number {
  const parts = [rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff];
  const steps = parts.map(nearestLevel);
  const cubeError = parts.reduce((sum, part, i) => sum + (part - CUBE[steps[i]]) ** 2, 0);
  const mean = (parts[0] + parts[1] + parts[2]) / 3;
  const grey = Math.min(23, Math.max(0, Math.round((mean - 8) / 10)));
  const greyError = parts.reduce((sum, part) => sum + (part - (8 + 10 * grey)) ** 2, 0);
  return greyError < cubeError ? 232 + grey : 16 + 36 * steps[0] + 6 * steps[1] + steps[2];
}

function nearestLevel(part: number): number {
  let best = 0;
  CUBE.forEach((level, i) => {
    if (Math.abs(part - level) < Math.abs(part - CUBE[best])) best = i;
  });
  return best;
}

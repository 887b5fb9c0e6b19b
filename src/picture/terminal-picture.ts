import type { Picture } from "./picture.js";

/** What the terminal understands: 24-bit colour, the 256 or the 16 of xterm, or no colour at all. */
export type TerminalColours = "truecolor" | "256" | "16" | "none";

export interface TerminalPictureOptions {
  /** Room in character cells. */
  readonly columns: number;
  readonly rows: number;
  /** Default `truecolor`. */
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
 * Without colours it is made of shades.
 */
export function terminalPicture(picture: Picture, options: TerminalPictureOptions): string {
  const { width, height } = terminalSize(picture, options);
  const { colours = "truecolor" } = options;
  if (colours === "none") return shades(picture, width, height);
  const paint = PAINTS[colours];
  const lines: string[] = [];
  for (let row = 0; row < height; row++) {
    let line = "";
    let upperBefore = -1;
    let lowerBefore = -1;
    for (let column = 0; column < width; column++) {
      const upper = paint(average(picture, column, 2 * row, width, 2 * height));
      const lower = paint(average(picture, column, 2 * row + 1, width, 2 * height));
      if (upper.key !== upperBefore) line += `${ESCAPE}${upper.foreground}m`;
      if (lower.key !== lowerBefore) line += `${ESCAPE}${lower.background}m`;
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

/** Shares of a cell that are inked, from none to all: dark to light on a dark terminal. */
const SHADES = " ░▒▓█";

/** No escape codes at all: one mean brightness a cell. */
function shades(picture: Picture, width: number, height: number): string {
  const line = (row: number) =>
    Array.from({ length: width }, (_, column) => {
      const rgb = average(picture, column, row, width, height);
      const luma = 0.299 * (rgb >> 16) + 0.587 * ((rgb >> 8) & 0xff) + 0.114 * (rgb & 0xff);
      return SHADES[Math.min(SHADES.length - 1, Math.floor((luma * SHADES.length) / 256))];
    }).join("");
  return Array.from({ length: height }, (_, row) => line(row)).join("\n");
}

/** Parameters of "select graphic rendition" (ECMA-48) for a colour; equal keys look the same. */
interface Paint {
  readonly key: number;
  readonly foreground: string;
  readonly background: string;
}

const PAINTS: Readonly<Record<Exclude<TerminalColours, "none">, (rgb: number) => Paint>> = {
  truecolor: (rgb) => {
    const code = `2;${rgb >> 16};${(rgb >> 8) & 0xff};${rgb & 0xff}`;
    return { key: rgb, foreground: `38;${code}`, background: `48;${code}` };
  },
  "256": (rgb) => {
    const index = nearest256(rgb);
    return { key: index, foreground: `38;5;${index}`, background: `48;5;${index}` };
  },
  "16": (rgb) => {
    const index = nearest16(rgb);
    // 30 to 37, and 90 to 97 for the bright ones; backgrounds are 10 higher.
    const code = index < 8 ? 30 + index : 82 + index;
    return { key: index, foreground: String(code), background: String(code + 10) };
  },
};

/** xterm's first 16 colours, as most terminals have them. */
const SIXTEEN = [
  ...[0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5],
  ...[0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff],
];

/** Nearest of xterm's colours 0 to 15, by squared distance in RGB. */
export function nearest16(rgb: number): number {
  let best = 0;
  SIXTEEN.forEach((colour, i) => {
    if (squaredDistance(rgb, colour) < squaredDistance(rgb, SIXTEEN[best])) best = i;
  });
  return best;
}

function squaredDistance(a: number, b: number): number {
  const [red, green, blue] = [16, 8, 0].map((bits) => ((a >> bits) & 0xff) - ((b >> bits) & 0xff));
  return red * red + green * green + blue * blue;
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

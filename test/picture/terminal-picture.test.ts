import { describe, expect, it } from "vitest";
import type { Picture } from "../../src/picture/picture.js";
import {
  nearest16,
  nearest256,
  terminalPicture,
  terminalSize,
} from "../../src/picture/terminal-picture.js";

const ESC = "\u001b[";

function flat(width: number, height: number, rgb: (x: number, y: number) => number): Picture {
  const pixels = Uint32Array.from({ length: width * height }, (_, i) =>
    rgb(i % width, Math.floor(i / width)),
  );
  return { width, height, pixels };
}

describe("terminalPicture", () => {
  it("puts two pixels into a cell, the upper in the foreground", () => {
    const picture = flat(256, 240, (_, y) => (y < 120 ? 0x102030 : 0xfffefd));
    const text = terminalPicture(picture, { columns: 1, rows: 10 });
    expect(text).toBe(`${ESC}38;2;16;32;48m${ESC}48;2;255;254;253m▀${ESC}0m`);
  });

  it("changes colours only where they change, and resets at each line's end", () => {
    const picture = flat(256, 240, (x) => (x < 128 ? 0x000000 : 0xffffff));
    const lines = terminalPicture(picture, { columns: 8, rows: 50 }).split("\n");
    expect(lines.length).toBe(3);
    const black = `${ESC}38;2;0;0;0m${ESC}48;2;0;0;0m`;
    const white = `${ESC}38;2;255;255;255m${ESC}48;2;255;255;255m`;
    for (const line of lines) expect(line).toBe(`${black}▀▀▀▀${white}▀▀▀▀${ESC}0m`);
  });

  it("has 16 colours where there are no more, and shades where there are none", () => {
    const picture = flat(256, 240, (x, y) => (y < 120 ? 0xf01010 : x < 128 ? 0x101010 : 0xffffff));
    const room = { columns: 2, rows: 1 };
    expect(terminalPicture(picture, { ...room, colours: "16" })).toBe(
      `${ESC}91m${ESC}40m▀${ESC}107m▀${ESC}0m`,
    );
    const grey = flat(256, 240, (x) => [0, 60, 110, 170, 255][Math.floor(x / 51.3)] * 0x010101);
    expect(terminalPicture(grey, { columns: 5, rows: 3, colours: "none" })).toBe(" ░▒▓█\n ░▒▓█");
  });

  it.each([
    [0x000000, 0],
    [0xffffff, 15],
    [0xd02020, 1],
    [0x808080, 8],
    [0x5555ff, 12],
  ])("takes colour %i as %i of 16", (rgb, index) => {
    expect(nearest16(rgb)).toBe(index);
  });

  it("averages what falls under one half of a cell", () => {
    const picture = flat(256, 240, (x) => (x % 2 === 0 ? 0x000000 : 0xc86432));
    const [first] = terminalPicture(picture, { columns: 2, rows: 1 }).split("\n");
    expect(first).toContain(`${ESC}38;2;100;50;25m`);
  });

  it.each([
    [80, 24, 58, 24], // height decides
    [60, 100, 60, 25], // width decides
    [146, 60, 146, 60],
    [1, 1, 1, 1],
    [300, 200, 300, 123],
  ])("fits into %i × %i cells as %i × %i", (columns, rows, width, height) => {
    expect(terminalSize({ width: 256, height: 240 }, { columns, rows })).toEqual({ width, height });
    const picture = flat(256, 240, () => 0x445566);
    const lines = terminalPicture(picture, { columns, rows }).split("\n");
    expect(lines.length).toBe(height);
    for (const line of lines) expect(line.split("▀").length - 1).toBe(width);
  });

  it("falls back to xterm's 256 colours", () => {
    const picture = flat(256, 240, () => 0xff0000);
    expect(terminalPicture(picture, { columns: 1, rows: 1, colours: "256" })).toBe(
      `${ESC}38;5;196m${ESC}48;5;196m▀${ESC}0m`,
    );
  });
});

it.each([
  [0x000000, 16],
  [0xffffff, 231],
  [0x0000ff, 21],
  [0x808080, 244], // grey 128
  [0x121212, 233],
  [0x5f87af, 67],
  [0x5e88b0, 67],
])("the colour nearest to %i is %i", (rgb, index) => {
  expect(nearest256(rgb)).toBe(index);
});

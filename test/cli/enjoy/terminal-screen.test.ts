import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { canShowPictures, openTerminalScreen } from "../../../src/cli/enjoy/terminal-screen.js";

const ESC = "\u001b[";

/** A terminal's stream that keeps what is written to it. */
class Paper extends EventEmitter {
  readonly written: string[] = [];
  writableNeedDrain = false;
  constructor(
    public columns: number,
    public rows: number,
    private readonly depth = 24,
  ) {
    super();
  }
  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
  getColorDepth(): number {
    return this.depth;
  }
}

/** Upper half of one colour, lower half of another. */
const screen = (upper: number, lower: number) =>
  Uint32Array.from({ length: 256 * 240 }, (_, i) => (i < 256 * 120 ? upper : lower));

let now = 0;
beforeEach(() => {
  vi.stubEnv("COLORTERM", "");
  vi.spyOn(performance, "now").mockImplementation(() => now++);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it("takes the whole terminal and gives it back", () => {
  const exits = process.listenerCount("exit");
  const paper = new Paper(20, 9);
  const terminal = openTerminalScreen(paper);
  expect(paper.written).toEqual([`${ESC}?1049h${ESC}?25l${ESC}?7l`]);
  terminal.close();
  expect(paper.written[1]).toBe(`${ESC}?7h${ESC}?25h${ESC}?1049l`);
  expect(process.listenerCount("exit")).toBe(exits);
  expect(process.listenerCount("SIGTSTP") + process.listenerCount("SIGCONT")).toBe(0);
  expect(paper.listenerCount("resize")).toBe(0);
});

it("writes lines that change, all of them after a change of size", () => {
  const paper = new Paper(21, 9);
  const terminal = openTerminalScreen(paper);
  const draw = (...args: Parameters<typeof terminal.draw>) => {
    now += 100;
    terminal.draw(...args);
    return paper.written[paper.written.length - 1];
  };
  // 19 × 8 cells in the middle of 21 columns, and the status in the ninth row.
  const first = draw(screen(0x010203, 0x040506), "x 40");
  expect(first.startsWith(`${ESC}?2026h${ESC}2J${ESC}1;2H${ESC}38;2;1;2;3m`)).toBe(true);
  expect(first.endsWith(`${ESC}9;1Hx 40${ESC}K${ESC}?2026l`)).toBe(true);
  expect(first.split("▀").length - 1).toBe(19 * 8);
  const second = draw(screen(0x010203, 0x090909), "x 40");
  expect(second).not.toContain("2J");
  expect(second).toContain(`${ESC}5;2H`);
  expect(second).not.toContain(`${ESC}4;2H`);
  expect(second).not.toContain("x 40");
  paper.columns = 8;
  paper.emit("resize");
  const third = draw(screen(0x010203, 0x090909), "x 41 and more");
  expect(third).toContain("2J");
  expect(third.split("▀").length - 1).toBe(8 * 3);
  expect(third).toContain(`${ESC}4;1Hx 41 and${ESC}K`);
  terminal.close();
});

it("has only the status in a terminal of one line, and leaves pictures out when it is slow", () => {
  const paper = new Paper(10, 1, 1);
  const terminal = openTerminalScreen(paper);
  terminal.draw(screen(0, 0), "x 1");
  expect(paper.written[1]).toBe(`${ESC}?2026h${ESC}2J${ESC}1;1Hx 1${ESC}K${ESC}?2026l`);
  paper.writableNeedDrain = true;
  now += 100;
  terminal.draw(screen(0, 0), "x 2");
  expect(paper.written).toHaveLength(2);
  terminal.close();
});

it.each([
  [1, "", "██"],
  [4, "", `${ESC}97m${ESC}107m▀▀`],
  [8, "", `${ESC}38;5;231m${ESC}48;5;231m▀▀`],
  [8, "truecolor", `${ESC}38;2;255;255;255m${ESC}48;2;255;255;255m▀▀`],
  [1, "truecolor", "██"],
])("of %i bits and COLORTERM=%j", (depth, colorterm, line) => {
  vi.stubEnv("COLORTERM", colorterm);
  const paper = new Paper(3, 2, depth);
  const terminal = openTerminalScreen(paper);
  terminal.draw(screen(0xffffff, 0xffffff), "");
  expect(paper.written[1]).toContain(line);
  terminal.close();
});

it("needs a terminal that can move its cursor", () => {
  vi.stubEnv("TERM", "xterm");
  expect([canShowPictures({ isTTY: true }), canShowPictures({})]).toEqual([true, false]);
  vi.stubEnv("TERM", "dumb");
  expect(canShowPictures({ isTTY: true })).toBe(false);
});

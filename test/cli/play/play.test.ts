import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { browserCommand } from "../../../src/cli/page/open-browser.js";
import {
  encodePlay,
  endOf,
  parsePlay,
  readPlay,
  type Play,
} from "../../../src/cli/play/play-file.js";
import { PlayRecording } from "../../../src/cli/play/recording.js";
import { replay } from "../../../src/cli/play/replay.js";
import { createMarioEnv } from "../../../src/env/mario-env.js";
import { Emulator } from "../../../src/nes/emulator.js";
import { ROM_FILE } from "../../roms/console.js";
import { startProgram, type Program } from "../../viewer/web/program.js";
import { mario } from "../run-cli.js";

const rom = new Uint8Array(readFileSync(ROM_FILE));
const { sha1 } = new Emulator(rom).rom;

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-play-"));
});
beforeEach(() => {
  file = join(folder, "run.json");
  rmSync(file, { force: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const inputs: [number, number][] = [
  [50, 0],
  [6, 0x08],
  [180, 0],
  [70, 0x82],
  [25, 0x83],
  [60, 0x80],
];
const bare: Play = {
  format: "mario-play",
  version: 1,
  rom: sha1,
  frames: 391,
  inputs,
};

describe("a recording", () => {
  it("is read back as it was written, stage and end included", () => {
    const end = { ram: "a".repeat(40), picture: "0".repeat(40) };
    for (const play of [bare, { ...bare, stage: "1-2", end }]) {
      const text = new TextDecoder().decode(encodePlay(play));
      expect(parsePlay(text, "run.json")).toEqual(play);
      expect(text.split("\n").length).toBeLessThan(12);
    }
  });

  it.each([
    ["", /not JSON/],
    ["null", /no recording/],
    ["[]", /no recording/],
    [{ ...bare, format: "film" }, /format/],
    [{ ...bare, version: 2 }, /version/],
    [{ ...bare, rom: sha1.toUpperCase() }, /rom.*40/],
    [{ ...bare, stage: "9-1" }, /stage.*1-1/],
    [{ ...bare, stage: "1-1 " }, /stage/],
    [{ ...bare, frames: 390 }, /inputs.*add up/],
    [{ ...bare, frames: -1 }, /frames/],
    [{ ...bare, frames: 1e9, inputs: [[1e9, 0]] }, /frames/],
    [{ ...bare, inputs: [[391, 256]] }, /inputs\.0\.1/],
    [
      {
        ...bare,
        inputs: [
          [390.5, 0],
          [0.5, 0],
        ],
      },
      /inputs\.0\.0/,
    ],
    [
      {
        ...bare,
        inputs: [
          [0, 0],
          [391, 0],
        ],
      },
      /inputs\.0\.0/,
    ],
    [{ ...bare, inputs: [[391, 0, 0]] }, /inputs\.0/],
    [{ ...bare, inputs: "391" }, /inputs/],
    [{ ...bare, end: { ram: "no", picture: sha1 } }, /end\.ram/],
  ])("%j is refused", (content, pattern) => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    expect(() => parsePlay(text, "run.json")).toThrow(pattern);
    expect(() => parsePlay(text, "run.json")).toThrow(/^run\.json is no recording of a play: /);
  });
});

describe("a replay", () => {
  it("ends where plain jsnes ends, from power on", () => {
    const emulator = new Emulator(rom, { turbo: false });
    for (const [count, buttons] of inputs) {
      for (let i = 0; i < count; i++) emulator.stepFrame(buttons);
    }
    expect(replay(bare, rom)).toEqual(endOf(emulator));
    // It got somewhere: the stage runs and the player has moved.
    expect(emulator.ram[0x770]).toBe(1);
    expect(emulator.ram[0x6d] * 256 + emulator.ram[0x86]).toBeGreaterThan(150);
  });

  it("begins where an environment of that stage begins", () => {
    const held: [number, number][] = [[40, 0x80]];
    const play: Play = { ...bare, stage: "1-1", frames: 40, inputs: held };
    const env = createMarioEnv({ rom, stage: "1-1" });
    env.emulator.restoreState(env.startState);
    for (let i = 0; i < 40; i++) env.emulator.stepFrame(0x80);
    expect(replay(play, rom)).toEqual(endOf(env.emulator));
  });
});

describe("mario play --replay --view none", () => {
  it("prints where it ends, and checks that when the file knows", () => {
    const end = replay(bare, rom);
    const lines = `frames 391\nram ${end.ram}\npicture ${end.picture}\n`;
    writeFileSync(file, encodePlay(bare));
    const plain = mario(["play", "--replay", file, "--view", "none"]);
    expect(plain).toEqual({ status: 0, stdout: lines, stderr: "" });
    writeFileSync(file, encodePlay({ ...bare, end }));
    const checked = mario(["play", "--replay", file, "--view", "none"]);
    expect(checked).toEqual({ status: 0, stdout: lines, stderr: "run.json: ends as recorded\n" });
  });

  it("fails when it ends otherwise", () => {
    const end = { ...replay(bare, rom), picture: "0".repeat(40) };
    writeFileSync(file, encodePlay({ ...bare, end }));
    const { status, stderr } = mario(["play", "--replay", file, "--view", "none"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^mario: The replay does not end like the recording: different picture\./,
    );
  });
});

describe("what cannot be played gets one clear line and exit code 2", () => {
  const refused = (args: readonly string[], pattern: RegExp) => {
    const { status, stdout, stderr } = mario(["play", "--no-open", ...args]);
    expect(stderr).toMatch(pattern);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  };

  it("options that exclude each other", () => {
    refused(["--view", "none"], /Name a recording with --replay/);
    refused(["--replay", file, "--record", file], /cannot be recorded/);
    refused(["--replay", file, "--stage", "1-1"], /stage of its own/);
    refused(["--replay", file, "--view", "none", "--port", "0"], /no page for --port/);
    refused(["--port", "70000"], /--port/);
    refused(["--host", "203.0.113.1"], /Cannot listen on '203\.0\.113\.1'/);
  });

  it("recordings that are none, or of another ROM", () => {
    refused(["--replay", join(folder, "none.json")], /no recording at .*none\.json/);
    refused(["--replay", folder], /not a file/);
    writeFileSync(file, "{}");
    refused(["--replay", file], /run\.json is no recording/);
    writeFileSync(file, encodePlay({ ...bare, rom: "0".repeat(40) }));
    refused(["--replay", file], /made with another ROM: SHA-1 0{40}/);
    refused(["--replay", file, "--view", "none"], /another ROM/);
  });

  it("a file to record to that is something else, and is left alone", () => {
    writeFileSync(file, "a letter");
    refused(["--record", file], /is there already and is no recording/);
    const other = join(folder, "other.previous.json");
    writeFileSync(other, "a letter");
    refused(["--record", join(folder, "other.json")], /other\.previous\.json is there already/);
    expect(readFileSync(other, "utf8")).toBe("a letter");
    rmSync(other);
    expect(readFileSync(file, "utf8")).toBe("a letter");
    refused(["--record", join(file, "below.json")], /Cannot write/);
  });
});

describe("mario play on a page", () => {
  let program: Program | undefined;
  afterEach(async () => {
    await program?.stop();
    program = undefined;
  });

  /** A page's connection, without a browser. */
  async function connect(url: string): Promise<WebSocket> {
    const { origin, host } = new URL(url);
    const socket = new WebSocket(`ws://${host}/socket`, { origin });
    await once(socket, "open");
    return socket;
  }

  /** What the page is told of the program that serves it. */
  async function nameOf(url: string): Promise<string> {
    const answer = await fetch(new URL("session.json", url));
    return ((await answer.json()) as { program: string }).program;
  }

  const inputsOf = (name: string, from: number, frames: number): string =>
    JSON.stringify({
      program: name,
      page: "p",
      take: 0,
      from,
      runs: [[frames, 1]],
      end: { ram: "0".repeat(40), picture: "1".repeat(40) },
    });

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (program!.process.exitCode !== null) throw new Error(`It ended: ${program!.stderr()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it("prints its address on standard error, as every page does", async () => {
    program = await startProgram(["play", "--port", "0"]);
    const page = await fetch(program.url);
    expect(await page.text()).toContain("<title>");
    const { code, stdout, stderr } = await program.stop();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/^page: http:\/\/127\.0\.0\.1:\d+\/\nPress Ctrl-C to stop\n/);
  });

  it("takes the port that it was given, or says that it is taken", async () => {
    program = await startProgram(["play", "--port", "0"]);
    const { port } = new URL(program.url);
    const { status, stderr } = mario(["play", "--no-open", "--port", port]);
    expect(stderr).toMatch(/^mario: Port \d+ is taken.*--port.*\n$/);
    expect(status).toBe(2);
  });

  it("goes on recording when its file could not be written for a while", async () => {
    const home = join(folder, "recordings");
    const away = join(folder, "away");
    const path = join(home, "run.json");
    mkdirSync(home);
    program = await startProgram(["play", "--port", "0", "--record", path]);
    const socket = await connect(program.url);
    const name = await nameOf(program.url);
    const told: unknown[] = [];
    socket.on("message", (data: Buffer) => told.push(JSON.parse(data.toString())));
    socket.send(inputsOf(name, 0, 30));
    // A file in the folder's place stops even root from writing there.
    renameSync(home, away);
    writeFileSync(home, "");
    await until(() => program!.stderr().includes("not saved"));
    socket.send(inputsOf(name, 30, 12));
    rmSync(home);
    renameSync(away, home);
    await until(() => existsSync(path) && readPlay(path).frames === 42);
    await until(() => told.length === 2);
    expect(told).toMatchObject([
      { type: "unsaved", reason: expect.stringContaining("run.json") as string },
      { type: "saved" },
    ]);
    socket.terminate();
    const { code, stderr } = await program.stop();
    expect(code).toBe(0);
    expect(stderr.match(/not saved/g)).toHaveLength(1);
    expect(stderr).toMatch(/The recording is not saved: Cannot write .*run\.json .*tried again/);
    expect(stderr).toContain("recorded 42 frames");
  });

  it("fails when its file cannot be written at the end either", async () => {
    const home = join(folder, "gone");
    mkdirSync(home);
    program = await startProgram(["play", "--port", "0", "--record", join(home, "run.json")]);
    const socket = await connect(program.url);
    const name = await nameOf(program.url);
    socket.send(inputsOf(name, 0, 30));
    rmSync(home, { recursive: true });
    writeFileSync(home, "");
    socket.close();
    await until(() => program!.stderr().includes("not saved"));
    const { code, stderr } = await program.stop();
    expect(code).toBe(2);
    expect(stderr).toMatch(/\nmario: Cannot write .*run\.json .*\n$/);
  });
});

describe("PlayRecording", () => {
  const end = (digit: string) => ({ ram: digit.repeat(40), picture: digit.repeat(40) });
  let program = "";
  const open = () => {
    const recording = new PlayRecording(file, start);
    ({ program } = recording);
    return recording;
  };
  const text = (page: string, take: number, from: number, runs: unknown, digit = "1") =>
    JSON.stringify({ program, page, take, from, runs, end: end(digit) });
  const saved = () => parsePlay(readFileSync(file, "utf8"), "run.json");
  const start = { rom: sha1, stage: "1-1" };

  it("joins what arrives in parts, and saves only what is new", () => {
    const recording = open();
    recording.save();
    expect(readdirSync(folder)).not.toContain("run.json");
    expect(recording.summary()).toContain("nothing");
    expect(recording.receive(1, text("p", 0, 0, [[30, 0]]))).toBeUndefined();
    expect(
      recording.receive(
        1,
        text(
          "p",
          0,
          30,
          [
            [5, 0],
            [25, 1],
          ],
          "2",
        ),
      ),
    ).toBeUndefined();
    recording.save();
    const expected = {
      ...bare,
      stage: "1-1",
      frames: 60,
      inputs: [
        [35, 0],
        [25, 1],
      ],
      end: end("2"),
    };
    expect(saved()).toEqual(expected);
    rmSync(file);
    recording.save();
    expect(readdirSync(folder)).not.toContain("run.json");
    expect(recording.summary()).toBe(`recorded 60 frames (1.0 s): ${file}`);
  });

  it("a page that connects anew sends all again: still one take", () => {
    const recording = open();
    recording.receive("first", text("p", 0, 0, [[30, 0]]));
    recording.save();
    recording.leave("first");
    expect(recording.receive("second", text("p", 0, 0, [[60, 0]]))).toBeUndefined();
    // The old connection's end is noticed late.
    recording.leave("first");
    expect(recording.receive("third", text("q", 0, 0, [[1, 0]]))).toMatch(/Another page/);
    recording.save();
    expect(saved().frames).toBe(60);
    expect(readdirSync(folder)).not.toContain("run.previous.json");
  });

  it("a new take takes the file, and the one before keeps a name of its own", () => {
    writeFileSync(file, encodePlay({ ...bare, frames: 7, inputs: [[7, 7]] }));
    const recording = open();
    recording.receive(1, text("p", 0, 0, [[30, 0]]));
    recording.save();
    const previous = join(folder, "run.previous.json");
    expect(parsePlay(readFileSync(previous, "utf8"), "previous").frames).toBe(7);
    recording.receive(1, text("p", 1, 0, [[31, 0]]));
    recording.save();
    expect(parsePlay(readFileSync(previous, "utf8"), "previous").frames).toBe(30);
    expect(saved().frames).toBe(31);
    rmSync(previous);
  });

  it("of takes that others follow before they were saved, the longest is kept, and whole", () => {
    const recording = open();
    const previous = join(folder, "run.previous.json");
    recording.receive(1, text("p", 0, 0, [[100, 0]]));
    recording.save();
    recording.receive(1, text("p", 0, 100, [[200, 1]], "2"));
    // Started over twice within one period.
    recording.receive(1, text("p", 1, 0, [[120, 2]]));
    recording.receive(1, text("p", 2, 0, [[40, 3]]));
    recording.save();
    const before = parsePlay(readFileSync(previous, "utf8"), "previous");
    expect([before.frames, before.end]).toEqual([300, end("2")]);
    expect(saved().inputs).toEqual([[40, 3]]);
    // Never saved at all until the next one began, and longer than what is in the file.
    recording.receive(1, text("p", 3, 0, [[70, 4]]));
    recording.receive(1, text("p", 4, 0, [[69, 6]]));
    recording.receive(1, text("p", 5, 0, [[5, 5]]));
    recording.save();
    expect(parsePlay(readFileSync(previous, "utf8"), "previous").inputs).toEqual([[70, 4]]);
    expect(saved().inputs).toEqual([[5, 5]]);
    // What another program left there counts as well.
    writeFileSync(file, encodePlay({ ...bare, frames: 80, inputs: [[80, 7]] }));
    const another = open();
    another.receive(1, text("q", 0, 0, [[79, 8]]));
    another.receive(1, text("q", 1, 0, [[6, 9]]));
    another.save();
    expect(parsePlay(readFileSync(previous, "utf8"), "previous").inputs).toEqual([[80, 7]]);
    rmSync(previous);
  });

  it("refuses a page of the program before it, which plays something else", () => {
    const recording = open();
    const old = JSON.stringify({
      ...(JSON.parse(text("p", 0, 0, [[30, 0]])) as object),
      program: "of before",
    });
    expect(recording.receive(1, old)).toMatch(/reload this page/);
    expect(recording.receive(2, text("q", 0, 0, [[7, 0]]))).toBeUndefined();
    recording.save();
    expect(saved().frames).toBe(7);
  });

  it("refuses other pages, gaps and nonsense, and keeps what it has", () => {
    const recording = open();
    recording.receive(1, text("p", 0, 0, [[30, 0]]));
    expect(recording.receive(2, text("q", 0, 0, [[30, 1]]))).toMatch(/Another page/);
    expect(recording.receive(1, text("p", 0, 31, [[30, 1]]))).toMatch(/did not arrive/);
    expect(recording.receive(1, text("p", 1, 30, [[30, 1]]))).toMatch(/did not arrive/);
    for (const nonsense of [
      "",
      "{",
      "7",
      text("p", 0, 30, []),
      text("p", 0, 30, [[0, 0]]),
      text("p", 0, 30, [[1, 256]]),
      text("", 0, 30, [[1, 0]]),
      text("p", 0, 30, [[1, 0]], "x"),
    ]) {
      expect(recording.receive(1, nonsense)).toMatch(/reload/);
    }
    recording.save();
    expect(saved().inputs).toEqual([[30, 0]]);
    // The page has gone: the next may be recorded.
    recording.leave(1);
    expect(recording.receive(2, text("q", 0, 0, [[3, 1]]))).toBeUndefined();
  });
});

describe("browserCommand", () => {
  const url = "http://127.0.0.1:1/";

  it("knows each system's way, and when nobody would see it", () => {
    expect(browserCommand(url, "linux", { DISPLAY: ":0" })).toEqual(["xdg-open", url]);
    expect(browserCommand(url, "linux", { WAYLAND_DISPLAY: "w" })).toEqual(["xdg-open", url]);
    expect(browserCommand(url, "linux", {})).toBeUndefined();
    expect(browserCommand(url, "darwin", {})).toEqual(["open", url]);
    expect(browserCommand(url, "win32", {})?.at(-1)).toBe(url);
    expect(browserCommand(url, "darwin", { SSH_CONNECTION: "1" })).toBeUndefined();
  });
});

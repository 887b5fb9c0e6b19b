import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mario, WITHOUT_SHARP } from "../run-cli.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-outputs-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Episodes that end early; the last of several `--episodes` counts. */
const random = (...args: string[]) =>
  mario(["random", "--seed", "2", "--episodes", "2", "--json", ...args], { cwd: folder });
const episodesIn = (stdout: string) => (JSON.parse(stdout) as { episodes: number }).episodes;

describe("a film or a map that cannot be written", () => {
  // A folder has the name that the file has until it is whole, which nobody checks beforehand.
  const block = (name: string) => {
    mkdirSync(join(folder, `${name}.part`));
  };

  it.each([
    ["of the best episode", ["--record", "film.webp"]],
    ["of all episodes", ["--record", "film.webp", "--record-episodes", "all"]],
  ])(
    "costs no figures: a film %s",
    (_, args) => {
      block("film.webp");
      const { status, stdout, stderr } = random(...args);
      expect(episodesIn(stdout)).toBe(2);
      expect(stderr).toMatch(/^mario: Cannot write film\.webp \(EISDIR\)\..*\n$/);
      expect(status).toBe(2);
    },
    120_000,
  );

  it("costs no figures: a map and a film, both of which are told", () => {
    block("map.png");
    block("film.webp");
    const { status, stdout, stderr } = random("--map", "map.png", "--record", "film.webp");
    expect(episodesIn(stdout)).toBe(2);
    expect(stderr).toMatch(
      /^mario: Cannot write map\.png .*\nmario: Cannot write film\.webp .*\n$/,
    );
    expect(status).toBe(2);
  }, 120_000);

  it.skipIf(!existsSync("/dev/full"))(
    "costs no figures: a disk that fills up while a film is written",
    () => {
      symlinkSync("/dev/full", join(folder, "film.webp.part"));
      const { status, stdout, stderr } = random(
        "--record",
        "film.webp",
        "--record-episodes",
        "all",
      );
      expect(episodesIn(stdout)).toBe(2);
      expect(stderr).toMatch(/^mario: No space left to write film\.webp \(ENOSPC\)\..*\n$/);
      expect(status).toBe(2);
      expect(readdirSync(folder)).toEqual([]);
    },
    120_000,
  );

  it("is told of while the episodes are still played", () => {
    block("film.webp");
    const args = ["random", "--seed", "2", "--episodes", "1", "--record", "film.webp"];
    const { stdout, stderr } = mario([...args, "--record-episodes", "all"], { cwd: folder });
    expect(stderr).toContain("recording stopped: Cannot write film.webp");
    expect(stdout).toMatch(/episodes +1\n/);
  }, 120_000);

  it.each([
    [["--record", "file/film.webp"], /film\.webp: file is not a folder\./],
    [["--record", "folder.webp"], /folder\.webp: there is a folder of that name\./],
    [["--map", "file/map.png"], /Cannot write file/],
    [["--map", "folder.png"], /folder\.png: there is a folder of that name\./],
  ])("is refused before the first episode: %j", (args, message) => {
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "folder.webp"));
    mkdirSync(join(folder, "folder.png"));
    const { status, stdout, stderr } = random(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it.each(["--map=map.png", "--record=film.webp"])(
    "is refused before the first episode where sharp is not installed: %s",
    (option) => {
      const args = ["random", "--episodes", "1", "--json", option];
      const { status, stdout, stderr } = mario(args, { cwd: folder, env: WITHOUT_SHARP });
      expect(stderr).toMatch(/^mario: Pictures cannot be written: sharp .*npm install.*\n$/);
      expect([status, stdout]).toEqual([2, ""]);
    },
  );
});

it("a folder's name is taken as it is, %d included", () => {
  mkdirSync(join(folder, "take-%d"));
  const { status } = random("--record", "take-%d/film-%d.png", "--episodes", "1");
  expect(status).toBe(0);
  expect(readdirSync(join(folder, "take-%d"))).toEqual(["film-1.png"]);
  expect(readdirSync(folder)).toEqual(["take-%d"]);
}, 120_000);

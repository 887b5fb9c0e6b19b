import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { commitOf } from "../../src/cli/commit.js";

const HASH = "0123456789abcdef0123456789abcdef01234567";
const OTHER = "f".repeat(40);
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mario-commit-"));
  mkdirSync(join(root, ".git", "refs", "heads"), { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  writeFileSync(join(root, ".git", name), text);
}

it("reads a branch from its own file, else from the packed ones", () => {
  write("HEAD", "ref: refs/heads/main\n");
  write("packed-refs", `# pack-refs\n${OTHER} refs/heads/mainly\n${HASH} refs/heads/main\n`);
  expect(commitOf(root)).toBe(HASH);
  write("refs/heads/main", `${OTHER}\n`);
  expect(commitOf(root)).toBe(OTHER);
});

it("reads a commit that no branch names", () => {
  write("HEAD", `${HASH}\n`);
  expect(commitOf(root)).toBe(HASH);
});

it("knows none outside of a clone, or of a branch without commits", () => {
  expect(commitOf(join(root, "nowhere"))).toBeUndefined();
  write("HEAD", "ref: refs/heads/main\n");
  expect(commitOf(root)).toBeUndefined();
});

it("reads a worktree's own branch from what it shares with the clone", () => {
  write("HEAD", `${OTHER}\n`);
  mkdirSync(join(root, ".git", "worktrees", "side"), { recursive: true });
  write("worktrees/side/HEAD", "ref: refs/heads/side\n");
  write("worktrees/side/commondir", "../..\n");
  write("refs/heads/side", `${HASH}\n`);
  const side = join(root, "side");
  mkdirSync(side);
  writeFileSync(join(side, ".git"), `gitdir: ${join(root, ".git", "worktrees", "side")}\n`);
  expect(commitOf(side)).toBe(HASH);
  write("packed-refs", `${OTHER} refs/heads/side\n`);
  rmSync(join(root, ".git", "refs", "heads", "side"));
  expect(commitOf(side)).toBe(OTHER);
});

it("reads a submodule's, whose folder is named from where it lies", () => {
  mkdirSync(join(root, ".git", "modules", "part"), { recursive: true });
  write("modules/part/HEAD", `${HASH}\n`);
  const part = join(root, "part");
  mkdirSync(part);
  writeFileSync(join(part, ".git"), "gitdir: ../.git/modules/part\n");
  expect(commitOf(part)).toBe(HASH);
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunLock } from "../../../src/trainer/checkpoint/run-lock.js";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "mario-lock-"));
  file = join(directory, "running.pid");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const take = (): RunLock => {
  const lock = new RunLock();
  lock.take(directory);
  return lock;
};
const held = (): Error =>
  expect.objectContaining({
    code: "INVALID_OPTION",
    message: `Process ${process.pid} is at work on ${directory}.`,
    remedy: expect.stringContaining(`kill ${process.pid}`) as string,
  }) as Error;

describe("a run's lock", () => {
  it("is one process's until it lets go", () => {
    const lock = take();
    lock.take(directory);
    expect(take).toThrow(held());
    lock.release();
    expect(existsSync(file)).toBe(false);
    take().release();
  });

  it("is taken over from a process that is gone", async () => {
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
    await once(child, "spawn");
    const { pid } = child;
    take();
    // As the child would have written it.
    const [, start] = readFileSync(file, "utf8").split("\n");
    writeFileSync(file, `${pid}\n${start}\n`);
    child.kill("SIGKILL");
    await once(child, "exit");
    take();
    expect(readFileSync(file, "utf8")).toMatch(new RegExp(`^${process.pid}\n`));
  });

  it.skipIf(process.platform !== "linux")("is taken over from one not buried yet", async () => {
    // The shell becomes a program that never asks how its child ended.
    const shell = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
    try {
      const [data] = (await once(shell.stdout, "data")) as [Buffer];
      const zombie = Number(data.toString());
      const stat = () => readFileSync(`/proc/${zombie}/stat`, "utf8");
      await expect.poll(stat).toContain(") Z ");
      take();
      const boot = readFileSync(file, "utf8").split(/[\n ]/)[1];
      writeFileSync(file, `${zombie}\n${boot} ${stat().split(") ")[1].split(" ")[19]}\n`);
      expect(process.kill(zombie, 0)).toBe(true);
      take();
    } finally {
      shell.kill();
    }
  });

  it.skipIf(process.platform !== "linux")("is not held by who has the number since", () => {
    take();
    const mine = readFileSync(file, "utf8");
    // The same number and boot, another start.
    writeFileSync(
      file,
      mine.replace(/(\d)\n$/, (_, digit: string) => `${9 - Number(digit)}\n`),
    );
    take();
    expect(readFileSync(file, "utf8")).toBe(mine);
  });

  it("is nobody's when the file says nothing", () => {
    for (const text of ["", "abc\n\n", "-1\n\n", "0\n\n"]) {
      writeFileSync(file, text);
      take().release();
    }
  });
});

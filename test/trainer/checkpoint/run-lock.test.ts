import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
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
    const shell = spawn("sh", ["-c", "sleep 1 & echo $!; exec sleep 60"]);
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

  it("is left to who took it since, when its time was over", () => {
    const lock = take();
    writeFileSync(file, "1\nanother\n");
    lock.release();
    expect(readFileSync(file, "utf8")).toBe("1\nanother\n");
  });

  it("that cannot be read is said with its path", () => {
    mkdirSync(file);
    const remedy = expect.stringContaining("Remove it") as string;
    const message = expect.stringContaining(`${file} (EISDIR)`) as string;
    expect(take).toThrow(
      expect.objectContaining({ code: "NOT_WRITABLE", message, remedy }) as Error,
    );
  });
});

/** Compiled, for processes of their own: `npm test` builds it first. */
const compiled = new URL("../../../dist/trainer/checkpoint/run-lock.js", import.meta.url);
/** Takes a folder's lock at a given moment, and says how that went. */
const CONTENDER = `
  import { RunLock } from ${JSON.stringify(compiled.href)};
  process.on("message", ({ directory, at }) => {
    while (Date.now() < at);
    let outcome = "held";
    try {
      new RunLock().take(directory);
    } catch (error) {
      outcome = error.code;
    }
    process.send(outcome);
  });
  process.send("ready");
`;
const ROUNDS = 300;

describe("processes that find the same lock of a killed one", () => {
  const contenders = [0, 1].map(() =>
    spawn(process.execPath, ["--input-type=module", "-e", CONTENDER], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    }),
  );
  const heard = (): Promise<unknown[]> =>
    Promise.all(contenders.map(async (child) => ((await once(child, "message")) as [unknown])[0]));
  const ready = heard();
  afterAll(() => {
    for (const child of contenders) child.kill();
  });

  it.each([
    ["running.pid", ["running.pid"]],
    // Of one that was killed while it took over.
    ["running.pid.takeover", ["running.pid", "running.pid.takeover"]],
  ])("never share it: %s", async (_, files) => {
    await ready;
    for (let round = 0; round < ROUNDS; round++) {
      const own = join(directory, String(round));
      mkdirSync(own);
      // A number that no system gives.
      for (const name of files) writeFileSync(join(own, name), "4194305\n\n");
      const outcomes = heard();
      for (const child of contenders) child.send({ directory: own, at: Date.now() + 4 });
      expect((await outcomes).sort()).toEqual(["INVALID_OPTION", "held"]);
      expect(readdirSync(own)).toEqual(["running.pid"]);
    }
  });
});

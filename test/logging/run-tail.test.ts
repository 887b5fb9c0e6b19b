import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeEvent, type LogContent } from "../../src/logging/event-encoding.js";
import { frameRecord } from "../../src/logging/record-framing.js";
import { runChangedAt, RunTail } from "../../src/logging/run-tail.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-tail-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const FIRST = "events.out.tfevents.1.mario.0";
const SECOND = "events.out.tfevents.2.mario.0";

function record(step: number, content: LogContent): Uint8Array {
  return frameRecord(encodeEvent({ wallTime: 1000 + step, step, content }));
}

function scalar(step: number, value: number): Uint8Array {
  return record(step, { kind: "scalar", tag: "train/loss", value });
}

function steps(tail: RunTail): number[] {
  return tail.poll().map(({ step }) => step);
}

describe("RunTail", () => {
  it("tells what was written since the last time, a record cut short when it is whole", () => {
    const tail = new RunTail(folder);
    expect(steps(tail)).toEqual([]);
    const path = join(folder, FIRST);
    const third = scalar(3, 0.3);
    writeFileSync(path, Buffer.concat([scalar(1, 0.1), scalar(2, 0.2), third.subarray(0, 20)]));
    expect(steps(tail)).toEqual([1, 2]);
    expect(steps(tail)).toEqual([]);
    appendFileSync(path, third.subarray(20));
    const [event] = tail.poll();
    expect(event).toMatchObject({ step: 3, wallTime: 1003 });
    expect(event.content).toEqual({ kind: "scalar", tag: "train/loss", value: Math.fround(0.3) });
    expect(steps(tail)).toEqual([]);
  });

  it("goes on in the file of a resumed run", () => {
    const tail = new RunTail(folder);
    writeFileSync(join(folder, FIRST), scalar(1, 0.1));
    expect(steps(tail)).toEqual([1]);
    writeFileSync(
      join(folder, SECOND),
      Buffer.concat([record(1, { kind: "sessionStart" }), scalar(2, 0)]),
    );
    expect(tail.poll().map(({ content }) => content.kind)).toEqual(["sessionStart", "scalar"]);
  });

  it("reads nothing behind a record with a wrong checksum, ever", () => {
    const bad = scalar(2, 0.2);
    bad[bad.length - 1] ^= 1;
    const path = join(folder, FIRST);
    writeFileSync(path, Buffer.concat([scalar(1, 0.1), bad, scalar(3, 0.3)]));
    const tail = new RunTail(folder);
    expect(steps(tail)).toEqual([1]);
    appendFileSync(path, scalar(4, 0.4));
    expect(steps(tail)).toEqual([]);
  });

  it("is silent about a folder that is gone", () => {
    const tail = new RunTail(join(folder, "absent"));
    expect(steps(tail)).toEqual([]);
    expect(runChangedAt(join(folder, "absent"))).toBe(0);
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeEvent, encodeEvent } from "../../src/logging/event-encoding.js";
import { openEventFile } from "../../src/logging/event-file.js";
import { histogramOf } from "../../src/logging/histogram.js";
import {
  encodeSessionEnd,
  encodeSessionStart,
  HPARAMS,
} from "../../src/logging/hparams-encoding.js";
import { readEventFile } from "../../src/logging/event-reader.js";
import { frameRecord, maskedCrc32c, readRecords } from "../../src/logging/record-framing.js";
import { readRun } from "../../src/logging/run-events.js";
import { combine, type ScalarSink } from "../../src/logging/scalar-sink.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** CRC32C bit by bit, straight from its definition (reflected polynomial 0x82F63B78). */
function naiveCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function naiveMask(crc: number): number {
  return Number(((BigInt(crc) >> 15n) | (BigInt(crc) << 17n)) & 0xffffffffn) + 0xa282ead8;
}

describe("record framing", () => {
  it("agrees with the CRC32C vectors of RFC 3720, appendix B.4", () => {
    // The naive reference first, so that it may then serve for other lengths.
    expect(naiveCrc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(naiveCrc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(naiveCrc32c(ascii("123456789"))).toBe(0xe3069283);
    for (const length of [0, 1, 7, 8, 9, 63, 1000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + 11) & 0xff);
      expect(maskedCrc32c(bytes)).toBe(naiveMask(naiveCrc32c(bytes)) % 2 ** 32);
    }
  });

  it("frames a file's first record as TensorBoard's own writer does", () => {
    // Written by tensorboard 2.21.0's RecordWriter for Event(wall_time=1.5, file_version=…).
    const event = encodeEvent({
      wallTime: 1.5,
      step: 0,
      content: { kind: "fileVersion", version: "brain.Event:2" },
    });
    expect(hex(frameRecord(event))).toBe(
      "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c",
    );
  });

  it("gives every whole record before a cut, at every offset of the cut", () => {
    const records = [ascii("first"), new Uint8Array(0), ascii("the third")];
    const frames = records.map(frameRecord);
    const bytes = Buffer.concat(frames);
    const ends = [21, 37, 62];
    expect(bytes.length).toBe(62);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const read = readRecords(bytes.subarray(0, cut));
      const whole = ends.filter((end) => end <= cut).length;
      expect(read.records.map(hex)).toEqual(records.slice(0, whole).map(hex));
      expect(read.damage).toBe(cut === 0 || ends.includes(cut) ? undefined : "truncated");
    }
  });

  it("reads nothing beyond a flipped bit", () => {
    const bytes = Buffer.concat([frameRecord(ascii("first")), frameRecord(ascii("second"))]);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3] ^= 1 << (bit & 7);
      const read = readRecords(altered);
      expect(read.damage).toBe("corrupt");
      expect(read.records.length).toBe(bit >> 3 < 21 ? 0 : 1);
    }
  });
});

describe("event encoding", () => {
  it("encodes a scalar as the schema says", () => {
    const bytes = encodeEvent({
      wallTime: 2,
      step: 300,
      content: { kind: "scalar", tag: "a/b", value: 0.5 },
    });
    // wall_time=1: double 2 · step=2: varint 300 · summary=5 { value=1 { tag=1 "a/b", simple_value=2 } }
    expect(hex(bytes)).toBe(
      "090000000000000040" + "10ac02" + "2a0c" + "0a0a" + "0a03612f62" + "150000003f",
    );
  });

  it.each([
    { kind: "scalar", tag: "speed/steps", value: -1.25 },
    { kind: "scalar", tag: "odd", value: Number.NEGATIVE_INFINITY },
    { kind: "scalar", tag: "nan", value: Number.NaN },
    { kind: "text", tag: "run/settings", markdown: "| α | β |\n| - | - |\n| 1 | 🍄 |" },
    { kind: "sessionStart" },
    { kind: "fileVersion", version: "brain.Event:2" },
  ] as const)("reads back $kind", (content) => {
    const event = { wallTime: 1700000000.25, step: Number.MAX_SAFE_INTEGER, content };
    expect(decodeEvent(encodeEvent(event))).toEqual([event]);
  });

  // A summary holding one value, as tensorboard 2.21.0's own Python functions encode it.
  it.each([
    [
      "histogram",
      { kind: "histogram", tag: "w", buckets: histogramOf([0, 1, 2, 3], { buckets: 2 }) },
      "0a530a0177423e08021208120208021202080322300000000000000000000000000000f83f0000000000000040" +
        "000000000000f83f000000000000084000000000000000404a0e0a0c0a0a686973746f6772616d73",
    ],
    [
      "image",
      {
        kind: "image",
        tag: "i",
        image: { width: 2, height: 1, bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47) },
      },
      "0a250a016942140807120412020803420132420131420489504e474a0a0a080a06696d61676573",
    ],
    [
      "hyperparameter row",
      {
        kind: "pluginData",
        tag: HPARAMS.sessionStartTag,
        plugin: HPARAMS.plugin,
        content: encodeSessionStart({ s: "x" }, "g", 2),
      },
      "0a4d0a1c5f68706172616d735f2f73657373696f6e5f73746172745f696e666f42060801120212004a250a23" +
        "0a0768706172616d7312181a160a080a017312031a0178220167290000000000000040",
    ],
  ] as const)("encodes a %s as TensorBoard does, and passes over it", (_, content, summary) => {
    const bytes = encodeEvent({ wallTime: 2, step: 0, content });
    const length = (summary.length / 2).toString(16);
    expect(hex(bytes)).toBe("090000000000000040" + "2a" + length + summary);
    expect(decodeEvent(bytes)).toEqual([]);
  });

  it("encodes the rest of the HParams page's messages as TensorBoard does", () => {
    expect(hex(encodeSessionStart({ lr: 0.5 }, "g", 2))).toBe(
      "1a1d0a0f0a026c72120911000000000000e03f220167290000000000000040",
    );
    expect(hex(encodeSessionStart({ on: true }, "g", 2))).toBe(
      "1a160a080a026f6e12022001220167290000000000000040",
    );
    expect(hex(encodeSessionEnd("success", 2))).toBe("220b0801110000000000000040");
  });

  it("rounds a value beyond float32 to infinity instead of failing", () => {
    const content = { kind: "scalar", tag: "x", value: 1e300 } as const;
    const [event] = decodeEvent(encodeEvent({ wallTime: 0, step: 0, content }));
    expect(event.content).toEqual({ ...content, value: Infinity });
  });
});

describe("event file", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "mario-events-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  const read = (path: string) => readEventFile(readFileSync(path));

  it("holds what was written, in order", () => {
    let time = 1_700_000_000_000;
    const file = openEventFile({ directory, now: () => (time += 250) });
    file.text("run/settings", "# Settings", 0);
    for (let i = 0; i < 2000; i++) file.scalar(i % 2 ? "odd" : "even", i / 4, i);
    file.close();
    file.close();
    expect(readdirSync(directory)).toEqual(["events.out.tfevents.1700000000.mario.0"]);
    const { events, scalars, texts, damage } = read(file.path);
    expect(damage).toBeUndefined();
    expect(events[0].content).toEqual({ kind: "fileVersion", version: "brain.Event:2" });
    expect(texts).toEqual(new Map([["run/settings", "# Settings"]]));
    expect([...scalars.keys()]).toEqual(["even", "odd"]);
    const odd = scalars.get("odd")!;
    expect(odd.length).toBe(1000);
    expect(odd[10]).toMatchObject({ step: 21, value: 5.25 });
    expect(odd[999].wallTime).toBeGreaterThan(odd[998].wallTime);
  });

  it("is on disk within the flush period even if the event loop never turns", () => {
    let time = 0;
    const file = openEventFile({ directory, now: () => time });
    const onDisk = () => read(file.path).scalars.get("x")?.length ?? 0;
    for (time = 0; time < 2000; time += 100) file.scalar("x", 1, time);
    expect(onDisk()).toBe(0);
    file.scalar("x", 1, time);
    expect(onDisk()).toBe(21);
    file.close();
  });

  it("is on disk after the flush period even if nothing more is written", async () => {
    const file = openEventFile({ directory, flushPeriodMs: 20 });
    file.scalar("x", 1, 1);
    await expect.poll(() => read(file.path).scalars.get("x")?.length).toBe(1);
    file.close();
  });

  it("groups runs whose hyperparameters are the same, in whatever order", () => {
    const groups = [
      { a: 1, b: true },
      { b: true, a: 1 },
      { a: 1, b: false },
    ].map((values) => {
      const file = openEventFile({ directory, now: () => 5000 });
      file.hparams(values);
      file.endSession("failure");
      file.close();
      // "group_name", field 4, is eight digits.
      const bytes = readFileSync(file.path);
      const at = bytes.indexOf(Uint8Array.of((4 << 3) | 2, 8));
      return bytes.toString("latin1", at + 2, at + 10);
    });
    expect(groups[0]).toMatch(/^[0-9a-f]{8}$/);
    expect(groups[1]).toBe(groups[0]);
    expect(groups[2]).not.toBe(groups[0]);
  });

  it("keeps the writers of one second apart, in the order of their names", () => {
    const now = () => 1_700_000_000_000;
    const paths = Array.from({ length: 12 }, () => {
      const file = openEventFile({ directory, now });
      file.close();
      return file.path;
    });
    const names = readdirSync(directory).sort();
    expect(paths).toEqual(names.map((name) => join(directory, name)));
    expect(new Set(names).size).toBe(12);
  });

  it("comes after the earlier files of its folder when the clock was set back", () => {
    let seconds = 1_700_000_000;
    const now = () => 1000 * seconds;
    const steps = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const first = openEventFile({ directory, now });
    for (const step of steps(1, 100)) first.scalar("x", 0, step);
    first.close();
    seconds -= 3600;
    const second = openEventFile({ directory, now, resumeStep: 51 });
    for (const step of steps(51, 120)) second.scalar("x", 1, step);
    second.close();
    const points = readRun(directory).scalars.get("x")!;
    expect(points.map(({ step, value }) => [step, value])).toEqual([
      ...steps(1, 50).map((step) => [step, 0]),
      ...steps(51, 120).map((step) => [step, 1]),
    ]);
  });

  it("lets a resumed run take back what it does again", () => {
    const first = openEventFile({ directory });
    for (let step = 0; step < 10; step++) first.scalar("x", 0, step);
    first.close();
    const second = openEventFile({ directory, resumeStep: 6 });
    for (let step = 6; step < 8; step++) second.scalar("x", 1, step);
    second.close();
    const bytes = Buffer.concat([readFileSync(first.path), readFileSync(second.path)]);
    const points = readEventFile(bytes).scalars.get("x")!;
    expect(points.map(({ step, value }) => [step, value])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 0],
      [6, 1],
      [7, 1],
    ]);
  });

  it("refuses steps that are none, and calls after close", () => {
    const file = openEventFile({ directory });
    for (const step of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => {
        file.scalar("x", 0, step);
      }).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
    file.close();
    expect(() => {
      file.scalar("x", 0, 0);
    }).toThrow(expect.objectContaining({ code: "NOT_WRITABLE" }));
  });

  it("says NOT_WRITABLE where a folder cannot be", () => {
    const blocked = join(directory, "file");
    writeFileSync(blocked, "");
    expect(() => openEventFile({ directory: join(blocked, "run") })).toThrow(
      expect.objectContaining({ code: "NOT_WRITABLE", remedy: expect.any(String) as string }),
    );
  });
});

describe("combine", () => {
  it("tells every sink, in order, and then throws the first failure", () => {
    const told: string[] = [];
    const sink = (name: string, fails: boolean): ScalarSink => {
      const tell = (what: string) => {
        told.push(`${name} ${what}`);
        if (fails) throw new Error(name);
      };
      return {
        scalar: (tag, value, step) => {
          tell(`${tag}=${value}@${step}`);
        },
        text: (tag) => {
          tell(tag);
        },
        flush: () => {
          tell("flush");
        },
        close: () => {
          tell("close");
        },
      };
    };
    const all = combine(sink("a", false), sink("b", true), sink("c", true));
    expect(() => {
      all.scalar("x", 1, 2);
    }).toThrow("b");
    expect(() => {
      all.close();
    }).toThrow("b");
    expect(told).toEqual(["a x=1@2", "b x=1@2", "c x=1@2", "a close", "b close", "c close"]);
  });
});

import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32c } from "@node-rs/crc32";
import { MarioError } from "../core/errors.js";
import { encodeEvent, FILE_VERSION, type LogContent } from "./event-encoding.js";
import {
  asWriteError,
  explainWriteErrors,
  isWriteError,
  systemErrorCode,
  type WriteObserver,
} from "../core/write-error.js";
import { histogramOf } from "./histogram.js";
import {
  encodeSessionEnd,
  encodeSessionStart,
  HPARAMS,
  type HparamValues,
  type SessionStatus,
} from "./hparams-encoding.js";
import { frameRecord } from "./record-framing.js";
import type { EncodedImage } from "./summary-encoding.js";
import type { SummarySink } from "./summary-sink.js";

export interface EventFileOptions {
  /** The run's folder; created if need be. */
  readonly directory: string;
  /**
   * Set by a resumed run: the step it goes on from. TensorBoard and our reader then drop what earlier
   * files of the folder say of this step and later ones.
   */
  readonly resumeStep?: number;
  /** Most that a killed process loses, in milliseconds. Default 2000. */
  readonly flushPeriodMs?: number;
  /**
   * Once the file is open: told of failures to write in place of a throw. What could not be written is
   * kept, as far as there is room for it, and tried again.
   */
  readonly observer?: WriteObserver;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

/** A sink that TensorBoard reads. */
export interface EventFile extends SummarySink {
  readonly path: string;
}

/** Seconds since 1970 in an event file's name, TensorBoard's own writers' included. */
const EVENT_FILE = /^events\.out\.tfevents\.(\d{1,10})\./;
/** Beyond this much the buffer is written out at once, whatever the time. */
const BUFFER_BYTES = 64 * 1024;
/** Beyond this much, hours of figures, what comes while the disk is full is lost. */
const MAX_BUFFER_BYTES = 16 * 1024 * 1024;
/** A disk that was full is tried again after this time. */
const RETRY_PERIOD_MS = 30_000;

/**
 * Opens `events.out.tfevents.<seconds>.mario.<n>` in a run's folder, by name the last of its event
 * files. The name has no host in it, so that logs can be shared; `n` keeps two processes that open one
 * at the same time apart.
 *
 * @throws MarioError NOT_WRITABLE, DISK_FULL: here and, without an observer, from every call that
 * writes. A failure of the background flush is thrown by the next call.
 */
export function openEventFile(options: EventFileOptions): EventFile {
  const now = options.now ?? Date.now;
  const { path, descriptor } = explainWriteErrors(options.directory, () =>
    createFile(options.directory, Math.floor(now() / 1000)),
  );
  const writer = new EventFileWriter(path, descriptor, options.flushPeriodMs ?? 2000, now);
  writer.start(options.resumeStep);
  writer.observer = options.observer;
  return writer;
}

function createFile(directory: string, now: number): { path: string; descriptor: number } {
  mkdirSync(directory, { recursive: true });
  // A folder's files are read in the order of their names: seconds first, in ten digits until the
  // year 2286. The new file must come last even if the clock was set back.
  const seconds = Math.max(now, newestSeconds(directory) + 1);
  for (let n = 0; ; n++) {
    const path = join(directory, `events.out.tfevents.${seconds}.mario.${n}`);
    try {
      return { path, descriptor: openSync(path, "wx") };
    } catch (error) {
      if (systemErrorCode(error) !== "EEXIST" || n >= 1000) throw error;
    }
  }
}

/** @returns seconds since 1970 in the name of a folder's last event file; -Infinity without one */
function newestSeconds(directory: string): number {
  const seconds = readdirSync(directory).map((name) => Number(EVENT_FILE.exec(name)?.[1] ?? NaN));
  return seconds.reduce((newest, own) => (own > newest ? own : newest), -Infinity);
}

class EventFileWriter implements EventFile {
  private chunks: Uint8Array[] = [];
  private buffered = 0;
  private flushedAt: number;
  private timer: NodeJS.Timeout | undefined;
  private failure: unknown;
  private descriptor: number | undefined;
  /** After a failure; before this time nothing is tried unasked. */
  private retryAt = -Infinity;
  private isFailing = false;
  private hasLost = false;
  observer: WriteObserver | undefined;

  constructor(
    readonly path: string,
    descriptor: number,
    private readonly flushPeriodMs: number,
    private readonly now: () => number,
  ) {
    this.descriptor = descriptor;
    this.flushedAt = now();
  }

  start(resumeStep: number | undefined): void {
    this.append(0, { kind: "fileVersion", version: FILE_VERSION });
    if (resumeStep !== undefined) this.append(resumeStep, { kind: "sessionStart" });
    this.flush();
  }

  scalar(tag: string, value: number, step: number): void {
    this.append(step, { kind: "scalar", tag, value });
  }

  text(tag: string, markdown: string, step: number): void {
    this.append(step, { kind: "text", tag, markdown });
  }

  histogram(tag: string, values: ArrayLike<number>, step: number): void {
    this.append(step, { kind: "histogram", tag, buckets: histogramOf(values) });
  }

  image(tag: string, image: EncodedImage, step: number): void {
    this.append(step, { kind: "image", tag, image });
  }

  hparams(values: HparamValues): void {
    const json = JSON.stringify(values, Object.keys(values).sort());
    const group = crc32c(json).toString(16).padStart(8, "0");
    this.hparam(HPARAMS.sessionStartTag, encodeSessionStart(values, group, this.now() / 1000));
  }

  endSession(status: SessionStatus): void {
    this.hparam(HPARAMS.sessionEndTag, encodeSessionEnd(status, this.now() / 1000));
  }

  flush(): void {
    this.throwFailure();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.flushedAt = this.now();
    const descriptor = this.descriptor;
    if (descriptor === undefined || this.buffered === 0) return;
    const bytes = Buffer.concat(this.chunks, this.buffered);
    this.chunks = [];
    this.buffered = 0;
    let written = 0;
    try {
      // A disk that fills up takes a part, and says so only at the next attempt.
      while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    } catch (error) {
      // Kept for the next flush, so that the file stays whole should there be space again.
      this.chunks = [bytes.subarray(written)];
      this.buffered = bytes.length - written;
      this.retryAt = this.now() + RETRY_PERIOD_MS;
      this.isFailing = true;
      this.fail(asWriteError(error, this.path));
      return;
    }
    this.retryAt = -Infinity;
    if (this.isFailing && !this.hasLost) this.observer?.written();
    this.isFailing = false;
  }

  close(): void {
    const descriptor = this.descriptor;
    if (descriptor === undefined) return;
    try {
      this.flush();
      fsyncSync(descriptor);
    } catch (error) {
      this.fail(asWriteError(error, this.path));
    } finally {
      clearTimeout(this.timer);
      this.descriptor = undefined;
      closeSync(descriptor);
    }
  }

  private hparam(tag: string, content: Uint8Array): void {
    this.append(0, { kind: "pluginData", tag, plugin: HPARAMS.plugin, content });
  }

  private append(step: number, content: LogContent): void {
    if (this.descriptor === undefined) {
      throw new MarioError("NOT_WRITABLE", `The event file ${this.path} is closed.`);
    }
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new MarioError("INVALID_OPTION", "A step must be a non-negative integer.", {
        value: step,
      });
    }
    const record = frameRecord(encodeEvent({ wallTime: this.now() / 1000, step, content }));
    this.keep(record);
    this.throwFailure();
    if (this.now() < this.retryAt) return;
    // The clock is asked as well as a timer set: a learner that never yields starves its timers.
    if (this.buffered >= BUFFER_BYTES || this.now() - this.flushedAt >= this.flushPeriodMs) {
      this.flush();
    } else this.timer ??= this.flushLater();
  }

  private keep(record: Uint8Array): void {
    if (this.buffered + record.length > MAX_BUFFER_BYTES) {
      this.hasLost = true;
      return;
    }
    this.chunks.push(record);
    this.buffered += record.length;
  }

  private fail(error: unknown): void {
    if (this.observer === undefined || !isWriteError(error)) throw error;
    this.observer.failed(error);
  }

  private flushLater(): NodeJS.Timeout {
    return setTimeout(() => {
      try {
        this.flush();
      } catch (error) {
        this.failure = error;
      }
    }, this.flushPeriodMs).unref();
  }

  private throwFailure(): void {
    const failure = this.failure;
    this.failure = undefined;
    if (failure !== undefined) throw failure as Error;
  }
}

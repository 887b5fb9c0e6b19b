import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { clearTimeout, setTimeout } from "node:timers";

const START_MS = 120_000;
/** torch.compile takes half a minute when nothing else runs. */
const WORK_MS = 300_000;
const STOP_MS = 5_000;
const ERROR_BYTES = 4_000;

/** A contender's process; see peer.py for what is said between us. */
export class Worker {
  #child;
  #lines;
  #errors = "";
  /** What it says of itself: versions, threads. */
  about;

  constructor(command, args, options) {
    this.#child = spawn(command, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr.on("data", (text) => {
      this.#errors = (this.#errors + text).slice(-ERROR_BYTES);
    });
    // A process that ended does not read any more; why is said where its answer is missed.
    this.#child.stdin.on("error", () => {});
    this.#child.on("error", (error) => {
      this.#errors += error.message;
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async start() {
    ({ about: this.about } = await this.#answer(START_MS));
  }

  /** @returns milliseconds of one, by the clock and of processor time. */
  async run(work, seconds) {
    this.#child.stdin.write(`${JSON.stringify({ work, seconds })}\n`);
    const { done, ms, cpuMs } = await this.#answer(WORK_MS);
    return { ms: ms / done, cpuMs: cpuMs / done };
  }

  /** Lets it end by itself, so that it can stop processes of its own; insists after a while. */
  async stop() {
    const { exitCode, signalCode, pid } = this.#child;
    if (exitCode !== null || signalCode !== null || pid === undefined) return;
    const exit = new Promise((resolve) => this.#child.once("exit", resolve));
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS);
    this.#child.stdin.end();
    await exit;
    clearTimeout(timer);
  }

  async #answer(withinMs) {
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, withinMs, { late: true });
    });
    const { value, late: isLate } = await Promise.race([this.#lines.next(), late]);
    clearTimeout(timer);
    if (isLate) throw new Error(`no answer within ${withinMs / 1000} s`);
    if (value === undefined) throw new Error(`it ended: ${lastLine(this.#errors)}`);
    return JSON.parse(value);
  }
}

export function lastLine(text) {
  return text.trim().split("\n").at(-1) || "nothing was said";
}

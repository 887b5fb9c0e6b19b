import { MarioError } from "../../core/errors.js";
import { isWriteError, type WriteObserver } from "../../core/write-error.js";

/**
 * What of a run could not be written. The run goes on: hours of learning are worth more than a file,
 * and a disk that is full may have room again.
 */
export class WriteFailures {
  readonly #warn: (message: string) => void;
  readonly #missing = new Map<string, Error>();

  /** @param warn told of each kind of file once, until one of that kind could be written again */
  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** @param what a kind of file, e.g. `figures` */
  of(what: string): WriteObserver {
    return {
      failed: (error) => {
        this.#add(what, error);
      },
      written: () => {
        this.#missing.delete(what);
      },
    };
  }

  /** Of what is awaited. @throws what says anything else than that a file could not be written */
  async observe(what: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#missing.delete(what);
    } catch (error) {
      if (!isWriteError(error)) throw error;
      this.#add(what, error);
    }
  }

  /** What is missing now, on one line; undefined when nothing is. */
  get summary(): string | undefined {
    if (this.#missing.size === 0) return undefined;
    const reasons = [...this.#missing].map(([what, { message }]) => `${what}: ${message}`);
    return `not written: ${reasons.join(" ")}`;
  }

  #add(what: string, error: Error): void {
    const isNew = !this.#missing.has(what);
    this.#missing.set(what, error);
    if (!isNew) return;
    const remedy = error instanceof MarioError ? ` ${error.remedy ?? ""}` : "";
    this.#warn(
      `not written: ${what}: ${error.message} The run goes on and will try again.${remedy}`,
    );
  }
}

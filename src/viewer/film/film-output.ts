import { open, rename, type FileHandle } from "node:fs/promises";
import { asWriteError } from "../../core/write-error.js";
import { removeTemporary, temporaryOf } from "../../picture/save-file.js";

/** Where a film's bytes go, piece by piece. */
export interface FilmOutput {
  write(bytes: Uint8Array): Promise<void>;
  /** Replaces bytes that were written before, e.g. a length in the header. */
  patch(at: number, bytes: Uint8Array): Promise<void>;
  /** The film is whole. */
  commit(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/**
 * A file that has its name only once it is whole; until then it is called `<path>.part`.
 * @throws MarioError NOT_WRITABLE, DISK_FULL, here and from its methods.
 */
export async function fileOutput(path: string): Promise<FilmOutput> {
  const temporary = temporaryOf(path);
  const explained = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw asWriteError(error, path);
    }
  };
  const file: FileHandle = await explained(() => open(temporary, "w"));
  return {
    write: (bytes) => explained(() => file.writeFile(bytes)),
    patch: (at, bytes) =>
      explained(async () => {
        await file.write(bytes, 0, bytes.length, at);
      }),
    commit: () =>
      explained(async () => {
        await file.close();
        await rename(temporary, path);
      }),
    discard: async () => {
      // A full disk may be told of once more.
      await file.close().catch(() => undefined);
      await removeTemporary(path);
    },
  };
}

/** Bytes in memory, for films that go into another file. */
export class MemoryOutput implements FilmOutput {
  readonly #chunks: Uint8Array[] = [];

  /** All that was written so far. */
  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#chunks.push(bytes);
    return Promise.resolve();
  }

  patch(at: number, bytes: Uint8Array): Promise<void> {
    const whole = this.bytes;
    whole.set(bytes, at);
    this.#chunks.splice(0, this.#chunks.length, whole);
    return Promise.resolve();
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  discard(): Promise<void> {
    this.#chunks.length = 0;
    return Promise.resolve();
  }
}

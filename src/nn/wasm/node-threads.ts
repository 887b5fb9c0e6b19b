import { createRequire } from "node:module";
import os from "node:os";
import { Worker, type WorkerOptions } from "node:worker_threads";

const require = createRequire(import.meta.url);
const FOLDER = "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd";

/**
 * A `Worker` for the threaded WebAssembly build in Node. That build was made for browsers: it starts
 * its threads from `blob:` addresses and sends them the module's source as a `Blob`, neither of
 * which Node's workers take. Both are files of the package, so they are given those instead.
 */
class PackagedWorker extends Worker {
  constructor(_address: string | URL, options: WorkerOptions = {}) {
    const { wasmWorkerContents } = require(`${FOLDER}.worker.js`) as { wasmWorkerContents: string };
    // Its template literal turned "\n" inside the code's own strings into line breaks.
    super(wasmWorkerContents.replaceAll("\n", "\\n"), { ...options, eval: true });
    // An idle thread must not keep a finished program alive.
    this.unref();
  }

  override ref(): void {
    // The module would hold the program open while its threads wait for work.
  }

  override postMessage(message: unknown, ...rest: never[]): void {
    const isLoad = (message as { cmd?: string } | null)?.cmd === "load";
    const packaged = isLoad
      ? { ...(message as object), urlOrBlob: require.resolve(`${FOLDER}.js`) }
      : message;
    super.postMessage(packaged, ...rest);
  }
}

/**
 * Makes the global `Worker`, which the WebAssembly module insists on setting to Node's own, be
 * {@link PackagedWorker} from now on. Threads may be started later too, so it stays.
 */
export function installPackagedWorker(): void {
  Object.defineProperty(globalThis, "Worker", {
    configurable: true,
    get: () => PackagedWorker,
    set: () => {
      // The module assigns Node's Worker here; ours must remain.
    },
  });
}

/**
 * Has the module start `threads` threads. It makes its pool while loading, of half the cores that
 * `os.cpus()` reports and at most 4, before anything that it exports could say otherwise; the thread
 * count set through TensorFlow.js comes too late to count.
 * @param start loads the module; only meanwhile does `os.cpus()` report other than the truth
 */
export async function withThreads<T>(threads: number, start: () => Promise<T>): Promise<T> {
  const { cpus } = os;
  const [core] = cpus();
  os.cpus = () => new Array<os.CpuInfo>(2 * threads).fill(core);
  try {
    return await start();
  } finally {
    os.cpus = cpus;
  }
}

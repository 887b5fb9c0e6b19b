import { SHARE_ENV, Worker, type MessagePort } from "node:worker_threads";
import { MarioError, type ErrorCode } from "../../core/errors.js";

/** What a worker can be asked; arguments and results are what structured clones can carry. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

interface Request {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

interface Failure {
  readonly code?: ErrorCode;
  readonly message: string;
  readonly remedy?: string;
  readonly stack?: string;
}

type Response = { readonly id: number; readonly busyMs: number } & (
  { readonly result: unknown } | { readonly failure: Failure }
);

/** Answers requests on a worker's port, one after the other. */
export function serve(port: MessagePort, handlers: Handlers): void {
  let queue = Promise.resolve();
  port.on("message", ({ id, method, argument }: Request) => {
    queue = queue.then(async () => {
      const started = performance.now();
      const answer = await outcome(() => handlers[method](argument as never));
      port.postMessage({ id, busyMs: performance.now() - started, ...answer });
    });
  });
}

async function outcome(work: () => unknown): Promise<{ result: unknown } | { failure: Failure }> {
  try {
    return { result: await work() };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  if (!(error instanceof MarioError)) return { message, ...(stack !== undefined && { stack }) };
  const { code, remedy } = error;
  return { code, message, ...(remedy !== undefined && { remedy }) };
}

/** A worker thread whose handlers are called like functions. */
export class RemoteWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  #nextId = 0;
  #busyMs = 0;
  #ended: Error | undefined;

  /** @param script URL of the compiled module that calls {@link serve} */
  constructor(script: URL, name: string) {
    // The real environment: native libraries read it, and a copy would be lost on them.
    this.#worker = new Worker(script, { env: SHARE_ENV, name });
    this.#worker.on("message", (response: Response) => {
      this.#settle(response);
    });
    // What no handler answers for, such as a lack of memory; perhaps while nobody waits.
    this.#worker.on("error", (error) => {
      this.#end(new Error(`The ${name} thread failed: ${error.message}`, { cause: error }));
    });
    this.#worker.on("exit", (code) => {
      this.#end(new Error(`The ${name} thread ended with code ${code}.`));
    });
  }

  /** Milliseconds for which the thread has worked on requests so far. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /** @throws what the handler threw, or that the thread has ended. */
  call(method: string, argument: unknown): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, argument } satisfies Request);
    });
  }

  /** Ends the thread; what it still had to do is dropped. */
  async terminate(): Promise<void> {
    this.#waiting.clear();
    await this.#worker.terminate();
  }

  #settle(response: Response): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    this.#busyMs += response.busyMs;
    if ("failure" in response) waiting?.reject(errorOf(response.failure));
    else waiting?.resolve(response.result);
  }

  /** For good; the first reason says most. */
  #end(reason: Error): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function errorOf({ code, message, remedy, stack }: Failure): Error {
  if (code !== undefined)
    return new MarioError(code, message, remedy === undefined ? {} : { remedy });
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

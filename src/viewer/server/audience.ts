import type { OptionalPicture, ViewerMessage } from "../protocol/protocol.js";

/** What is used of a WebSocket. */
export interface ViewerSocket {
  /** Bytes handed over and not yet in the hands of the system. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): void;
  terminate(): void;
}

/** Pictures on their way that the page has not shown yet; enough for 60 a second over 100 ms. */
const MOST_UNSEEN = 6;
/**
 * A viewer that has had more before it for so long is let go; its page comes back by itself. Nothing
 * finer is known: what is on its way counts until the last byte of it is taken.
 */
const MOST_BACKLOG_BYTES = 8 * 1024 * 1024;
const PATIENCE_MS = 60_000;
/** More than the curves of dozens of long runs, which a page may ask for at once. */
const MOST_BYTES = 128 * 1024 * 1024;
const OPTIONAL: ReadonlySet<string> = new Set(["stack", "saliency"] satisfies OptionalPicture[]);

/**
 * One page. What it must not miss is sent at once; of pictures and the like it gets the newest of
 * each kind whenever it is ready for them, so a slow page sees fewer and nothing piles up.
 */
export class Viewer {
  readonly #socket: ViewerSocket;
  readonly #now: () => number;
  /** Since when there has been too much before it, ms. */
  #behindSince: number | undefined;
  readonly #pending = new Map<string, string | Uint8Array>();
  #sent = 0;
  #seen = 0;
  #visible = true;
  readonly #wanted = new Set<string>(["stack"] satisfies OptionalPicture[]);

  /** @param now milliseconds; for tests */
  constructor(socket: ViewerSocket, now = (): number => performance.now()) {
    this.#socket = socket;
    this.#now = now;
  }

  /** A hidden tab gets no pictures. */
  get visible(): boolean {
    return this.#visible;
  }

  wants(picture: OptionalPicture): boolean {
    return this.#visible && this.#wanted.has(picture);
  }

  /** Sends what must arrive. A page that has stopped reading megabytes is let go instead. */
  tell(message: string | Uint8Array): void {
    if (this.#isStuck()) this.#socket.terminate();
    else this.#socket.send(message);
  }

  #isStuck(): boolean {
    const backlog = this.#socket.bufferedAmount;
    if (backlog <= MOST_BACKLOG_BYTES) {
      this.#behindSince = undefined;
      return false;
    }
    this.#behindSince ??= this.#now();
    return backlog > MOST_BYTES || this.#now() - this.#behindSince > PATIENCE_MS;
  }

  /** @param messages by kind; each replaces what waits of its kind. */
  show(messages: Iterable<readonly [kind: string, message: string | Uint8Array]>): void {
    for (const [kind, message] of messages) {
      if (!OPTIONAL.has(kind) || this.#wanted.has(kind)) this.#pending.set(kind, message);
    }
    this.#flush();
  }

  receive(message: ViewerMessage): void {
    switch (message.t) {
      case "seen":
        // A page cannot have seen what was not sent; believing it would lift the limit.
        if (message.n > this.#seen && message.n <= this.#sent) this.#seen = message.n;
        break;
      case "visible":
        this.#visible = message.on;
        break;
      case "want":
        if (message.on) this.#wanted.add(message.what);
        else this.#wanted.delete(message.what);
        break;
    }
    this.#flush();
  }

  #flush(): void {
    if (!this.#visible || this.#pending.size === 0) return;
    if (this.#sent - this.#seen >= MOST_UNSEEN) return;
    for (const message of this.#pending.values()) this.tell(message);
    this.#pending.clear();
    this.tell(`{"t":"tick","n":${++this.#sent}}`);
  }
}

/** All pages that look on. */
export class Audience {
  readonly #viewers = new Set<Viewer>();

  get size(): number {
    return this.#viewers.size;
  }

  /** Whether a picture would be looked at. */
  get watching(): boolean {
    for (const viewer of this.#viewers) if (viewer.visible) return true;
    return false;
  }

  wants(picture: OptionalPicture): boolean {
    for (const viewer of this.#viewers) if (viewer.wants(picture)) return true;
    return false;
  }

  add(viewer: Viewer): void {
    this.#viewers.add(viewer);
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }

  tell(message: string | Uint8Array): void {
    for (const viewer of this.#viewers) viewer.tell(message);
  }

  show(messages: readonly (readonly [kind: string, message: string | Uint8Array])[]): void {
    for (const viewer of this.#viewers) viewer.show(messages);
  }
}

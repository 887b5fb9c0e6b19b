import type { ViewerMessage } from "../../protocol/protocol.js";

export interface PageSocketOptions {
  readonly onText: (message: { readonly t: string }) => void;
  readonly onPicture: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** Connected again, or not any more. */
  readonly onStatus: (connected: boolean) => void;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 4000;

/**
 * The page's WebSocket. Comes back by itself when the program was restarted; says what it has shown,
 * so that the program never sends more than a page can take.
 */
export class PageSocket {
  readonly #options: PageSocketOptions;
  #socket: WebSocket | undefined;
  #retryMs = FIRST_RETRY_MS;

  constructor(options: PageSocketOptions) {
    this.#options = options;
    document.addEventListener("visibilitychange", () => {
      this.#tellVisibility();
    });
    this.#connect();
  }

  /** Dropped while there is no connection. */
  send(message: ViewerMessage | { readonly t: string }): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect(): void {
    const socket = new WebSocket(new URL("/socket", location.href.replace(/^http/, "ws")));
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#retryMs = FIRST_RETRY_MS;
      this.#options.onStatus(true);
      this.#tellVisibility();
    });
    socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== "string") {
        this.#options.onPicture(new Uint8Array(data));
        return;
      }
      const message = JSON.parse(data) as { readonly t: string; readonly n?: number };
      if (message.t === "tick") this.#sawSoon(message.n ?? 0);
      else this.#options.onText(message);
    });
    socket.addEventListener("close", () => {
      this.#options.onStatus(false);
      setTimeout(() => {
        this.#connect();
      }, this.#retryMs);
      this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS);
    });
  }

  /** After the next repaint; a hidden page repaints nothing, and is sent nothing. */
  #sawSoon(n: number): void {
    if (document.hidden) this.send({ t: "seen", n });
    else {
      requestAnimationFrame(() => {
        this.send({ t: "seen", n });
      });
    }
  }

  #tellVisibility(): void {
    this.send({ t: "visible", on: !document.hidden });
  }
}

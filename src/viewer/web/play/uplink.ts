import { RunRecorder } from "./runs.js";

/** Half a second: what may be lost when the browser is killed. */
const FLUSH_FRAMES = 30;
const RETRY_MS = 1000;

/** `lost`: the program is gone, or cannot be reached. */
export type LinkState = "connecting" | "open" | "lost";

export interface UplinkOptions {
  /** The one that records; undefined: only watches whether the program is still there. */
  readonly program: string | undefined;
  /** RAM and picture after the frame that was pushed last. */
  readonly end: () => { readonly ram: string; readonly picture: string };
  readonly onState: (state: LinkState) => void;
  /** The server will not record this page, and says why. */
  readonly onRefused: (reason: string) => void;
  /** Whether what arrived is in the file, when that changes. @param problem why it is not */
  readonly onSaved: (problem: string | undefined) => void;
  /** The program is about to end. */
  readonly onStop: () => void;
}

/** The way of a play's inputs to the server, which writes them to a file. */
export class Uplink {
  readonly #options: UplinkOptions;
  /** Tells this page from others, also when it connects anew. */
  readonly #page = String(Math.random()).slice(2);
  #take = 0;
  #recorder = new RunRecorder();
  #socket: WebSocket | undefined;
  #refused = false;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#connect();
    // Gone to another page or closed: the last chance.
    window.addEventListener("pagehide", () => {
      this.flush();
    });
  }

  push(buttons: number): void {
    if (this.#options.program === undefined) return;
    this.#recorder.push(buttons);
    if (this.#recorder.frames - this.#recorder.sent >= FLUSH_FRAMES) this.flush();
  }

  /** Begins a new take. */
  restart(): void {
    this.#take++;
    this.#recorder = new RunRecorder();
  }

  flush(): void {
    if (this.#refused || this.#socket?.readyState !== WebSocket.OPEN) return;
    if (this.#recorder.frames === this.#recorder.sent) return;
    const from = this.#recorder.sent;
    const runs = this.#recorder.takePending();
    const { program } = this.#options;
    const take = { program, page: this.#page, take: this.#take };
    this.#socket.send(JSON.stringify({ ...take, from, runs, end: this.#options.end() }));
  }

  #connect(): void {
    this.#options.onState("connecting");
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/socket`);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#options.onState("open");
      // The server may not have seen all of what the last connection was given.
      this.#recorder.rewind();
      this.flush();
    });
    socket.addEventListener("message", ({ data }) => {
      this.#receive(JSON.parse(String(data)) as ServerMessage);
    });
    socket.addEventListener("close", () => {
      this.#options.onState("lost");
      setTimeout(() => {
        this.#connect();
      }, RETRY_MS);
    });
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case "refused":
        this.#refused = true;
        this.#options.onRefused(message.reason);
        break;
      case "unsaved":
        this.#options.onSaved(message.reason);
        break;
      case "saved":
        this.#options.onSaved(undefined);
        break;
      case "stop":
        this.#options.onStop();
        this.flush();
        this.#socket?.close();
    }
  }
}

type ServerMessage =
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "unsaved"; readonly reason: string }
  | { readonly type: "saved" }
  | { readonly type: "stop" };

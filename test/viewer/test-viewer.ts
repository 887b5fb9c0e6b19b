import { Viewer, type ViewerSocket } from "../../src/viewer/server/audience.js";
import { readPictureHeader } from "../../src/viewer/protocol/protocol.js";

/** The far end of a connection, without the network between. */
export class TestPage implements ViewerSocket {
  bufferedAmount = 0;
  isTerminated = false;
  /** Whether it says that it has seen what it was sent, as a page does. */
  isReading = true;
  readonly texts: Record<string, unknown>[] = [];
  readonly pictures: Uint8Array[] = [];
  /** Of the viewer's clock, ms. */
  time = 0;
  readonly viewer = new Viewer(this, () => this.time);
  #onText: (() => void) | undefined;

  send(data: string | Uint8Array): void {
    if (typeof data !== "string") {
      this.pictures.push(data);
      return;
    }
    const message = JSON.parse(data) as Record<string, unknown>;
    this.texts.push(message);
    if (message["t"] === "tick" && this.isReading) {
      // Later, as over a network.
      setImmediate(() => {
        this.viewer.receive({ t: "seen", n: message["n"] as number });
      });
    }
    this.#onText?.();
  }

  terminate(): void {
    this.isTerminated = true;
  }

  of(type: string): Record<string, unknown>[] {
    return this.texts.filter(({ t }) => t === type);
  }

  picturesOf(kind: number): Uint8Array[] {
    return this.pictures.filter((bytes) => readPictureHeader(bytes).kind === kind);
  }

  /** Waits until there are so many messages of that type. */
  async until(type: string, count: number): Promise<void> {
    while (this.of(type).length < count) {
      await new Promise<void>((resolve) => {
        this.#onText = resolve;
      });
    }
  }

  /** Waits until the newest message of that type is so. */
  async untilLast(
    type: string,
    isSo: (message: Record<string, unknown>) => boolean,
  ): Promise<void> {
    const last = (): Record<string, unknown> | undefined => this.of(type).at(-1);
    while (last() === undefined || !isSo(last()!)) {
      await new Promise<void>((resolve) => {
        this.#onText = resolve;
      });
    }
  }
}

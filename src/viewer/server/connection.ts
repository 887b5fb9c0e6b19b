import type { WebSocket } from "ws";
import { Viewer } from "./audience.js";
import type { OptionalPicture, ViewerMessage } from "../protocol/protocol.js";

export interface ConnectionOptions<Command> {
  /** @returns undefined for nonsense, which is dropped. */
  readonly parse: (text: string) => ViewerMessage | Command | undefined;
  readonly onOpen: (viewer: Viewer) => void;
  readonly onCommand: (viewer: Viewer, command: Command) => void;
  /** A page wants pictures that it did not get before. */
  readonly onWant?: (what: OptionalPicture) => void;
  readonly onClose: (viewer: Viewer) => void;
}

const VIEWER_MESSAGES = new Set(["seen", "visible", "want"] satisfies ViewerMessage["t"][]);

/** Makes a viewer of a page's WebSocket. */
export function connectViewer<Command extends { readonly t: string }>(
  socket: WebSocket,
  options: ConnectionOptions<Command>,
): void {
  const viewer = new Viewer(socket);
  socket.on("message", (data, isBinary) => {
    if (isBinary) return;
    const message = options.parse((data as Buffer).toString("utf8"));
    if (message === undefined) return;
    if (isViewerMessage(message)) {
      viewer.receive(message);
      if (message.t === "want" && message.on) options.onWant?.(message.what);
    } else options.onCommand(viewer, message);
  });
  socket.on("close", () => {
    options.onClose(viewer);
  });
  options.onOpen(viewer);
}

function isViewerMessage(message: { readonly t: string }): message is ViewerMessage {
  return (VIEWER_MESSAGES as ReadonlySet<string>).has(message.t);
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { MarioError } from "../../core/errors.js";
import { addressesOf, isKnownHost, isLoopback, isOwnOrigin } from "./address.js";
import { answerAsset, refuse, type Asset } from "./answer.js";
import { AccessToken } from "./access-token.js";

export type { Asset } from "./answer.js";

export interface LocalServerOptions {
  /**
   * What may be fetched, by path without the first slash: `main.js`; `index.html` answers `/` too.
   * Looked up at every request, so entries may come, change and go while the server runs.
   */
  readonly assets: ReadonlyMap<string, Asset>;
  /**
   * Interface to listen on. Default `127.0.0.1`: this machine only. Anything but a loopback address
   * makes the server ask for a token, which is part of {@link LocalServer.url}.
   */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Lets the page run scripts that it made itself, as jsnes's sound worklet is. Default false. */
  readonly allowBlobScripts?: boolean;
  /** Called for each WebSocket to `/socket`, when it is open and came from our own page. */
  readonly onConnection?: (socket: WebSocket, request: IncomingMessage) => void;
  /** A longer message closes its WebSocket. Default 1 MiB. */
  readonly maxMessageBytes?: number;
}

export interface LocalServer {
  /** Address to open, with the token where one is needed. */
  readonly url: string;
  /** All addresses that lead here, `url` first: several when it listens on all interfaces. */
  readonly urls: readonly string[];
  readonly port: number;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

const SOCKET_PATH = "/socket";
const DEFAULT_HOST = "127.0.0.1";
/** A page has one; more than a few dozen are a mistake or mischief. */
const MAX_SOCKETS = 32;
/** A peer that answers no ping within this time is gone, ms. */
const PING_PERIOD_MS = 20_000;

/**
 * Serves one page and its WebSocket to a browser on this machine.
 *
 * Any web page that a person has open can send requests to 127.0.0.1, and can give its own name this
 * address (DNS rebinding). So the Host header must name this machine, a WebSocket must come from the
 * page served here, and nothing is served that is not in `assets`: no path reaches the disk.
 *
 * @throws MarioError INVALID_OPTION when the port or the interface cannot be had.
 */
export async function openLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const host = options.host ?? DEFAULT_HOST;
  const token = isLoopback(host) ? undefined : new AccessToken();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes ?? 1024 * 1024,
  });
  const pinger = new Pinger(sockets.clients);
  const server = createServer((request, response) => {
    answer(options, host, token, request, response);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const problem = upgradeProblem(request, host, token, sockets.clients.size);
    if (problem !== undefined || options.onConnection === undefined) {
      // A peer that keeps its half open would keep the server from closing.
      socket.end(`HTTP/1.1 ${problem ?? "404 Not Found"}\r\nConnection: close\r\n\r\n`, () =>
        socket.destroy(),
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      // Without a listener a peer's broken frame would end the program; `close` follows in any case.
      webSocket.on("error", () => undefined);
      pinger.watch(webSocket);
      options.onConnection?.(webSocket, request);
    });
  });
  const port = await listen(server, host, options.port ?? 0);
  const urls = addressesOf(host).map(
    (address) => `http://${address}:${port}/${token === undefined ? "" : `?token=${token.text}`}`,
  );
  return {
    url: urls[0],
    urls,
    port,
    close: async () => {
      pinger.stop();
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

function answer(
  options: LocalServerOptions,
  host: string,
  token: AccessToken | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (!isKnownHost(request.headers.host, host)) {
    refuse(response, 421, "This server answers to its own address only.");
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    refuse(response, 405, "Only GET and HEAD.");
    return;
  }
  const [path, query] = splitTarget(request.url ?? "/");
  if (token !== undefined) {
    if (token.isIn(query)) {
      // Out of the address bar and the history, into a cookie of this page alone.
      response.setHeader("Set-Cookie", token.cookie(request.socket.localPort));
      response.setHeader("Location", path.replace(/^\/+/, "/"));
      refuse(response, 303, "");
      return;
    }
    if (!token.isInCookie(request.headers.cookie, request.socket.localPort)) {
      refuse(response, 403, "Open the address that the program printed, with its token.");
      return;
    }
  }
  const asset = options.assets.get(path === "/" ? "index.html" : path.slice(1));
  if (asset === undefined) refuse(response, 404, "There is no such page.");
  else answerAsset(request, response, asset, options.allowBlobScripts ?? false);
}

/** The status line of a refusal; undefined when the WebSocket may open. */
function upgradeProblem(
  request: IncomingMessage,
  host: string,
  token: AccessToken | undefined,
  open: number,
): string | undefined {
  const { headers, socket } = request;
  if (!isKnownHost(headers.host, host)) return "421 Misdirected Request";
  if (!isOwnOrigin(headers.origin, headers.host)) return "403 Forbidden";
  if (token !== undefined && !token.isInCookie(headers.cookie, socket.localPort)) {
    return "403 Forbidden";
  }
  if (splitTarget(request.url ?? "/")[0] !== SOCKET_PATH) return "404 Not Found";
  return open >= MAX_SOCKETS ? "503 Service Unavailable" : undefined;
}

/** Path and query of a request's target, undecoded: our own paths need no escapes. */
function splitTarget(target: string): [path: string, query: string] {
  const at = target.indexOf("?");
  return at < 0 ? [target, ""] : [target.slice(0, at), target.slice(at + 1)];
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(listenError(cause, host, port));
    });
    server.listen(port, host, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): MarioError {
  const options = { cause, value: { host, port } };
  if (cause.code === "EADDRINUSE") {
    return new MarioError("INVALID_OPTION", `Port ${port} is taken by another program.`, {
      ...options,
      remedy: "Choose another with --port, or none, for any that is free.",
    });
  }
  if (cause.code === "EACCES") {
    return new MarioError("INVALID_OPTION", `This user may not listen on port ${port}.`, {
      ...options,
      remedy: "Choose one from 1024 up.",
    });
  }
  return new MarioError(
    "INVALID_OPTION",
    `Cannot listen on '${host}' (${cause.code ?? cause.message}).`,
    {
      ...options,
      remedy: "Give an address of this machine, or 0.0.0.0 for all of them.",
    },
  );
}

/** Finds peers that went away without a word, as a phone does, and ends their connections. */
class Pinger {
  readonly #alive = new WeakSet<WebSocket>();
  readonly #timer: NodeJS.Timeout;

  constructor(clients: ReadonlySet<WebSocket>) {
    this.#timer = setInterval(() => {
      for (const client of clients) {
        // It gets to the ping only after what is before it.
        if (client.bufferedAmount > 0) continue;
        if (this.#alive.delete(client)) client.ping();
        else client.terminate();
      }
    }, PING_PERIOD_MS);
    this.#timer.unref();
  }

  watch(client: WebSocket): void {
    this.#alive.add(client);
    client.on("pong", () => {
      this.#alive.add(client);
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

import type { WebSocket } from "ws";
import { MarioError } from "../../core/errors.js";
import {
  openLocalServer,
  type LocalServer,
  type LocalServerOptions,
} from "../../viewer/server/local-server.js";
import { pageFolder, readPage } from "../../viewer/server/page-files.js";
import { openInBrowser } from "./open-browser.js";
import type { PageOptions } from "./page-options.js";

export interface Page extends Pick<LocalServerOptions, "allowBlobScripts" | "maxMessageBytes"> {
  /** Folder of the built page, e.g. `enjoy`. */
  readonly name: string;
  /**
   * Taken when it is free: a page that waits for a restarted program finds it again, and an SSH
   * tunnel can be set up once.
   */
  readonly usualPort: number;
  /** Served besides the page's own files. */
  readonly assets?: LocalServerOptions["assets"];
  readonly onConnection: (socket: WebSocket) => void;
}

/**
 * Serves a built page, prints its address on standard error, opens it where there is a browser.
 * @throws MarioError INVALID_OPTION.
 */
export async function openPage(page: Page, options: PageOptions): Promise<LocalServer> {
  const { name, usualPort, assets = [], ...serverOptions } = page;
  const allAssets = new Map([...readPage(pageFolder(name)), ...assets]);
  const open = (port: number): Promise<LocalServer> =>
    openLocalServer({
      ...serverOptions,
      assets: allAssets,
      port,
      ...(options.host !== undefined && { host: options.host }),
    });
  const server = await (options.port === undefined
    ? openUsual(open, usualPort)
    : open(options.port));
  announce(server, options);
  return server;
}

async function openUsual(
  open: (port: number) => Promise<LocalServer>,
  port: number,
): Promise<LocalServer> {
  try {
    return await open(port);
  } catch (error) {
    const { code } = (error as { cause?: NodeJS.ErrnoException }).cause ?? {};
    // EACCES: Windows keeps ranges of ports to itself.
    const isTaken = code === "EADDRINUSE" || code === "EACCES";
    if (!(error instanceof MarioError) || !isTaken) throw error;
    return open(0);
  }
}

function announce(server: LocalServer, options: PageOptions): void {
  const opened = options.open && openInBrowser(server.url);
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  say(`page: ${server.url}${opened ? " (opening it in your browser)" : ""}`);
  for (const url of server.urls.slice(1)) say(`      ${url}`);
  if (process.env["SSH_CONNECTION"] !== undefined && options.host === undefined) {
    const { port } = server;
    say(
      `from your own machine: ssh -L ${port}:127.0.0.1:${port} <this machine>, then open it there`,
    );
  }
  say("Press Ctrl-C to stop");
}

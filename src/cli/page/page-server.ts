import type { WebSocket } from "ws";
import { MarioError } from "../../core/errors.js";
import { openLocalServer, type LocalServer } from "../../viewer/server/local-server.js";
import { pageFolder, readPage } from "../../viewer/server/page-files.js";
import { openInBrowser } from "./open-browser.js";
import type { PageOptions } from "./page-options.js";

/**
 * Serves a built page, tells its address, opens it where there is a browser.
 * @param usualPort taken when it is free: a page that waits for a restarted program finds it again,
 * and an SSH tunnel can be set up once.
 * @throws MarioError INVALID_OPTION.
 */
export async function openPage(
  page: string,
  usualPort: number,
  options: PageOptions,
  onConnection: (socket: WebSocket) => void,
): Promise<LocalServer> {
  const assets = readPage(pageFolder(page));
  const open = (port: number): Promise<LocalServer> =>
    openLocalServer({
      assets,
      port,
      onConnection,
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
    if (!(error instanceof MarioError) || code !== "EADDRINUSE") throw error;
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
  say("Ctrl-C ends it");
}

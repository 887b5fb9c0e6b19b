import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** One thing that the server gives out. */
export interface Asset {
  readonly body: Uint8Array;
  /** Content type, e.g. `text/css; charset=utf-8`. */
  readonly type: string;
}

/**
 * Nothing from elsewhere: no script, style, picture, font, frame or connection.
 * @param host as in a checked Host header: to some browsers `'self'` does not cover WebSockets.
 */
function contentSecurityPolicy(allowBlobScripts: boolean, host?: string): string {
  return [
    "default-src 'none'",
    `script-src 'self'${allowBlobScripts ? " blob:" : ""}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${host === undefined ? "" : ` ws://${host}`}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const SECURITY_HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

const tags = new WeakMap<Asset, string>();

/** Validator of a body, computed once. */
function tagOf(asset: Asset): string {
  let tag = tags.get(asset);
  if (tag === undefined) {
    tag = `"${createHash("sha256").update(asset.body).digest("base64url").slice(0, 22)}"`;
    tags.set(asset, tag);
  }
  return tag;
}

/**
 * Answers a request whose Host header is known to be ours.
 * The browser keeps a copy and asks each time whether it still holds:
 * a rebuilt page shows at once.
 */
export function answerAsset(
  request: IncomingMessage,
  response: ServerResponse,
  asset: Asset,
  allowBlobScripts: boolean,
): void {
  const tag = tagOf(asset);
  const known = request.headers["if-none-match"]?.split(",").map((one) => one.trim());
  const headers = {
    ...SECURITY_HEADERS,
    "Content-Security-Policy": contentSecurityPolicy(allowBlobScripts, request.headers.host),
    "Cache-Control": "no-cache",
    ETag: tag,
  };
  if (known?.includes(tag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    "Content-Type": asset.type,
    "Content-Length": asset.body.byteLength,
  });
  response.end(request.method === "HEAD" ? undefined : asset.body);
}

/** Anything but 200: one line of text. */
export function refuse(response: ServerResponse, status: number, line: string): void {
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    "Content-Security-Policy": contentSecurityPolicy(false),
    "Cache-Control": "no-store",
    "Content-Type": "text/plain; charset=utf-8",
  });
  response.end(line === "" ? "" : `${line}\n`);
}

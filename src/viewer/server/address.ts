import { isIP, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

/** Whether only this machine can reach it. @param host an address or a name to listen on. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Hosts as they stand in a URL, the most useful first. @param host an address or a name. */
export function addressesOf(host: string): string[] {
  if (host !== "0.0.0.0" && host !== "::") return [inUrl(host)];
  const outer = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    // Link-local IPv6 needs a zone, which browsers refuse in a URL.
    .filter(({ internal, family, address }) => {
      return !internal && (family === "IPv4" || (host === "::" && !/^fe80:/i.test(address)));
    })
    .map(({ address }) => inUrl(address));
  return [...outer, "127.0.0.1"];
}

function inUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/**
 * Whether a request's Host header names this machine. A foreign page can make its own *name* point
 * here, but not an address; so names must be known, and a loopback server wants a loopback address.
 * The port is not looked at: it differs behind an SSH tunnel.
 *
 * @param header e.g. `127.0.0.1:8080`. @param host what the server listens on.
 */
export function isKnownHost(header: string | undefined, host: string): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^:[\]/@]+)(?::\d{1,5})?$/i.exec(header ?? "")?.[1].toLowerCase();
  if (name === undefined) return false;
  const plain = name.replace(/^\[(.*)\]$/, "$1");
  if (isLoopback(plain)) return true;
  return !isLoopback(host) && (isIP(plain) !== 0 || plain === host.toLowerCase());
}

/** Whether a page of this very server asks. @param origin e.g. `http://127.0.0.1:8080`. */
export function isOwnOrigin(origin: string | undefined, hostHeader: string | undefined): boolean {
  return hostHeader !== undefined && origin === `http://${hostHeader}`;
}

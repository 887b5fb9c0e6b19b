import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { MarioError } from "../../../src/core/errors.js";
import { isKnownHost, isOwnOrigin } from "../../../src/viewer/server/address.js";
import {
  openLocalServer,
  type LocalServer,
  type LocalServerOptions,
} from "../../../src/viewer/server/local-server.js";

const text = (body: string, type: string) => ({ body: new TextEncoder().encode(body), type });
const HTML = "text/html; charset=utf-8";

let open: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(open.map((server) => server.close()));
  open = [];
});

async function start(options: Partial<LocalServerOptions> = {}): Promise<LocalServer> {
  const assets = new Map([
    ["index.html", text("<p>page</p>", HTML)],
    ["main.js", text("let a", "text/javascript; charset=utf-8")],
  ]);
  const server = await openLocalServer({ assets, ...options });
  open.push(server);
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request as raw as Node makes it: the path is sent as it stands. */
function ask(
  server: LocalServer,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port: server.port, path, headers, method },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (body += chunk));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      },
    );
    request.on("error", reject);
    request.end();
  });
}

/** @returns the status that refused the WebSocket, or 101. */
function dial(
  server: LocalServer,
  { origin, path = "/socket", headers = {} }: { origin?: string; path?: string; headers?: object },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, {
      ...(origin !== undefined && { origin }),
      headers: { ...headers },
    });
    socket.on("open", () => {
      socket.close();
      resolve(101);
    });
    socket.on("unexpected-response", (_, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on("error", reject);
  });
}

describe("what it serves", () => {
  it("the page at / and by name, with its type and length; HEAD without the body", async () => {
    const server = await start();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/`);
    for (const path of ["/", "/index.html", "/?x=1"]) {
      const { status, headers, body } = await ask(server, path);
      expect({ status, body }).toEqual({ status: 200, body: "<p>page</p>" });
      expect(headers["content-type"]).toBe(HTML);
      expect(headers["content-length"]).toBe("11");
    }
    const head = await ask(server, "/main.js", {}, "HEAD");
    expect(head).toMatchObject({ status: 200, body: "" });
    expect(head.headers["content-length"]).toBe("5");
    expect(head.headers["content-type"]).toBe("text/javascript; charset=utf-8");
  });

  it("only what is among the assets, however the path is spelled", async () => {
    const server = await start();
    const paths = [
      "/package.json",
      "/../package.json",
      "/..%2f..%2fpackage.json",
      "/%2e%2e/package.json",
      "//etc/passwd",
      "/constructor",
      "/__proto__",
      "/main.js/",
      "/main.js%00",
      "http://127.0.0.1/../main.js",
    ];
    for (const path of paths) expect((await ask(server, path)).status, path).toBe(404);
  });

  it("entries that come and go", async () => {
    const assets = new Map([["index.html", text("1", HTML)]]);
    const server = await start({ assets });
    expect((await ask(server, "/data.json")).status).toBe(404);
    assets.set("data.json", text("{}", "application/json"));
    expect((await ask(server, "/data.json")).body).toBe("{}");
    assets.set("index.html", text("2", HTML));
    expect((await ask(server, "/")).body).toBe("2");
  });

  it("a copy that the browser has is not sent again, a changed one is", async () => {
    const assets = new Map([["index.html", text("1", HTML)]]);
    const server = await start({ assets });
    const { etag } = (await ask(server, "/")).headers;
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    const again = await ask(server, "/", { "If-None-Match": `"other", ${etag!}` });
    expect(again).toMatchObject({ status: 304, body: "" });
    assets.set("index.html", text("2", HTML));
    expect(await ask(server, "/", { "If-None-Match": etag! })).toMatchObject({
      status: 200,
      body: "2",
    });
  });

  it("nothing to other methods", async () => {
    const server = await start();
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await ask(server, "/", {}, method);
      expect({ status, allow: headers["allow"] }).toEqual({ status: 405, allow: "GET, HEAD" });
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it("headers that keep other pages out, on refusals too", async () => {
    const server = await start();
    for (const path of ["/", "/nothing"]) {
      const { headers } = await ask(server, path);
      const policy = headers["content-security-policy"] as string;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      const socket = path === "/" ? ` ws://127.0.0.1:${server.port};` : ";";
      expect(policy).toContain(`connect-src 'self'${socket}`);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
    }
    const withBlobs = await start({ allowBlobScripts: true });
    const policy = (await ask(withBlobs, "/")).headers["content-security-policy"] as string;
    expect(policy).toContain("script-src 'self' blob:;");
  });
});

describe("whom it answers", () => {
  it("this machine's own names, behind a tunnel too; no other Host", async () => {
    const server = await start();
    for (const host of ["127.0.0.1", "localhost:9000", "[::1]:1", "LOCALHOST", "127.9.9.9"]) {
      expect((await ask(server, "/", { Host: host })).status, host).toBe(200);
    }
    const others = [
      "evil.example",
      `evil.example:${server.port}`,
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "192.168.1.7",
      "evil.example@127.0.0.1",
      "127.0.0.1:80:80",
      "0.0.0.0",
    ];
    for (const host of others)
      expect((await ask(server, "/", { Host: host })).status, host).toBe(421);
  });

  it("an HTTP/1.0 request without a Host gets a refusal", async () => {
    const server = await start();
    const reply = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1", () =>
        socket.write("GET / HTTP/1.0\r\n\r\n"),
      );
      let all = "";
      socket.on("data", (chunk) => (all += chunk.toString()));
      socket.on("end", () => {
        resolve(all);
      });
      socket.on("error", reject);
    });
    expect(reply).toMatch(/^HTTP\/1\.1 421 /);
  });

  it("WebSockets of its own page at /socket, and no other", async () => {
    let opened = 0;
    const server = await start({ onConnection: () => opened++ });
    const origin = `http://127.0.0.1:${server.port}`;
    expect(await dial(server, { origin })).toBe(101);
    expect(opened).toBe(1);
    expect(await dial(server, {})).toBe(403);
    expect(await dial(server, { origin: "null" })).toBe(403);
    expect(await dial(server, { origin: "http://evil.example" })).toBe(403);
    expect(await dial(server, { origin: `http://127.0.0.1:${server.port + 1}` })).toBe(403);
    expect(await dial(server, { origin: `https://127.0.0.1:${server.port}` })).toBe(403);
    expect(await dial(server, { origin, path: "/other" })).toBe(404);
    const rebound = { host: `evil.example:${server.port}` };
    expect(await dial(server, { origin: `http://${rebound.host}`, headers: rebound })).toBe(421);
    expect(opened).toBe(1);
  });

  it("no WebSocket where nothing listens for one", async () => {
    const server = await start();
    expect(await dial(server, { origin: `http://127.0.0.1:${server.port}` })).toBe(404);
  });

  it("a message beyond the limit closes its WebSocket and nothing else", async () => {
    const server = await start({
      maxMessageBytes: 1000,
      onConnection: (socket) => {
        socket.on("message", (data: Buffer) => {
          socket.send(data.length);
        });
      },
    });
    const code = await new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`, {
        origin: `http://127.0.0.1:${server.port}`,
      });
      socket.on("open", () => {
        socket.send("x".repeat(1000));
      });
      socket.on("message", (data: Buffer) => {
        expect(data.toString()).toBe("1000");
        socket.send("x".repeat(1001));
      });
      socket.on("close", resolve);
      socket.on("error", reject);
    });
    expect(code).toBe(1009);
    expect((await ask(server, "/")).status).toBe(200);
  });
});

describe("open to the network", () => {
  it("it wants the token, keeps it in a cookie, and takes it out of the address", async () => {
    let opened = 0;
    const server = await start({ host: "0.0.0.0", onConnection: () => opened++ });
    expect(server.urls.at(-1)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{22}$/);
    expect(server.urls[0]).toBe(server.url);
    const token = new URL(server.url).searchParams.get("token")!;

    expect((await ask(server, "/")).status).toBe(403);
    expect((await ask(server, "/?token=")).status).toBe(403);
    expect((await ask(server, `/?token=${token}x`)).status).toBe(403);
    const welcome = await ask(server, `//evil.example/?token=${token}`);
    expect(welcome).toMatchObject({ status: 303, body: "" });
    expect(welcome.headers.location).toBe("/evil.example/");
    const [setCookie] = welcome.headers["set-cookie"]!;
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Lax$/);
    const cookie = setCookie.split(";")[0];
    expect(cookie).toBe(`mario-${server.port}=${token}`);

    expect((await ask(server, "/", { Cookie: `other=1; ${cookie}` })).status).toBe(200);
    expect((await ask(server, "/main.js", { Cookie: cookie })).status).toBe(200);
    expect((await ask(server, "/", { Cookie: `${cookie}x` })).status).toBe(403);
    expect((await ask(server, "/", { Cookie: `x${cookie}` })).status).toBe(403);

    const origin = `http://127.0.0.1:${server.port}`;
    expect(await dial(server, { origin })).toBe(403);
    expect(await dial(server, { origin, headers: { Cookie: cookie } })).toBe(101);
    const evil = { origin: "http://evil.example", headers: { Cookie: cookie } };
    expect(await dial(server, evil)).toBe(403);
    expect(opened).toBe(1);
  });

  it("addresses may be anything then, names must be its own", () => {
    expect(isKnownHost("192.168.1.7:8080", "0.0.0.0")).toBe(true);
    expect(isKnownHost("[fd00::7]:8080", "::")).toBe(true);
    expect(isKnownHost("evil.example:8080", "0.0.0.0")).toBe(false);
    expect(isKnownHost("den.example:8080", "den.example")).toBe(true);
    expect(isKnownHost(undefined, "0.0.0.0")).toBe(false);
    expect(isKnownHost("", "0.0.0.0")).toBe(false);
    expect(isOwnOrigin(undefined, undefined)).toBe(false);
    expect(isOwnOrigin("http://a:1", "a:1")).toBe(true);
  });
});

describe("opening and closing", () => {
  it("says that a port is taken, or an address not of this machine", async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toThrow(`Port ${port} is taken`);
    await expect(start({ host: "203.0.113.1" })).rejects.toThrow(MarioError);
  });

  it("ends its connections at once and frees the port", async () => {
    const server = await start({ onConnection: () => undefined });
    const closed = new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`, {
        origin: `http://127.0.0.1:${server.port}`,
      });
      socket.on("open", () => {
        server.close().catch(reject);
      });
      socket.on("close", () => {
        resolve();
      });
      socket.on("error", reject);
    });
    await closed;
    open = open.filter((one) => one !== server);
    const next = await start({ port: server.port });
    expect((await ask(next, "/")).status).toBe(200);
  });

  it("does not wait for one whose WebSocket it refused and who hangs on", async () => {
    const server = await start({ onConnection: () => undefined });
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    const lines = ["GET /socket HTTP/1.1", "Host: evil.example", "Connection: Upgrade"];
    socket.write([...lines, "Upgrade: websocket", "", ""].join("\r\n"));
    let answer = "";
    socket.on("data", (chunk) => (answer += String(chunk)));
    await once(socket, "end");
    expect(answer).toMatch(/^HTTP\/1\.1 4/);
    // It has heard the end and says nothing to it.
    await server.close();
    open = open.filter((one) => one !== server);
    socket.destroy();
  });
});

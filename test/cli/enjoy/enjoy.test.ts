import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startProgram } from "../../viewer/web/program.js";
import { BACKEND_HERE, mario } from "../run-cli.js";

// Whole programs, several at once, on machines that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let folder: string;
let model: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-enjoy-cli-"));
  const args = ["train", "--timesteps", "40", "--log", "stdout", "--model-dir", folder];
  expect(mario([...args, "--threads", "1"]).status).toBe(0);
  model = join(folder, "deepq", readdirSync(join(folder, "deepq"))[0]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("mario enjoy", () => {
  it("plays without a view where the output is no terminal, and reports", () => {
    const args = ["enjoy", "--file", model, "--epsilon", "1", "--threads", "1"];
    const { status, stdout, stderr } = mario(args);
    expect(stderr).not.toContain("page:");
    expect(status).toBe(0);
    expect(stdout).toMatch(/episodes +1\n/);
    // The same seed, the same play; and asked for by name.
    const named = mario([...args, "--view", "none"]).stdout;
    const withoutSpeed = (text: string): string => text.replace(/speed.*/, "");
    expect(withoutSpeed(named)).toBe(withoutSpeed(stdout));
  });

  it("says why it plays slowly, unless that was asked for", () => {
    const play = (...args: string[]) => {
      const quick = ["enjoy", "--file", model, "--epsilon=1", ...args];
      const { status, stderr } = mario(quick, { env: { MARIO_ADDON: "not_built" } });
      expect(status).toBe(0);
      return stderr.split("\n", 1)[0];
    };
    expect(play()).toMatch(
      /^mario: plays slowly, with backend wasm\. The oneDNN addon is not built\. .*npm run setup\.$/,
    );
    expect(play("--backend", "wasm")).not.toContain("slowly");
  });

  it("says in one line when a port is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      const args = ["enjoy", "--file", model, "--view=page", `--port=${port}`, ...BACKEND_HERE];
      const { status, stderr } = mario(args);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^mario: Port \d+ is taken.*--port.*\n$/);
    } finally {
      taken.close();
    }
  });

  it("lets other machines in with a token only", async () => {
    const args = ["enjoy", "--file", model, "--view", "page", "--port", "0", "--host", "0.0.0.0"];
    const program = await startProgram(args);
    try {
      const url = new URL(program.url);
      url.hostname = "127.0.0.1";
      expect(url.searchParams.get("token")).toMatch(/^[\w-]{20,}$/);
      expect((await fetch(new URL("/", url))).status).toBe(403);
      const { status, headers } = await fetch(url, { redirect: "manual" });
      expect([status, headers.get("location")]).toEqual([303, "/"]);
      const cookie = headers.get("set-cookie")!.split(";")[0];
      const page = await fetch(new URL("/", url), { headers: { cookie } });
      expect(page.status).toBe(200);
      expect(await page.text()).toContain("<title>mario enjoy</title>");
    } finally {
      await program.stop();
    }
  });

  it.each([
    [["--view", "window"], /--view.*Allowed choices are page, terminal, none/],
    [["--port", "70000"], /--port.*65535/],
    [["--host", "no such host"], /Cannot listen on 'no such host'/],
    [["--record", "film.webp", "--view", "page"], /film is recorded without a view/],
    [
      ["--record", "film.webp", "--port", "0"],
      /Only a page takes --port: a film is recorded without one/,
    ],
    [
      ["--view", "none", "--host", "::", "--port", "0"],
      /Only a page takes --port and --host: --view none has none/,
    ],
    [["--view", "terminal"], /no terminal that can show pictures.*--view page/],
  ])("%j is a mistake, told in one line", (more, pattern) => {
    const { status, stderr, stdout } = mario(["enjoy", "--file", model, ...BACKEND_HERE, ...more]);
    expect(stderr).toMatch(pattern);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([status, stdout]).toEqual([2, ""]);
  });
});

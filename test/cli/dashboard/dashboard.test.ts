import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { openEventFile } from "../../../src/logging/event-file.js";
import { startProgram } from "../../viewer/web/program.js";
import { mario } from "../run-cli.js";

// Whole programs, several at once, on machines that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-dashboard-cli-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("mario dashboard", () => {
  it.each([
    ["a folder that is not there", "absent", /Cannot read the logs in .*absent/],
    ["a folder without runs", "empty", /no event files in .*empty/],
  ])("says in one line that %s has nothing to show", (_, name, pattern) => {
    mkdirSync(join(folder, "empty"));
    const { status, stdout, stderr } = mario(["dashboard", join(folder, name)]);
    expect(stderr).toMatch(pattern);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([status, stdout]).toEqual([2, ""]);
  });
});

/** Everything of the WebSocket's until `isEnough`. */
async function listen(
  url: string,
  isEnough: (message: Record<string, unknown>, socket: WebSocket) => boolean,
): Promise<void> {
  const socket = new WebSocket(new URL("/socket", url.replace(/^http/, "ws")), {
    origin: new URL(url).origin,
  });
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) return;
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      if (message["t"] === "tick") socket.send(JSON.stringify({ t: "seen", n: message["n"] }));
      if (isEnough(message, socket)) resolve();
    });
  });
  socket.terminate();
}

it("a run that is the working folder is named after it", async () => {
  const run = join(folder, "my-run");
  openEventFile({ directory: run }).close();
  const program = await startProgram(["dashboard", ".", "--port", "0"], run);
  try {
    await listen(program.url, (message) => {
      if (message["t"] !== "runs") return false;
      expect(message["runs"]).toMatchObject([{ name: "my-run" }]);
      return true;
    });
  } finally {
    await program.stop();
  }
});

describe("mario train --watch", () => {
  const small = ["--timesteps", "100000", "--learning-starts", "100000", "--threads", "1"];

  it("shows screens, curves, episodes and the film of the best", async () => {
    const program = await startProgram([
      ...["train", "--watch", "--port", "0", ...small],
      ...["--log-dir", join(folder, "logs"), "--model-dir", join(folder, "models")],
    ]);
    const films: { steps: number; pictures: number }[] = [];
    const seen = new Set<string>();
    try {
      await listen(program.url, (message, socket) => {
        const type = message["t"] as string;
        if (type === "hello") expect(message).toMatchObject({ live: true });
        if (type === "runs") socket.send('{"t":"follow","runs":["live"]}');
        if (type === "series") {
          for (const tag of Object.keys(message["tags"] as object)) seen.add(tag);
          if (message["reset"]) expect(message["settings"]).toMatchObject({ preset: "fast" });
        }
        if (type === "best") films.push(message["best"] as (typeof films)[number]);
        if (type === "episode" || type === "tick") seen.add(type);
        return (
          ["episode", "tick", "episode/distance"].every((one) => seen.has(one)) && films.length > 0
        );
      });
    } finally {
      await program.stop();
    }
    expect(films[0].pictures).toBeGreaterThan(1);
  });

  it("says in one line when its port is taken, and trains nothing", async () => {
    const first = await startProgram([
      ...["train", "--watch", "--port", "0", ...small, "--log", "stdout"],
      ...["--model-dir", join(folder, "models")],
    ]);
    try {
      const { port } = new URL(first.url);
      const { status, stderr } = mario([
        ...["train", "--watch", "--port", port, ...small, "--log", "stdout"],
        ...["--model-dir", join(folder, "other")],
      ]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^mario: Port \d+ is taken.*\n$/);
    } finally {
      await first.stop();
    }
  });
});

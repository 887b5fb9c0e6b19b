import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withProgress } from "../../../src/cli/bench/output.js";

beforeEach(() => {
  vi.stubEnv("TERM", "xterm");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the progress of a benchmark", () => {
  const run = async (isTTY: boolean, measure: () => number = () => 7) => {
    let written = "";
    const output = { isTTY, write: (text: string) => (written += text) };
    const result = withProgress((onProgress) => {
      onProgress(0.25);
      return measure();
    }, output);
    return { result: await result.catch((error: unknown) => error), written };
  };

  it("is one line on a terminal, which goes in the end", async () => {
    const { result, written } = await run(true);
    expect(result).toBe(7);
    expect(written).toMatch(/25 %, 0 s left/);
    expect(written).not.toContain("\n");
    expect(written.endsWith("\r\u001b[K")).toBe(true);
  });

  it("goes after a failure too", async () => {
    const { result, written } = await run(true, () => {
      throw new Error("no backend");
    });
    expect(result).toMatchObject({ message: "no backend" });
    expect(written.endsWith("\r\u001b[K")).toBe(true);
  });

  it("is nothing elsewhere", async () => {
    expect(await run(false)).toEqual({ result: 7, written: "" });
  });
});

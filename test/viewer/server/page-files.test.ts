import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentType, pageFolder, readPage } from "../../../src/viewer/server/page-files.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-page-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("readPage", () => {
  it("reads a folder's files with their types, and no subfolder", () => {
    writeFileSync(join(folder, "index.html"), "<p>ä</p>");
    writeFileSync(join(folder, "main.js"), "1");
    mkdirSync(join(folder, "more"));
    const page = readPage(folder);
    expect([...page.keys()].sort()).toEqual(["index.html", "main.js"]);
    expect(page.get("index.html")?.type).toBe("text/html; charset=utf-8");
    expect(new TextDecoder().decode(page.get("index.html")?.body)).toBe("<p>ä</p>");
    expect(page.get("main.js")?.type).toBe("text/javascript; charset=utf-8");
  });

  it("says that a page is not built when the folder or its index.html is missing", () => {
    expect(() => readPage(join(folder, "none"))).toThrow("no built page");
    expect(() => readPage(join(folder, "more"))).toThrow("no built page");
  });
});

describe("pageFolder", () => {
  it("is beside the server, in the built program", () => {
    expect(pageFolder("play")).toMatch(/[\\/]viewer[\\/]web[\\/]play[\\/]$/);
  });
});

describe("contentType", () => {
  it("knows by extension, in any case, and is careful with the rest", () => {
    expect(contentType("a.b.CSS")).toBe("text/css; charset=utf-8");
    expect(contentType("font.woff2")).toBe("font/woff2");
    expect(contentType("README")).toBe("application/octet-stream");
    expect(contentType("x.exe")).toBe("application/octet-stream");
  });
});

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pageFolder, readPage } from "../../../src/viewer/server/page-files.js";

/** `npm test` builds the pages first, into dist/. */
function builtPage(name: string): ReturnType<typeof readPage> {
  return readPage(pageFolder(name).replace(/([/\\])src([/\\]viewer)/, "$1dist$2"));
}

describe.each(["enjoy", "dashboard", "play"])("the built page %s", (name) => {
  it("is small: below 150 kB compressed, fonts and all", () => {
    let bytes = 0;
    for (const { body } of builtPage(name).values()) bytes += gzipSync(body).length;
    expect(bytes).toBeLessThan(150_000);
    expect(bytes).toBeGreaterThan(10_000);
  });

  it("needs nothing from elsewhere: every address in it is its own", () => {
    const page = builtPage(name);
    for (const [file, { body, type }] of page) {
      if (type.startsWith("font/")) continue;
      const text = Buffer.from(body).toString();
      // Names of standards and the libraries' licences are not addresses that anything is fetched from.
      const addresses = (text.match(/https?:\/\/[^\s"'`)]+/g) ?? []).filter(
        (address) =>
          !/^http:\/\/www\.w3\.org\/|^https:\/\/github\.com\/leeoniya\/uPlot/.test(address),
      );
      expect(addresses, file).toEqual([]);
      for (const [, path] of text.matchAll(/url\("?([^")]+)"?\)/g)) {
        if (!path.startsWith("data:")) expect([...page.keys()]).toContain(path.replace("./", ""));
      }
    }
  });
});

import { describe, expect, it } from "vitest";
import { parseDashboardCommand, parseEnjoyCommand } from "../../../src/viewer/protocol/commands.js";

describe("what pages send", () => {
  it.each([
    { t: "seen", n: 3 },
    { t: "visible", on: false },
    { t: "want", what: "saliency", on: true },
    { t: "pause", on: true },
    { t: "step" },
    { t: "speed", value: 0 },
    { t: "keys", buttons: 129 },
    { t: "replay", id: 4 },
    { t: "live" },
  ])("%j is understood", (command) => {
    expect(parseEnjoyCommand(JSON.stringify(command))).toEqual(command);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    '{"t":"pause"}',
    '{"t":"pause","on":1}',
    '{"t":"speed","value":3}',
    '{"t":"keys","buttons":256}',
    '{"t":"keys","buttons":1.5}',
    '{"t":"replay","id":"1"}',
    '{"t":"seen","n":-1}',
    '{"t":"step","__proto__":{"x":1},"y":2}',
    '{"t":"follow","runs":[]}',
  ])("%s is not", (text) => {
    expect(parseEnjoyCommand(text)).toBeUndefined();
  });

  it("a dashboard asks for runs and films, nothing else", () => {
    const follow = { t: "follow", runs: ["/a", "/b"] };
    expect(parseDashboardCommand(JSON.stringify(follow))).toEqual(follow);
    expect(parseDashboardCommand('{"t":"film","film":2}')).toEqual({ t: "film", film: 2 });
    expect(parseDashboardCommand('{"t":"film"}')).toBeUndefined();
    expect(parseDashboardCommand('{"t":"follow","runs":[1]}')).toBeUndefined();
    expect(parseDashboardCommand('{"t":"live"}')).toBeUndefined();
    const many = JSON.stringify({ t: "follow", runs: Array.from({ length: 101 }, String) });
    expect(parseDashboardCommand(many)).toBeUndefined();
  });
});

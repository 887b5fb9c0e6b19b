import { describe, expect, it } from "vitest";
import { parseEnvId } from "../../src/env/env-id.js";
import { parseStage, stageName, stageOf } from "../../src/env/stages.js";

const refused = expect.objectContaining({ code: "INVALID_OPTION" }) as Error;

describe("stages", () => {
  it("know their castle", () => {
    expect(parseStage("1-1")).toEqual({ world: 1, stage: 1, area: 1, distance: 3266 });
    expect(parseStage(" 8-4 ").distance).toBe(4989);
    let sum = 0;
    for (let world = 1; world <= 8; world++) {
      for (let stage = 1; stage <= 4; stage++) sum += stageOf(world, stage).distance;
    }
    expect(sum).toBe(103_100);
  });

  it("count an intro scene as an area in worlds 1, 2, 4 and 7 only", () => {
    const areas = [1, 2, 3, 4, 5, 6, 7, 8].map((world) =>
      [1, 2, 3, 4].map((stage) => stageOf(world, stage).area).join(""),
    );
    expect(areas).toEqual(["1345", "1345", "1234", "1345", "1234", "1234", "1345", "1234"]);
  });

  it("refuse what is not a stage", () => {
    for (const text of ["", "1", "0-1", "9-1", "1-5", "1-0", "1-1-1", "a-b", "11"]) {
      expect(() => parseStage(text)).toThrow(refused);
    }
    expect(() => stageOf(1.5, 1)).toThrow(refused);
    expect(() => stageOf(1, 99)).toThrow(refused);
  });

  it("have a name", () => {
    expect(stageName(stageOf(4, 2))).toBe("4-2");
  });
});

describe("environment names", () => {
  it.each([
    "ppaquette/SuperMarioBros-1-2-v0",
    "SuperMarioBros-1-2-v0",
    "SuperMarioBros-1-2-v3",
    "SuperMarioBros-1-2",
  ])("understands %s", (id) => {
    expect(stageName(parseEnvId(id))).toBe("1-2");
  });

  it.each([
    "",
    "SuperMarioBros-v0",
    "SuperMarioBros-9-1-v0",
    "openai/SuperMarioBros-1-1-v0",
    "Pong-v0",
  ])("refuses '%s'", (id) => {
    expect(() => parseEnvId(id)).toThrow(refused);
  });
});

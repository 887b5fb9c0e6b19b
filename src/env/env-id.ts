import { MarioError } from "../core/errors.js";
import { stageOf, type Stage } from "./stages.js";

/**
 * Understands the names of the original tutorial, `ppaquette/SuperMarioBros-1-1-v0`, with or
 * without the prefix and the version, and of gym-super-mario-bros (`SuperMarioBros-1-1-v3`).
 * @throws MarioError INVALID_OPTION.
 */
export function parseEnvId(id: string): Stage {
  const match = /^(?:ppaquette\/)?SuperMarioBros-([1-8])-([1-4])(?:-v\d+)?$/.exec(id.trim());
  if (match === null) {
    throw new MarioError("INVALID_OPTION", `The environment '${id}' is unknown.`, {
      value: id,
      remedy: "Write it like SuperMarioBros-1-1-v0.",
    });
  }
  return stageOf(Number(match[1]), Number(match[2]));
}

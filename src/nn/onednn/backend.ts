import { MarioError } from "../../core/errors.js";
import type { BackendOptions, ComputeBackend } from "../backend.js";

export function createOnednnBackend(options: BackendOptions): Promise<ComputeBackend> {
  return Promise.reject(
    new MarioError(
      "BACKEND_UNAVAILABLE",
      `The native addon is not built (threads: ${options.threads ?? "all"}).`,
      {
        remedy: "Run npm run setup.",
      },
    ),
  );
}

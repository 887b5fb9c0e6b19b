import { describe, expect, it } from "vitest";
import { createTensorflowBackend } from "../../src/nn/tensorflow/backend.js";
import { restoreRemovedUtil } from "../../src/nn/tensorflow/node-util-shim.js";
import { describeBackendContract } from "./q-network.contract.js";

const failure: unknown = await createTensorflowBackend().then(
  () => undefined,
  (error: unknown) => error,
);

if (failure === undefined) describeBackendContract("tensorflow");

describe("the tensorflow backend's loader", () => {
  it("tries both packages and reports each failure with the remedy", async () => {
    const tried: string[] = [];
    const load = (name: string): Promise<unknown> => {
      tried.push(name);
      return Promise.reject(
        name.endsWith("-gpu")
          ? Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" })
          : new Error("The Node.js native addon module (tfjs_binding.node) can not be found"),
      );
    };
    await expect(createTensorflowBackend(load)).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message:
        "TensorFlow did not load. @tensorflow/tfjs-node-gpu: not installed; " +
        "@tensorflow/tfjs-node: installed without its native library",
      remedy: expect.stringContaining("npm run setup -- --retry") as string,
    });
    expect(tried).toEqual(["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]);
  });

  it("reports one line of a loader's long message", async () => {
    const load = (): Promise<unknown> =>
      Promise.reject(new Error("\nlibcudart.so.11.0: cannot open shared object file\n  at …"));
    await expect(createTensorflowBackend(load)).rejects.toThrow(
      /tfjs-node-gpu: libcudart\.so\.11\.0: cannot open shared object file;/,
    );
  });
});

describe("restoreRemovedUtil", () => {
  it("puts back what Node 23 removed and leaves the rest", () => {
    const own = (): boolean => true;
    const target = { isArray: own } as Record<string, (value: unknown) => boolean>;
    restoreRemovedUtil(target);
    expect(target["isArray"]).toBe(own);
    expect([null, undefined, 0, ""].map(target["isNullOrUndefined"])).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { CheckedKernels } from "../../src/nn/onednn/checked-kernels.js";
import type { NativeAddon } from "../../src/nn/onednn/native.js";
import type { ConvolutionShape } from "../../src/nn/primitives.js";

/** Records what would have reached C++. The checks are under test, and they need no addon. */
let reached: string[];
const recorder = new Proxy({} as NativeAddon, {
  get: (_, name) => () => {
    reached.push(String(name));
    return 0;
  },
});
const kernels = new CheckedKernels(recorder);
const floats = (length: number): Float32Array => new Float32Array(length);

beforeEach(() => {
  reached = [];
});

function expectRefused(call: () => void, code = "SHAPE_MISMATCH"): void {
  expect(call).toThrow(expect.objectContaining({ code }) as Error);
  kernels.flush();
  expect(reached).toEqual([]);
}

const SHAPE: ConvolutionShape = {
  batch: 2,
  inHeight: 6,
  inWidth: 6,
  inChannels: 3,
  outHeight: 3,
  outWidth: 3,
  outChannels: 5,
  kernelHeight: 3,
  kernelWidth: 3,
  strideHeight: 2,
  strideWidth: 2,
  padTop: 0,
  padLeft: 0,
};
const [X, W, Y] = [2 * 6 * 6 * 3, 3 * 3 * 3 * 5, 2 * 3 * 3 * 5];

describe("convolutions", () => {
  const forward = (shape: ConvolutionShape, x = X, w = W, bias = 5, y = Y): void => {
    kernels.convolutionForward(shape, floats(x), floats(w), floats(bias), floats(y), true);
  };

  it("pass when every length fits", () => {
    forward(SHAPE);
    kernels.convolutionBackwardData(SHAPE, floats(Y), floats(W), floats(X));
    kernels.convolutionBackwardWeights(SHAPE, floats(X), floats(Y), floats(W), floats(5));
    expect(reached).toEqual([]);
    kernels.flush();
    expect(reached).toEqual([
      "convolutionForward",
      "convolutionBackwardData",
      "convolutionBackwardWeights",
    ]);
  });

  it("are refused when any array is one value short or long", () => {
    for (const off of [-1, 1]) {
      expectRefused(() => {
        forward(SHAPE, X + off);
      });
      expectRefused(() => {
        forward(SHAPE, X, W + off);
      });
      expectRefused(() => {
        forward(SHAPE, X, W, 5 + off);
      });
      expectRefused(() => {
        forward(SHAPE, X, W, 5, Y + off);
      });
      expectRefused(() => {
        kernels.convolutionBackwardData(SHAPE, floats(Y), floats(W), floats(X + off));
      });
      expectRefused(() => {
        kernels.convolutionBackwardWeights(SHAPE, floats(X), floats(Y), floats(W), floats(5 + off));
      });
    }
  });

  it.each([
    { batch: 0 },
    { batch: -2 },
    { inChannels: 1.5 },
    { kernelHeight: NaN },
    { outChannels: 2 ** 31 },
    { padTop: -1 },
    { padTop: 3 },
    { outHeight: 9 },
    { strideHeight: 1 },
  ])("are refused when sizes make no convolution: %o", (change) => {
    const shape = { ...SHAPE, ...change };
    const input = shape.batch * shape.inHeight * shape.inWidth * shape.inChannels;
    const output = shape.batch * shape.outHeight * shape.outWidth * shape.outChannels;
    const valid = (length: number): number =>
      length > 0 && length < 1e6 && Number.isInteger(length) ? length : 1;
    expectRefused(() => {
      forward(shape, valid(input), W, 5, valid(output));
    });
  });

  it("are refused when an array is of another type, or detached", () => {
    const doubles = new Float64Array(X) as unknown as Float32Array;
    expectRefused(() => {
      kernels.convolutionForward(SHAPE, doubles, floats(W), null, floats(Y), false);
    });
    const detached = new Float32Array(new ArrayBuffer(4 * X));
    structuredClone(detached, { transfer: [detached.buffer] });
    expectRefused(() => {
      kernels.convolutionForward(SHAPE, detached, floats(W), null, floats(Y), false);
    });
  });
});

it("refuses matrix products whose arrays do not fit", () => {
  const product = { m: 2, k: 3, n: 4, transposeA: false, transposeB: true, relu: false };
  kernels.matrixProduct(product, floats(6), floats(12), floats(4), floats(8));
  kernels.flush();
  expect(reached).toEqual(["matrixProduct"]);
  reached = [];
  for (const [a, b, bias, c] of [
    [5, 12, 4, 8],
    [6, 11, 4, 8],
    [6, 12, 3, 8],
    [6, 12, 4, 9],
  ]) {
    expectRefused(() => {
      kernels.matrixProduct(product, floats(a), floats(b), floats(bias), floats(c));
    });
  }
});

it("refuses element-wise operands of different lengths", () => {
  expectRefused(() => {
    kernels.binary("add", floats(3), floats(4), floats(3));
  });
  expectRefused(() => {
    kernels.unary("relu", floats(3), floats(4));
  });
  const rows = { size: [1, 2, 3], strideA: [0, 3, 1], strideB: [0, 0, 1] } as const;
  kernels.binary("add", floats(6), floats(3), floats(6), rows);
  kernels.flush();
  expect(reached).toEqual(["binary"]);
  reached = [];
  for (const [a, b, out] of [
    [5, 3, 6],
    [6, 2, 6],
    [6, 4, 6],
    [6, 3, 7],
  ]) {
    expectRefused(() => {
      kernels.binary("add", floats(a), floats(b), floats(out), rows);
    });
  }
  expectRefused(() => {
    kernels.binary("add", floats(6), floats(3), floats(6), { ...rows, strideB: [0, 0, -1] });
  });
  expectRefused(() => {
    kernels.reduce("sum", floats(6), floats(2), [2, 2, 1]);
  });
  expectRefused(() => {
    kernels.reduce("mean", floats(6), floats(3), [2, 3, 1]);
  });
  expectRefused(() => {
    kernels.reduce("mean", floats(0), floats(0), [0, 3, 1]);
  });
  expectRefused(() => {
    kernels.softmax(floats(7), floats(7), 3, false);
  });
  expectRefused(() => {
    kernels.softmax(floats(6), floats(5), 3, true);
  });
  expectRefused(() => {
    kernels.reluGradientAndSum(floats(6), floats(6), floats(6), floats(4));
  });
  expectRefused(() => {
    kernels.reluGradientAndSum(floats(6), floats(5), floats(6), floats(3));
  });
  expectRefused(() => {
    kernels.scaleBytes(new Uint8Array(4), floats(3));
  });
});

const SETTINGS = {
  learningRate: 1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  correction1: 1,
  correction2: 1,
  maxGradientNorm: 10,
  globalClipping: false,
};

it("refuses an Adam step whose moments do not fit", () => {
  const parameter = { variable: floats(4), gradient: floats(4), m: floats(4), v: floats(4) };
  for (const wrong of ["gradient", "m", "v"]) {
    expectRefused(() => {
      kernels.clippedAdam([parameter, { ...parameter, [wrong]: floats(3) }], SETTINGS);
    });
  }
});

it.each([0, -1, 1.5, NaN, 5000])("refuses %d threads", (threads) => {
  expectRefused(() => {
    kernels.setThreads(threads);
  }, "INVALID_OPTION");
});

describe("a network's update", () => {
  // 6×6×3 → 3×3×5 → 2×2×4: 16 features; dueling, 2 actions of 3 atoms.
  const SECOND: ConvolutionShape = {
    ...SHAPE,
    inHeight: 3,
    inWidth: 3,
    inChannels: 5,
    outHeight: 2,
    outWidth: 2,
    outChannels: 4,
    kernelHeight: 2,
    kernelWidth: 2,
    strideHeight: 1,
    strideWidth: 1,
  };
  const NETWORK = { dueling: true, hiddenUnits: 7, actionCount: 2, atoms: 3 };
  const SIZES = [W, 5, 2 * 2 * 5 * 4, 4, ...[16 * 7, 7, 7 * 6, 6], ...[16 * 7, 7, 7 * 3, 3]];
  const BATCH = 2;
  const BYTES = BATCH * 6 * 6 * 3;
  type Update = ReturnType<typeof kernels.createUpdate>;

  const create = (convolutions = [SHAPE, SECOND]): Update =>
    kernels.createUpdate({ ...NETWORK, convolutions });
  const weights = (sizes = SIZES) => sizes.map(floats);
  /** Sizes with one that is a value short or long. */
  const off = (i: number, by: number) => SIZES.map((size, j) => (j === i ? size + by : size));

  function forward(update: Update, { online = SIZES, target = SIZES, bytes = BYTES } = {}): void {
    const observations = new Uint8Array(bytes);
    const passes = [
      { network: "online", observations: new Uint8Array(BYTES) },
      { network: "target", observations },
    ] as const;
    update.forward(passes, BATCH, { online: weights(online), target: weights(target) });
  }

  function backward(
    update: Update,
    { gradient = BATCH * 6, bytes = BYTES, variable = SIZES, m = SIZES, v = SIZES } = {},
  ): void {
    const parameters = SIZES.map((_, i) => ({
      variable: floats(variable[i]),
      m: floats(m[i]),
      v: floats(v[i]),
    }));
    update.backward(new Uint8Array(bytes), floats(gradient), parameters, SETTINGS);
  }

  /** One that is there, and has had its forward pass; what led to it is not looked at. */
  function ready(): Update {
    const update = create();
    forward(update);
    reached = [];
    return update;
  }

  it("passes when every length fits", () => {
    const update = create();
    forward(update);
    backward(update);
    update.dispose();
    expect(reached).toEqual(["createUpdate", "updateForward", "updateBackward", "endUpdate"]);
  });

  it("is refused where a convolution does not take what the one before it gives", () => {
    expectRefused(() => create([SHAPE, { ...SECOND, inChannels: 4 }]));
    expectRefused(() => create([]));
  });

  it("is refused when any array is one value short or long", () => {
    for (const by of [-1, 1]) {
      for (const i of SIZES.keys()) {
        for (const network of ["online", "target"]) {
          const update = ready();
          expectRefused(() => {
            forward(update, { [network]: off(i, by) });
          });
        }
        for (const part of ["variable", "m", "v"]) {
          const update = ready();
          expectRefused(() => {
            backward(update, { [part]: off(i, by) });
          });
        }
      }
      for (const part of ["gradient", "bytes"]) {
        const update = ready();
        expectRefused(() => {
          backward(update, { [part]: (part === "bytes" ? BYTES : BATCH * 6) + by });
        });
      }
      const update = ready();
      expectRefused(() => {
        forward(update, { bytes: BYTES + by });
      });
    }
  });

  it("is refused out of order: no forward pass, twice, or after its end", () => {
    const fresh = create();
    reached = [];
    expectRefused(() => {
      backward(fresh);
    });
    const used = ready();
    backward(used);
    reached = [];
    expectRefused(() => {
      backward(used);
    });
    const ended = ready();
    ended.dispose();
    reached = [];
    expectRefused(() => {
      forward(ended);
    });
    expectRefused(() => {
      const passes = [{ network: "target", observations: new Uint8Array(BYTES) }] as const;
      ready().forward(passes, BATCH, { online: weights(), target: weights() });
    });
  });
});

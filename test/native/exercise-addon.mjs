/**
 * Runs every kernel of the addon on arrays of exactly the right length and compares with plain
 * loops. Plain JavaScript, so that it also runs as a worker thread and under AddressSanitizer:
 *
 *   node test/native/exercise-addon.mjs [addon name]     prints "ok", or fails
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, workerData } from "node:worker_threads";

const require = createRequire(import.meta.url);
const build = new URL("../../native/build/", import.meta.url);
const load = (name) => require(fileURLToPath(new URL(`${name}.node`, build)));

let seed = 1;
const random = () => ((seed = (Math.imul(seed, 1103515245) + 12345) | 0) >>> 8) / 2 ** 24 - 0.5;
const randoms = (length) => Float32Array.from({ length }, random);

function expectClose(what, got, wanted, tolerance = 2e-5) {
  if (got.length !== wanted.length) throw new Error(`${what}: ${got.length} values`);
  for (let i = 0; i < got.length; i++) {
    // Written so that NaN fails.
    if (!(Math.abs(got[i] - wanted[i]) <= tolerance * (1 + Math.abs(wanted[i])))) {
      throw new Error(`${what}[${i}] is ${got[i]}, not ${wanted[i]}`);
    }
  }
}

/** Calls `visit(index in x, index in w, index in y)` for every product of a convolution. */
function forEachProduct(s, visit) {
  const [n, ih, iw, ic, oh, ow, oc, kh, kw, sh, sw, top, left] = s;
  for (let b = 0; b < n; b++)
    for (let y = 0; y < oh; y++)
      for (let x = 0; x < ow; x++)
        for (let i = 0; i < kh; i++)
          for (let j = 0; j < kw; j++) {
            const row = y * sh + i - top;
            const column = x * sw + j - left;
            if (row < 0 || row >= ih || column < 0 || column >= iw) continue;
            for (let c = 0; c < ic; c++)
              for (let k = 0; k < oc; k++)
                visit(
                  ((b * ih + row) * iw + column) * ic + c,
                  ((i * kw + j) * ic + c) * oc + k,
                  ((b * oh + y) * ow + x) * oc + k,
                );
          }
}

/** Sizes in the addon's order; "same" pads as TensorFlow does, the larger half at the end. */
function convolution(batch, side, channels, filters, kernel, stride, same, width = side) {
  const out = (input) => Math.ceil((same ? input : input - kernel + 1) / stride);
  const pad = (input) => (same ? Math.max(0, (out(input) - 1) * stride + kernel - input) >> 1 : 0);
  const sizes = [batch, side, width, channels, out(side), out(width), filters];
  return [...sizes, kernel, kernel, stride, stride, pad(side), pad(width)];
}

function exerciseConvolution(addon, s) {
  const [n, ih, iw, ic, oh, ow, oc, kh, kw] = s;
  const what = `convolution ${s.join(",")}`;
  const shape = Int32Array.from(s);
  const x = randoms(n * ih * iw * ic);
  const w = randoms(kh * kw * ic * oc);
  const bias = randoms(oc);
  const dy = randoms(n * oh * ow * oc);
  const [wantedY, wantedDx, wantedDw] = [dy, x, w].map((a) => new Float64Array(a.length));
  const wantedDbias = new Float64Array(oc);
  forEachProduct(s, (xi, wi, yi) => {
    wantedY[yi] += x[xi] * w[wi];
    wantedDx[xi] += dy[yi] * w[wi];
    wantedDw[wi] += dy[yi] * x[xi];
  });
  dy.forEach((value, i) => (wantedDbias[i % oc] += value));

  const y = new Float32Array(dy.length).fill(NaN);
  addon.convolutionForward(shape, x, w, null, y, false);
  expectClose(`${what} forward`, y, wantedY);
  addon.convolutionForward(shape, x, w, bias, y, true);
  const rectified = wantedY.map((value, i) => Math.max(0, value + bias[i % oc]));
  expectClose(`${what} forward, bias, ReLU`, y, rectified);
  const dx = new Float32Array(x.length).fill(NaN);
  addon.convolutionBackwardData(shape, dy, w, dx);
  expectClose(`${what} backward data`, dx, wantedDx);
  const dw = new Float32Array(w.length).fill(NaN);
  addon.convolutionBackwardWeights(shape, x, dy, dw, null);
  expectClose(`${what} backward weights`, dw, wantedDw, 1e-4);
  const dbias = new Float32Array(oc).fill(NaN);
  addon.convolutionBackwardWeights(shape, x, dy, dw, dbias);
  expectClose(`${what} backward bias`, dbias, wantedDbias, 1e-4);
}

function exerciseMatrixProduct(addon, m, k, n) {
  for (const [ta, tb] of [0, 1, 2, 3].map((bits) => [(bits & 1) > 0, (bits & 2) > 0])) {
    const a = randoms(m * k);
    const b = randoms(k * n);
    const bias = randoms(n);
    const c = new Float32Array(m * n).fill(NaN);
    const wanted = Float64Array.from({ length: m * n }, (_, i) => {
      const [row, column] = [Math.floor(i / n), i % n];
      let sum = bias[column];
      for (let j = 0; j < k; j++) {
        sum += a[ta ? j * m + row : row * k + j] * b[tb ? column * k + j : j * n + column];
      }
      return Math.max(0, sum);
    });
    addon.matrixProduct(Int32Array.of(m, k, n), a, ta, b, tb, bias, c, true);
    expectClose(`matrix product ${[m, k, n, ta, tb].join(",")}`, c, wanted);
  }
}

function exerciseElementwise(addon, length) {
  const [a, b] = [randoms(length), randoms(length)];
  const out = new Float32Array(length);
  const binary = [(x, y) => x + y, (x, y) => x - y, (x, y) => x * y, (x, y) => (y > 0 ? x : 0)];
  binary.forEach((wanted, operation) => {
    addon.binary(operation, a, b, out);
    expectClose(
      `binary ${operation}`,
      out,
      a.map((x, i) => wanted(x, b[i])),
    );
  });
  [(x) => Math.max(0, x), (x) => (x > 0 ? 1 : 0), (x) => x * x].forEach((wanted, operation) => {
    addon.unary(operation, a, out);
    expectClose(
      `unary ${operation}`,
      out,
      a.map((x) => wanted(x)),
    );
  });
  const bytes = Uint8Array.from({ length }, (_, i) => i & 255);
  addon.scaleBytes(bytes, out);
  expectClose(
    "scaled bytes",
    out,
    Float32Array.from(bytes, (v) => v / 255),
    0,
  );
}

function exerciseRows(addon, rows, columns) {
  const x = randoms(rows * columns);
  const bias = randoms(columns);
  const out = new Float32Array(x.length);
  addon.biasAdd(x, bias, out);
  expectClose(
    "bias add",
    out,
    x.map((value, i) => value + bias[i % columns]),
  );
  const sums = new Float64Array(columns);
  x.forEach((value, i) => (sums[i % columns] += value));
  const got = new Float32Array(columns);
  addon.sumRows(x, got);
  expectClose("sum of rows", got, sums, 1e-4);
}

function exerciseAdam(addon, length) {
  const [variable, gradient, m] = [randoms(length), randoms(length), randoms(length)];
  const v = randoms(length).map(Math.abs);
  const norm = Math.hypot(...gradient);
  const [rate, beta1, beta2, epsilon, c1, c2, maxNorm] = [0.1, 0.9, 0.99, 1e-8, 0.19, 0.02, 0.5];
  const g = gradient.map((value) => value * Math.min(1, maxNorm / norm));
  const wantedM = m.map((value, i) => beta1 * value + (1 - beta1) * g[i]);
  const wantedV = v.map((value, i) => beta2 * value + (1 - beta2) * g[i] ** 2);
  const wanted = variable.map(
    (value, i) => value - (rate * (wantedM[i] / c1)) / (Math.sqrt(wantedV[i] / c2) + epsilon),
  );
  const settings = Float64Array.of(rate, beta1, beta2, epsilon, c1, c2, maxNorm, 0);
  const got = addon.clippedAdam([variable, gradient, m, v], settings);
  expectClose("gradient norm", [got], [norm], 1e-5);
  expectClose("first moment", m, wantedM);
  expectClose("second moment", v, wantedV);
  expectClose("variable", variable, wanted, 1e-4);
  const before = variable.slice();
  gradient[length - 1] = NaN;
  if (!Number.isNaN(addon.clippedAdam([variable, gradient, m, v], settings))) {
    throw new Error("a gradient of NaN has a norm");
  }
  expectClose("variable after NaN", variable, before, 0);
}

export function exercise(name = "mario_onednn", threadCounts = [1, 2, 3]) {
  load("mario_environment");
  const addon = load(name);
  for (const threads of threadCounts) {
    addon.setThreads(threads);
    for (const same of [true, false]) {
      exerciseConvolution(addon, convolution(2, 20, 4, 8, 8, 4, same));
      exerciseConvolution(addon, convolution(3, 21, 4, 32, 8, 4, same, 24));
      exerciseConvolution(addon, convolution(1, 9, 2, 16, 4, 2, same));
      exerciseConvolution(addon, convolution(2, 11, 16, 24, 4, 2, same));
      exerciseConvolution(addon, convolution(2, 7, 16, 16, 3, 1, same));
      // Channels and sides that fit no vector, and rows that "valid" leaves unread.
      exerciseConvolution(addon, convolution(2, 10, 3, 5, 3, 2, same, 8));
      exerciseConvolution(addon, convolution(1, 12, 1, 1, 5, 3, same));
    }
    for (const [m, k, n] of [
      [1, 300, 24],
      [32, 77, 5],
      [3, 1, 1],
      [7, 24, 300],
    ]) {
      exerciseMatrixProduct(addon, m, k, n);
    }
    for (const length of [1, 31, 40_000, 100_001]) exerciseElementwise(addon, length);
    exerciseRows(addon, 5, 3);
    exerciseRows(addon, 3000, 17);
    for (const length of [1, 1025, 50_003]) exerciseAdam(addon, length);
    // The same kernels again, from the cache.
    exerciseConvolution(addon, convolution(2, 20, 4, 8, 8, 4, true));
  }
  try {
    addon.convolutionForward(
      Int32Array.from([-1, 4, 4, 8, 4, 4, 8, 3, 3, 1, 1, 1, 1]),
      new Float32Array(128),
      new Float32Array(576),
      null,
      new Float32Array(128),
      false,
    );
  } catch (error) {
    if (error.code === "ONEDNN_FAILED") return;
    throw error;
  }
  throw new Error("an impossible convolution did not fail");
}

if (!isMainThread && workerData?.exerciseAddon) {
  exercise();
  parentPort.postMessage("ok");
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  exercise(process.argv[2], [1, 2]);
  console.log("ok");
}

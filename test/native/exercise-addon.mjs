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
  const shape = Int32Array.from([...s, 0, 0]);
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

/** A layout of the weights that is kept must follow their version, and be dropped when told to. */
function exerciseKeptWeights(addon) {
  const s = convolution(2, 7, 16, 16, 3, 1, true);
  const [x, w] = [randoms(2 * 7 * 7 * 16), randoms(3 * 3 * 16 * 16)];
  const forward = (id, version) => {
    const y = new Float32Array(2 * 7 * 7 * 16);
    addon.convolutionForward(Int32Array.from([...s, id, version]), x, w, null, y, false);
    return y;
  };
  const first = forward(7, 1);
  expectClose("kept weights", forward(7, 1), first, 0);
  w.forEach((value, i) => (w[i] = 2 * value));
  expectClose(
    "changed weights",
    forward(7, 2),
    first.map((value) => 2 * value),
    0,
  );
  w.forEach((value, i) => (w[i] = 2 * value));
  addon.forgetWeights(7);
  expectClose(
    "forgotten weights",
    forward(7, 2),
    first.map((value) => 4 * value),
    0,
  );
  addon.forgetWeights(0);
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
    addon.matrixProduct(Int32Array.of(m, k, n, +ta, +tb, 0), a, b, bias, c, true);
    expectClose(`matrix product ${[m, k, n, ta, tb].join(",")}`, c, wanted);
  }
}

/**
 * A network's update against the same layers one by one: forward, and the gradient, which after a
 * step is ten times the first moment. Rows are no multiple of anything.
 */
function exerciseUpdate(addon, first, batch, units, actions) {
  const [, height, width, channels, outHeight, outWidth, filters, kh, kw] = first;
  const features = outHeight * outWidth * filters;
  const shape = Int32Array.from([batch, ...first.slice(1), 0, 0]);
  const sizes = [kh * kw * channels * filters, filters, features * units, units];
  const weights = [...sizes, units * actions, actions].map(randoms);
  const pixels = batch * height * width * channels;
  const observations = Uint8Array.from({ length: pixels }, () => (random() + 0.5) * 256);
  const id = addon.createUpdate(Int32Array.of(0, units, actions, 1, ...first));
  const outputs = new Float32Array(2 * batch * actions).fill(NaN);
  addon.updateForward(
    ...[id, Int32Array.of(0, 1), [observations, observations]],
    ...[[weights, weights.map((array) => array.slice())], outputs, batch],
  );

  const x = new Float32Array(pixels);
  addon.scaleBytes(observations, x);
  const [y, hidden, q] = [features, units, actions].map((n) => new Float32Array(batch * n));
  const [w, b, wh, bh, wo, bo] = weights;
  addon.convolutionForward(shape, x, w, b, y, true);
  addon.matrixProduct(Int32Array.of(batch, features, units, 0, 0, 0), y, wh, bh, hidden, true);
  addon.matrixProduct(Int32Array.of(batch, units, actions, 0, 0, 0), hidden, wo, bo, q, false);
  expectClose("update's outputs", outputs.subarray(0, q.length), q, 1e-4);
  expectClose("update's target outputs", outputs.subarray(q.length), q, 1e-4);

  const dq = randoms(q.length);
  const product = (m, k, n, ta, tb, left, right) => {
    const c = new Float32Array(m * n);
    addon.matrixProduct(Int32Array.of(m, k, n, ta, tb, 0), left, right, null, c, false);
    return c;
  };
  const relu = (dy, output, columns) => {
    const [dz, sums] = [new Float32Array(dy.length), new Float32Array(columns)];
    addon.reluGradientAndSum(dy, output, dz, sums);
    return [dz, sums];
  };
  const [dh, dbh] = relu(product(batch, actions, units, 0, 1, dq, wo), hidden, units);
  const [dy, db] = relu(product(batch, units, features, 0, 1, dh, wh), y, filters);
  const dw = new Float32Array(w.length);
  addon.convolutionBackwardWeights(shape, x, dy, dw, null);
  const dbo = new Float32Array(actions);
  dq.forEach((value, i) => (dbo[i % actions] += value));
  const [dwh, dwo] = [
    product(features, batch, units, 1, 0, y, dh),
    product(units, batch, actions, 1, 0, hidden, dq),
  ];
  const gradients = [dw, db, dwh, dbh, dwo, dbo];
  const parameters = weights.map((variable) => [
    ...[variable, new Float32Array(variable.length), new Float32Array(variable.length)],
  ]);
  const settings = Float64Array.of(1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001, Infinity, 0);
  const norm = addon.updateBackward(id, observations, dq, parameters.flat(), settings);
  const squares = gradients.flatMap((gradient) => Array.from(gradient, (g) => g * g));
  const wantedNorm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
  expectClose("update's norm", [norm], [wantedNorm], 1e-4);
  parameters.forEach(([, m], i) => {
    const got = m.map((value) => 10 * value);
    expectClose(`update's gradient ${i}`, got, gradients[i], 1e-3);
  });
  addon.endUpdate(id);
}

/**
 * A dueling network of two convolutions, several slices and more rows than a block, twice in turn with
 * another minibatch: every part of an update, which test/nn/network-update.test.ts checks by value.
 */
function exerciseDeepUpdate(addon) {
  const [first, second] = [
    convolution(1, 30, 4, 16, 8, 4, true),
    convolution(1, 8, 16, 24, 3, 1, true),
  ];
  const [units, actions, features] = [40, 5, 8 * 8 * 24];
  const stream = (outputs) => [features * units, units, units * outputs, outputs];
  const sizes = [8 * 8 * 4 * 16, 16, 3 * 3 * 16 * 24, 24, ...stream(actions), ...stream(1)];
  const weights = sizes.map((size) => randoms(size).map((value) => value / 10));
  const parameters = weights.map((variable) => [
    ...[variable, new Float32Array(variable.length), new Float32Array(variable.length)],
  ]);
  const id = addon.createUpdate(
    Int32Array.of(1, units, actions, 1, ...first.slice(0, 13), ...second.slice(0, 13)),
  );
  for (const batch of [19, 3, 19]) {
    const observations = Uint8Array.from(
      { length: batch * 30 * 30 * 4 },
      () => (random() + 0.5) * 256,
    );
    const outputs = new Float32Array(2 * batch * actions).fill(NaN);
    const networks = [weights, weights.map((array) => array.slice())];
    addon.updateForward(
      ...[id, Int32Array.of(0, 1), [observations, observations], networks, outputs, batch],
    );
    const half = outputs.length / 2;
    expectClose("deep update's outputs", outputs.subarray(0, half), outputs.subarray(half), 1e-5);
    const settings = Float64Array.of(1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001, 10, 0);
    const dq = randoms(batch * actions);
    const norm = addon.updateBackward(id, observations, dq, parameters.flat(), settings);
    if (!(norm > 0 && norm < Infinity)) throw new Error(`deep update's norm is ${norm}`);
  }
  addon.endUpdate(id);
}

/** An operand's value at an index of each axis. */
const at = (array, strides, i, j, k) => array[i * strides[0] + j * strides[1] + k * strides[2]];

const BINARY = [
  (x, y) => x + y,
  (x, y) => x - y,
  (x, y) => x * y,
  (x, y) => x / y,
  (x, y) => Math.max(x, y),
  (x, y) => Math.min(x, y),
  (x, y) => (x - y) ** 2,
  (x, y) => (y > 0 ? x : 0),
];

function exerciseBinary(addon, size, strideA, strideB) {
  const extent = (strides) => 1 + size.reduce((sum, n, i) => sum + (n - 1) * strides[i], 0);
  const [a, b] = [randoms(extent(strideA)), randoms(extent(strideB))];
  const out = new Float32Array(size[0] * size[1] * size[2]);
  const shape = Int32Array.of(...size, ...strideA, ...strideB);
  BINARY.forEach((operation, code) => {
    const wanted = Float64Array.from(out, (_, index) => {
      const [i, rest] = [Math.floor(index / (size[1] * size[2])), index % (size[1] * size[2])];
      const [j, k] = [Math.floor(rest / size[2]), rest % size[2]];
      return operation(at(a, strideA, i, j, k), at(b, strideB, i, j, k));
    });
    addon.binary(code, a, b, out, shape);
    expectClose(`binary ${code} of ${shape.join(",")}`, out, wanted);
  });
}

const UNARY = [
  (x) => Math.max(0, x),
  (x) => (x > 0 ? 1 : 0),
  (x) => x * x,
  Math.sqrt,
  (x) => 1 / Math.sqrt(x),
  Math.exp,
  Math.log,
  Math.abs,
  (x) => -x,
  Math.sign,
  (x) => Math.min(0.2, Math.max(-0.1, x)),
];

function exerciseElementwise(addon, length) {
  const a = randoms(length);
  const out = new Float32Array(length);
  exerciseBinary(addon, [1, 1, length], [0, 0, 1], [0, 0, 1]);
  exerciseBinary(addon, [1, 1, length], [0, 0, 1], [0, 0, 0]);
  exerciseBinary(addon, [1, 1, length], [0, 0, 0], [0, 0, 1]);
  UNARY.forEach((wanted, operation) => {
    // Roots and logarithms of what is positive.
    const x = [3, 4, 6].includes(operation) ? a.map((value) => value + 0.6) : a;
    addon.unary(operation, x, out, -0.1, 0.2);
    expectClose(
      `unary ${operation}`,
      out,
      x.map((value) => wanted(value)),
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

function exerciseReductions(addon, outer, count, inner) {
  const x = randoms(outer * count * inner);
  const sums = new Float64Array(outer * inner);
  const largest = new Float64Array(outer * inner).fill(-Infinity);
  x.forEach((value, index) => {
    const i = Math.floor(index / (count * inner)) * inner + (index % inner);
    sums[i] += value;
    largest[i] = Math.max(largest[i], value);
  });
  const sizes = Int32Array.of(outer, count, inner);
  const out = new Float32Array(outer * inner);
  const wanted = [sums, sums.map((sum) => sum / count), largest];
  wanted.forEach((values, reduction) => {
    out.fill(NaN);
    addon.reduce(reduction, x, out, sizes);
    expectClose(`reduction ${reduction} of ${sizes.join(",")}`, out, values, 1e-4);
  });
}

function exerciseRows(addon, rows, columns) {
  const x = randoms(rows * columns);
  const y = randoms(rows * columns);
  const dz = new Float32Array(x.length).fill(NaN);
  const sums = new Float32Array(columns).fill(NaN);
  const wantedDz = x.map((value, i) => (y[i] > 0 ? value : 0));
  const wantedSums = new Float64Array(columns);
  wantedDz.forEach((value, i) => (wantedSums[i % columns] += value));
  addon.reluGradientAndSum(x, y, dz, sums);
  expectClose("ReLU gradient", dz, wantedDz, 0);
  expectClose("its sums", sums, wantedSums, 1e-4);

  // Far from 0, where a softmax without its shift overflows.
  const logits = x.map((value) => 200 + 20 * value);
  const wanted = new Float64Array(x.length);
  for (let r = 0; r < rows; r++) {
    const row = Float64Array.from(logits.subarray(r * columns, (r + 1) * columns));
    const shift = Math.log(row.reduce((sum, v) => sum + Math.exp(v - 200), 0)) + 200;
    wanted.set(
      row.map((v) => v - shift),
      r * columns,
    );
  }
  const out = new Float32Array(x.length);
  addon.softmax(logits, out, columns, true);
  expectClose("log softmax", out, wanted, 1e-4);
  addon.softmax(logits, out, columns, false);
  expectClose("softmax", out, wanted.map(Math.exp), 1e-4);
}

/** What is multiplied keeps 8 significant bits: 2^-9 of error in each factor, averaging out. */
function exerciseBf16(addon) {
  addon.setBf16(true);
  try {
    const s = convolution(2, 12, 16, 16, 3, 1, true);
    const [x, w, dy] = [randoms(2 * 144 * 16), randoms(9 * 256), randoms(2 * 144 * 16)];
    const shape = Int32Array.from([...s, 0, 0]);
    const wanted = [x, dy, w].map((a) => new Float64Array(a.length));
    forEachProduct(s, (xi, wi, yi) => {
      wanted[0][yi] += x[xi] * w[wi];
      wanted[1][xi] += dy[yi] * w[wi];
      wanted[2][wi] += dy[yi] * x[xi];
    });
    const got = wanted.map((values) => new Float32Array(values.length));
    addon.convolutionForward(shape, x, w, null, got[0], false);
    addon.convolutionBackwardData(shape, dy, w, got[1]);
    addon.convolutionBackwardWeights(shape, x, dy, got[2], null);
    got.forEach((values, i) => expectClose(`bf16 convolution ${i}`, values, wanted[i], 0.03));
    const rounded = values(got[0], wanted[0]);
    if (!(rounded > 1e-4)) throw new Error(`bf16 computed in float32: off by ${rounded}`);
    const product = (rows, fullPrecision) => {
      const out = new Float32Array(rows * 24);
      const sizes = Int32Array.of(rows, 300, 24, 0, 0, fullPrecision);
      addon.matrixProduct(sizes, a.subarray(0, rows * 300), b, null, out, false);
      return out;
    };
    const [a, b] = [randoms(20 * 300), randoms(300 * 24)];
    expectClose("bf16 matrix product", product(20, 0), product(20, 1), 0.03);
    if (!(values(product(20, 0), product(20, 1)) > 1e-4)) {
      throw new Error("bf16 matrix product is float32's");
    }
    // With few rows, as when acting, rounding the weights would take longer than the product.
    if (values(product(8, 0), product(8, 1)) !== 0) throw new Error("few rows were rounded");
    exerciseDeepUpdate(addon);
  } finally {
    addon.setBf16(false);
  }
  function values(got, wanted) {
    return got.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  }
}

function exercisePrimitiveBenchmark(addon) {
  const s = convolution(2, 20, 4, 8, 8, 4, true);
  const requests = Int32Array.from([
    ...[1, ...s, 1, 1],
    ...[2, ...s, 0, 0],
    ...[3, ...s, 0, 0],
    ...[4, 32, 77, 5, 0, 0, 0, ...new Array(7).fill(0), 1, 1],
  ]);
  const indices = addon.preparePrimitiveBenchmark(requests);
  if (new Set(indices).size !== 4) throw new Error(`benchmark of requests ${indices}`);
  const times = new Float64Array(indices.length);
  addon.runPrimitiveBenchmark(times);
  if (!times.every((time) => time > 0)) throw new Error(`times ${times}`);
  addon.endPrimitiveBenchmark();
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
    exerciseRows(addon, 64, 714);
    exerciseBinary(addon, [1, 700, 51], [0, 51, 1], [0, 0, 1]);
    exerciseBinary(addon, [1, 700, 51], [0, 51, 1], [0, 1, 0]);
    exerciseBinary(addon, [5, 7, 3], [21, 3, 1], [3, 0, 1]);
    exerciseBinary(addon, [5, 7, 3], [0, 3, 1], [7, 1, 0]);
    for (const sizes of [
      [1, 1, 1],
      [1, 3000, 17],
      [3000, 17, 1],
      [4, 9, 5],
      [1, 70_001, 1],
    ]) {
      exerciseReductions(addon, ...sizes);
    }
    exerciseKeptWeights(addon);
    exerciseUpdate(addon, convolution(1, 20, 4, 16, 8, 4, true), 7, 72, 5);
    exerciseUpdate(addon, convolution(1, 21, 4, 16, 8, 4, false), 5, 16, 17);
    exerciseUpdate(addon, convolution(1, 9, 3, 5, 3, 2, true), 1, 9, 1);
    exerciseDeepUpdate(addon);
    exercisePrimitiveBenchmark(addon);
    // AVX-512 with bf16; see src/nn/onednn/backend.ts.
    if ((addon.describe().isa & 0xe7) === 0xe7) exerciseBf16(addon);
    for (const length of [1, 1025, 50_003]) exerciseAdam(addon, length);
    // The same kernels again, from the cache.
    exerciseConvolution(addon, convolution(2, 20, 4, 8, 8, 4, true));
  }
  try {
    addon.convolutionForward(
      Int32Array.from([-1, 4, 4, 8, 4, 4, 8, 3, 3, 1, 1, 1, 1, 0, 0]),
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
  // The other numbers of threads have been tried in the main thread.
  exercise("mario_onednn", [2]);
  parentPort.postMessage("ok");
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  exercise(process.argv[2], [1, 2]);
  console.log("ok");
}

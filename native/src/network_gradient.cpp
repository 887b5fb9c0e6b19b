// The second half of an update: from the outputs' gradient to new weights.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "dense_gradient.hpp"
#include "network_update.hpp"
#include "team.hpp"

namespace mario {
namespace {

/** Parameters that are worth a task of Adam's. */
constexpr int64_t kAdamGrain = 1 << 14;

/** `gradient` where the ReLU let it through; factors of either kind. */
void maskByRelu(Bfloat* __restrict gradient, const Bfloat* __restrict output, size_t count) {
  // As signed numbers bfloats have the floats' signs.
#pragma omp simd
  for (size_t i = 0; i < count; i++) gradient[i] = int16_t(output[i]) > 0 ? gradient[i] : Bfloat(0);
}

void maskByRelu(float* __restrict gradient, const float* __restrict output, size_t count) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) gradient[i] = output[i] > 0.f ? gradient[i] : 0.f;
}

void maskByRelu(FactorKind kind, void* gradient, const void* output, size_t count) {
  if (kind.bf16) {
    maskByRelu(static_cast<Bfloat*>(gradient), static_cast<const Bfloat*>(output), count);
  } else {
    maskByRelu(static_cast<float*>(gradient), static_cast<const float*>(output), count);
  }
}

void sumRows(const float* x, int rows, int columns, float* out) {
  std::memset(out, 0, size_t(columns) * sizeof(float));
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c++) out[c] += x[size_t(r) * columns + c];
  }
}

}  // namespace

double NetworkUpdate::backward(const uint8_t* observations, const float* gradient,
                               const std::vector<AdamParameter>& parameters,
                               const AdamSettings& settings) {
  const size_t batch = size_t(batch_);
  for (int s = 0; s < shape_.streams(); s++) {
    hiddenGradient_[s].floats(batch * shape_.hiddenUnits);
    outputGradient_[s].floats(batch * shape_.streamOutputs(s));
    if (kind_.bf16) kind_.room(roundedHiddenGradient_[s], batch * shape_.hiddenUnits);
  }
  featureGradient_.floats(batch * features_);
  if (kind_.bf16) kind_.room(roundedFeatureGradient_, batch * features_);
  for (size_t i = 0; i < layers_.size(); i++) {
    kernelParts_[i].floats(pieces_.size() * layers_[i]->weightsGradient().size());
    biasParts_[i].floats(pieces_.size() * shape_.convolutions[i].outChannels);
  }
  const int blocks = divideUp(batch_, kOutputRows);
  forEachTask(threads_, blocks, [&](int thread, int task) {
    const int row = task * kOutputRows;
    outputGradient(parameters, gradient, row, std::min(kOutputRows, batch_ - row), thread);
  });
  forEachTask(threads_, slices_,
              [&](int thread, int slice) { featureGradient(parameters, slice, thread); });
  forEachTask(threads_, int(pieces_.size()), [&](int thread, int piece) {
    convolutionGradient(observations, piece, thread);
  });
  squaredNorms_.assign(parameters.size(), 0.0);
  const int convolutions = int(layers_.size());
  forEachTask(threads_, convolutions + shape_.streams(), [&](int, int task) {
    if (task < convolutions) {
      sumConvolution(size_t(task));
    } else {
      denseNorms(task - convolutions);
    }
  });
  double squaredNorm = 0;
  for (const double norm : squaredNorms_) squaredNorm += norm;
  const double globalNorm = std::sqrt(squaredNorm);
  if (std::isfinite(globalNorm)) adam(parameters, settings, globalNorm);
  return globalNorm;
}

/** Rows of the outputs' gradient through the output layers to before the hidden layers' ReLU. */
void NetworkUpdate::outputGradient(const std::vector<AdamParameter>& parameters,
                                   const float* gradient, int row, int count, int thread) {
  const int actions = shape_.actionCount, atoms = shape_.atoms, outputs = shape_.outputs();
  const float* from = gradient + size_t(row) * outputs;
  float* advantage = outputGradient_[0].data() + size_t(row) * outputs;
  std::memcpy(advantage, from, size_t(count) * outputs * sizeof(float));
  if (shape_.dueling) {
    float* value = outputGradient_[1].data() + size_t(row) * atoms;
    for (int r = 0; r < count; r++, advantage += outputs, value += atoms) {
      for (int atom = 0; atom < atoms; atom++) {
        float sum = 0;
        for (int a = 0; a < actions; a++) sum += advantage[a * atoms + atom];
        value[atom] = sum;
        for (int a = 0; a < actions; a++) advantage[a * atoms + atom] -= sum / float(actions);
      }
    }
  }
  const int units = shape_.hiddenUnits;
  for (int s = 0; s < shape_.streams(); s++) {
    const int width = shape_.streamOutputs(s);
    float* hidden = hiddenGradient_[s].data() + size_t(row) * units;
    scratch_[size_t(thread)]->products.multiply(
        kFloats, count, width, units, {outputGradient_[s].data() + size_t(row) * width, width},
        {parameters[firstOf(s) + 2].variable, width, true}, nullptr, hidden, units);
    maskByRelu(hidden, networks_[Pass::kOnline].hidden[s].data() + size_t(row) * units,
               size_t(count) * units);
    kind_.keep(hiddenGradient_[s], roundedHiddenGradient_[s], size_t(row) * units,
               size_t(count) * units);
  }
}

/** A slice of the features' gradient, before the last convolution's ReLU, and its Gram matrix. */
void NetworkUpdate::featureGradient(const std::vector<AdamParameter>& parameters, int slice,
                                    int thread) {
  const auto [first, count] = sliceOf(slice);
  const int units = shape_.hiddenUnits;
  float* out = featureGradient_.data() + first;
  const float* features = networks_[Pass::kOnline].features.data() + first;
  for (int s = 0; s < shape_.streams(); s++) {
    const void* gradient = kind_.kept(hiddenGradient_[s], roundedHiddenGradient_[s]);
    MatrixView kernel = hiddenKernel(parameters[firstOf(s)].variable, slice, thread);
    kernel.transposed = true;
    scratch_[size_t(thread)]->products.multiply(kind_, batch_, units, count,
                                                {gradient, units}, kernel, nullptr, out, features_,
                                                s > 0);
  }
  for (int row = 0; row < batch_; row++) {
    const size_t at = size_t(row) * features_;
    maskByRelu(out + at, features + at, size_t(count));
    kind_.keep(featureGradient_, roundedFeatureGradient_, size_t(first) + at, size_t(count));
  }
  auto& gram = featureGrams_[size_t(slice)];
  std::fill(gram.begin(), gram.end(), 0.0);
  addGram(features, features_, batch_, count, gram.data());
}

/** A piece of the minibatch from the features' gradient back to the first convolution. */
void NetworkUpdate::convolutionGradient(const uint8_t* observations, int piece, int thread) {
  Scratch& scratch = *scratch_[size_t(thread)];
  const auto [first, count] = pieces_[size_t(piece)];
  const void* gradient = kind_.kept(featureGradient_, roundedFeatureGradient_);
  const void* dz = kind_.at(gradient, size_t(first) * features_);
  for (size_t i = layers_.size(); i-- > 0;) {
    ConvolutionLayer& layer = *layers_[i];
    const size_t inputs = layer.inputSize();
    const void* x = i > 0 ? kind_.at(kept_[i - 1].data(), size_t(first) * inputs)
                          : scale(observations, pieces_[size_t(piece)], thread);
    layer.backwardWeights(
        thread, count, x, dz,
        kernelParts_[i].data() + size_t(piece) * layer.weightsGradient().size(),
        biasParts_[i].data() + size_t(piece) * shape_.convolutions[i].outChannels);
    if (i == 0) return;
    void* dx = kind_.room(scratch.gradients[i], pieces_[0].count * inputs);
    layer.backwardData(thread, count, dz, backwardKernels_[i].data(), dx);
    maskByRelu(kind_, dx, x, count * inputs);
    dz = dx;
  }
}

/** The pieces' gradients of one convolution, summed in their order, and their norms. */
void NetworkUpdate::sumConvolution(size_t layer) {
  const Arrangement& arrangement = layers_[layer]->weightsGradient();
  const ConvolutionShape& s = shape_.convolutions[layer];
  const size_t size = arrangement.size(), channels = size_t(s.outChannels);
  const size_t weights = size_t(s.kernelHeight) * s.kernelWidth * s.inChannels * channels;
  float* kernel = kernelParts_[layer].data();
  float* bias = biasParts_[layer].data();
  const auto add = [](float* __restrict to, const float* __restrict from, size_t count) {
    for (size_t i = 0; i < count; i++) to[i] += from[i];
  };
  for (size_t piece = 1; piece < pieces_.size(); piece++) {
    add(kernel, kernel + piece * size, size);
    add(bias, bias + piece * channels, channels);
  }
  float* plain = kernelGradients_[layer].floats(weights);
  arrangement.restore(kernel, plain);
  squaredNorms_[2 * layer] = sumOfSquares(plain, int64_t(weights));
  squaredNorms_[2 * layer + 1] = sumOfSquares(bias, int64_t(channels));
}

/** Norms of a stream's four gradients, and its biases' gradients themselves. */
void NetworkUpdate::denseNorms(int stream) {
  const size_t first = firstOf(stream), square = size_t(batch_) * batch_;
  const int units = shape_.hiddenUnits, width = shape_.streamOutputs(stream);
  const auto gramOf = [&](const float* x, int columns) {
    std::vector<double> gram(square);
    addGram(x, columns, batch_, columns, gram.data());
    return gram;
  };
  std::vector<double> features(square);
  for (const auto& slice : featureGrams_) {
    for (size_t i = 0; i < square; i++) features[i] += slice[i];
  }
  const float* hiddenGradient = hiddenGradient_[stream].data();
  const float* outputGradient = outputGradient_[stream].data();
  const float* hidden = networks_[Pass::kOnline].hidden[stream].data();
  squaredNorms_[first] =
      squaredNorm(features.data(), gramOf(hiddenGradient, units).data(), batch_);
  squaredNorms_[first + 2] =
      squaredNorm(gramOf(hidden, units).data(), gramOf(outputGradient, width).data(), batch_);
  const auto biasOf = [&](int which, const float* x, int columns) {
    float* sums = biasGradients_[size_t(2 * stream + which)].floats(size_t(columns));
    sumRows(x, batch_, columns, sums);
    return sumOfSquares(sums, columns);
  };
  squaredNorms_[first + 1] = biasOf(0, hiddenGradient, units);
  squaredNorms_[first + 3] = biasOf(1, outputGradient, width);
}

/** Adam on all parameters. */
void NetworkUpdate::adam(const std::vector<AdamParameter>& parameters,
                         const AdamSettings& settings, double globalNorm) {
  struct Task {
    size_t parameter;
    /** Values of an array, or rows of a dense kernel. */
    int64_t begin, end;
    const float* gradient;
  };
  std::vector<Task> tasks;
  std::vector<AdamStep> steps;
  std::vector<DenseGradient> dense(parameters.size(), DenseGradient{});
  for (const double norm : squaredNorms_) {
    steps.push_back(adamStep(settings, settings.globalClipping ? globalNorm : std::sqrt(norm)));
  }
  const auto addTasks = [&](size_t p, int64_t count, int64_t grain, const float* gradient) {
    for (int64_t begin = 0; begin < count; begin += grain) {
      tasks.push_back({p, begin, std::min(count, begin + grain), gradient});
    }
  };
  const auto addDense = [&](size_t p, const DenseGradient& gradient, int64_t inputs) {
    dense[p] = gradient;
    // Whole tiles of rows.
    const int64_t rows = std::max<int64_t>(1, kAdamGrain / gradient.units / 16) * 16;
    addTasks(p, inputs, rows, nullptr);
  };
  for (int s = 0; s < shape_.streams(); s++) {
    const size_t p = firstOf(s);
    const int64_t units = shape_.hiddenUnits, width = shape_.streamOutputs(s);
    const Activations& online = networks_[Pass::kOnline];
    const float* hiddenGradient = hiddenGradient_[s].data();
    addDense(p, {online.features.data(), features_, hiddenGradient, batch_, units}, features_);
    addDense(p + 2, {online.hidden[s].data(), units, outputGradient_[s].data(), batch_, width},
             units);
    addTasks(p + 1, units, kAdamGrain, biasGradients_[size_t(2 * s)].data());
    addTasks(p + 3, width, kAdamGrain, biasGradients_[size_t(2 * s + 1)].data());
  }
  for (size_t i = 0; i < layers_.size(); i++) {
    addTasks(2 * i, parameters[2 * i].count, kAdamGrain, kernelGradients_[i].data());
    addTasks(2 * i + 1, parameters[2 * i + 1].count, kAdamGrain, biasParts_[i].data());
  }
  forEachTask(threads_, int(tasks.size()), [&](int, int index) {
    const auto& [p, begin, end, gradient] = tasks[size_t(index)];
    const auto& [variable, unused, m, v, count] = parameters[p];
    if (gradient == nullptr) {
      denseAdam(steps[p], dense[p], begin, end, variable, m, v);
    } else {
      adamRange(steps[p], gradient + begin, variable + begin, m + begin, v + begin, end - begin);
    }
  });
}

}  // namespace mario

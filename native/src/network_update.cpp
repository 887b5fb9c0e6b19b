#include "network_update.hpp"

#include <algorithm>

#include "observations.hpp"
#include "team.hpp"

namespace mario {
namespace {

/** Rows of the thread that has the most. */
int longestShare(int batch, int rows, int threads) {
  return divideUp(divideUp(batch, rows), threads) * rows;
}

/**
 * Observations that a thread takes through all convolutions: about 1 MB of activations. In bf16 they
 * are half as large, and gradients of the weights, which are not, are cleared and summed less often.
 */
int pieceRows(FactorKind kind, int batch, int threads) {
  const int rows =
      kind.bf16 && longestShare(batch, 8, threads) <= longestShare(batch, 4, threads) ? 8 : 4;
  return std::min(rows, divideUp(batch, threads));
}
/** Inputs of a hidden layer whose part is computed together. */
constexpr int kSliceInputs = 784;
}  // namespace

NetworkUpdate::NetworkUpdate(const dnnl::engine& engine, const NetworkShape& shape,
                             FactorKind kind)
    : engine_(engine), shape_(shape), kind_(kind) {
  const ConvolutionShape& last = shape.convolutions.back();
  features_ = last.outHeight * last.outWidth * last.outChannels;
  slices_ = divideUp(features_, kSliceInputs);
}

NetworkUpdate::Piece NetworkUpdate::sliceOf(int slice) const {
  // Whole cache lines; the last slice has what is left.
  const int length = divideUp(divideUp(features_, slices_), 16) * 16;
  const int first = std::min(features_, slice * length);
  return {first, std::min(features_, first + length) - first};
}

/** Builds primitives for the team and the minibatch, unless they are there. */
void NetworkUpdate::prepare(int threads, int batch) {
  if (threads == threads_ && batch == batch_) return;
  threads_ = batch_ = 0;
  const size_t count = shape_.convolutions.size();
  const int rows = pieceRows(kind_, batch, threads);
  pieces_.clear();
  for (int row = 0; row < batch; row += rows) pieces_.push_back({row, std::min(rows, batch - row)});
  std::vector<int> sizes{rows};
  if (pieces_.back().count != rows) sizes.push_back(pieces_.back().count);
  layers_.clear();
  for (size_t i = 0; i < count; i++) {
    layers_.push_back(std::make_unique<ConvolutionLayer>(
        engine_, shape_.convolutions[i], sizes, threads, kind_, i == 0, i + 1 == count));
  }
  scratch_.clear();
  for (int thread = 0; thread < threads; thread++) {
    scratch_.push_back(std::make_unique<Scratch>(engine_));
    scratch_.back()->activations = std::vector<AlignedBuffer>(count);
    scratch_.back()->gradients = std::vector<AlignedBuffer>(count);
  }
  for (auto& network : networks_) network.kernels = std::vector<AlignedBuffer>(count);
  kept_ = std::vector<AlignedBuffer>(count);
  backwardKernels_ = std::vector<AlignedBuffer>(count);
  kernelParts_ = std::vector<AlignedBuffer>(count);
  biasParts_ = std::vector<AlignedBuffer>(count);
  kernelGradients_ = std::vector<AlignedBuffer>(count);
  biasGradients_ = std::vector<AlignedBuffer>(2 * size_t(shape_.streams()));
  featureGrams_.assign(size_t(slices_), std::vector<double>(size_t(batch) * batch));
  threads_ = threads;
  batch_ = batch;
}

void NetworkUpdate::forward(int threads, int batch, const std::vector<Pass>& passes,
                            const std::array<std::vector<const float*>, 2>& weights,
                            float* outputs) {
  prepare(threads, batch);
  std::vector<int> firstRows;
  for (auto& network : networks_) network.rows = 0;
  for (const Pass& pass : passes) {
    firstRows.push_back(networks_[pass.network].rows);
    networks_[pass.network].rows += batch;
  }
  for (auto& network : networks_) {
    const size_t rows = size_t(network.rows);
    network.features.floats(rows * features_);
    if (kind_.bf16) kind_.room(network.roundedFeatures, rows * features_);
    for (int s = 0; s < shape_.streams(); s++) {
      network.partial[s].floats(rows * slices_ * shape_.hiddenUnits);
      network.hidden[s].floats(rows * shape_.hiddenUnits);
    }
  }
  for (size_t i = 0; i + 1 < layers_.size(); i++) {
    kind_.room(kept_[i], size_t(batch) * layers_[i]->outputSize());
  }
  arrangeWeights(weights);

  // Observations that several networks look at are scaled once, and are the longest tasks: first.
  std::vector<const uint8_t*> inputs;
  for (size_t p = passes.size(); p-- > 0;) {
    const uint8_t* input = passes[p].observations;
    if (std::find(inputs.begin(), inputs.end(), input) == inputs.end()) inputs.push_back(input);
  }
  const int pieces = int(pieces_.size());
  forEachTask(threads_, int(inputs.size()) * pieces, [&](int thread, int task) {
    const uint8_t* input = inputs[size_t(task / pieces)];
    const Piece& piece = pieces_[size_t(task % pieces)];
    const void* x = scale(input, piece, thread);
    for (size_t p = 0; p < passes.size(); p++) {
      if (passes[p].observations != input) continue;
      const auto network = size_t(passes[p].network);
      convolve(networks_[network], weights[network], x, firstRows[p], piece, thread, p == 0);
    }
  });
  const int perNetwork = shape_.streams() * slices_;
  forEachTask(threads_, 2 * perNetwork, [&](int thread, int task) {
    const int network = task / perNetwork;
    if (networks_[network].rows == 0) return;
    hiddenPart(networks_[network], weights[size_t(network)], task / slices_ % shape_.streams(),
               task % slices_, thread);
  });
  const int blocks = divideUp(batch, kOutputRows);
  forEachTask(threads_, int(passes.size()) * blocks, [&](int thread, int task) {
    const size_t p = size_t(task / blocks);
    const int row = task % blocks * kOutputRows;
    const auto network = size_t(passes[p].network);
    outputRows(networks_[network], weights[network], firstRows[p] + row,
               std::min(kOutputRows, batch - row), thread,
               outputs + (p * batch + row) * shape_.outputs());
  });
}

void NetworkUpdate::arrangeWeights(const std::array<std::vector<const float*>, 2>& weights) {
  const int count = int(layers_.size());
  // The online network's, the target's, and the online network's for its gradient.
  forEachTask(threads_, 3 * count, [&](int, int task) {
    const auto i = size_t(task % count);
    const int kind = task / count;
    const auto network = size_t(kind % 2);
    if (networks_[network].rows == 0 || (kind == 2 && i == 0)) return;
    const Arrangement& arrangement =
        kind == 2 ? layers_[i]->backwardWeights() : layers_[i]->forwardWeights();
    AlignedBuffer& to = kind == 2 ? backwardKernels_[i] : networks_[network].kernels[i];
    arrangement.arrange(weights[network][2 * i], kind_.room(to, arrangement.size()));
  });
}

/** A piece of observations as the first convolution wants them. */
const void* NetworkUpdate::scale(const uint8_t* observations, const Piece& piece, int thread) {
  const ConvolutionShape& s = shape_.convolutions[0];
  const size_t bytes = size_t(s.inHeight) * s.inWidth * s.inChannels;
  Scratch& scratch = *scratch_[size_t(thread)];
  const size_t inputs = layers_[0]->inputSize();
  float* x = scratch.input.floats(pieces_[0].count * inputs);
  scaleObservations(s, layers_[0]->rearranged(), observations + piece.first * bytes, piece.count,
                    x);
  return kind_.of(x, piece.count * inputs, scratch.rounded);
}

/** A slice of a hidden layer's kernel. */
MatrixView NetworkUpdate::hiddenKernel(const float* weights, int slice, int thread) {
  const auto [first, count] = sliceOf(slice);
  const size_t units = size_t(shape_.hiddenUnits);
  return {kind_.of(weights + size_t(first) * units, size_t(count) * units,
                   scratch_[size_t(thread)]->rounded),
          shape_.hiddenUnits};
}

/** A piece of a pass, from pixels to features. */
void NetworkUpdate::convolve(Activations& network, const std::vector<const float*>& weights,
                             const void* x, int firstRow, const Piece& piece, int thread,
                             bool keep) {
  Scratch& scratch = *scratch_[size_t(thread)];
  const size_t begin = size_t(firstRow + piece.first) * features_;
  float* features = network.features.data() + begin;
  for (size_t i = 0; i < layers_.size(); i++) {
    ConvolutionLayer& layer = *layers_[i];
    const size_t size = layer.outputSize();
    void* y = i + 1 == layers_.size() ? features
              : keep                  ? kind_.at(kept_[i].data(), piece.first * size)
                     : kind_.room(scratch.activations[i], pieces_[0].count * size);
    layer.forward(thread, piece.count, x, network.kernels[i].data(), weights[2 * i + 1], y);
    x = y;
  }
  kind_.keep(network.features, network.roundedFeatures, begin, size_t(piece.count) * features_);
}

/** What a slice of the features adds to a stream's hidden units, of all rows. */
void NetworkUpdate::hiddenPart(Activations& network, const std::vector<const float*>& weights,
                               int stream, int slice, int thread) {
  const auto [first, count] = sliceOf(slice);
  const int units = shape_.hiddenUnits;
  float* out = network.partial[stream].data() + size_t(slice) * network.rows * units;
  const void* features = kind_.kept(network.features, network.roundedFeatures);
  scratch_[size_t(thread)]->products.multiply(
      kind_, network.rows, count, units, {kind_.at(features, size_t(first)), features_},
      hiddenKernel(weights[firstOf(stream)], slice, thread), nullptr, out, units);
}

/** Rows of a network from the parts of their hidden units to outputs. */
void NetworkUpdate::outputRows(Activations& network, const std::vector<const float*>& weights,
                               int row, int count, int thread, float* outputs) {
  Scratch& scratch = *scratch_[size_t(thread)];
  const int units = shape_.hiddenUnits;
  const size_t length = size_t(count) * units;
  for (int s = 0; s < shape_.streams(); s++) {
    const size_t first = firstOf(s);
    float* __restrict hidden = network.hidden[s].data() + size_t(row) * units;
    for (int r = 0; r < count; r++) {
      std::copy_n(weights[first + 1], units, hidden + size_t(r) * units);
    }
    for (int slice = 0; slice < slices_; slice++) {
      const float* __restrict part =
          network.partial[s].data() + (size_t(slice) * network.rows + row) * units;
      for (size_t i = 0; i < length; i++) hidden[i] += part[i];
    }
    for (size_t i = 0; i < length; i++) hidden[i] = hidden[i] < 0.f ? 0.f : hidden[i];
    const int width = shape_.streamOutputs(s);
    float* out = s == 0 ? outputs : scratch.stream.floats(size_t(kOutputRows) * width);
    scratch.products.multiply(kFloats, count, units, width, {hidden, units},
                              {weights[first + 2], width}, weights[first + 3], out, width);
  }
  if (!shape_.dueling) return;
  // Q = V + A − mean over the actions of A, atom by atom (Wang et al. 2016, equation 9).
  const int actions = shape_.actionCount, atoms = shape_.atoms;
  const float* value = scratch.stream.data();
  for (int r = 0; r < count; r++, outputs += shape_.outputs(), value += atoms) {
    for (int atom = 0; atom < atoms; atom++) {
      float sum = 0;
      for (int a = 0; a < actions; a++) sum += outputs[a * atoms + atom];
      const float baseline = value[atom] - sum / float(actions);
      for (int a = 0; a < actions; a++) outputs[a * atoms + atom] += baseline;
    }
  }
}

}  // namespace mario

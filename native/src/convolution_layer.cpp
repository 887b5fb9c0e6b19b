#include "convolution_layer.hpp"

#include "descriptions.hpp"
#include "team.hpp"

namespace mario {
namespace {

using dnnl::memory;

ConvolutionShape withBatch(ConvolutionShape shape, int batch) {
  shape.batch = batch;
  return shape;
}

auto forwardOf(const dnnl::engine& engine, const ConvolutionShape& s, FactorKind kind, bool last,
               const memory::desc& weights) {
  const Descriptions d(s, kind.bf16);
  // oneDNN converts to float32 as it stores: what was summed is not rounded.
  const memory::desc& destination = last ? d.plainDestination : d.destination;
  return convolutionForward(engine, dnnl::prop_kind::forward_inference, d.source, weights, d.bias,
                            destination, geometryOf(s), ownScratchpad(reluAfter(true)));
}

auto hintOf(const dnnl::engine& engine, const ConvolutionShape& s, FactorKind kind) {
  const Descriptions d(s, kind.bf16);
  return convolutionForward(engine, dnnl::prop_kind::forward_training, d.source, d.weights,
                            memory::desc(), d.destination, geometryOf(s));
}

auto backwardDataOf(const dnnl::engine& engine, const ConvolutionShape& s, FactorKind kind,
                    const memory::desc& weights) {
  const Descriptions d(s, kind.bf16);
  return convolutionBackwardData(engine, d.source, weights, d.destination, geometryOf(s),
                                 hintOf(engine, s, kind), ownScratchpad());
}

auto backwardWeightsOf(const dnnl::engine& engine, const ConvolutionShape& s, FactorKind kind,
                       const memory::desc& weights) {
  const Descriptions d(s, kind.bf16);
  return convolutionBackwardWeights(engine, d.source, weights, d.bias, d.destination,
                                    geometryOf(s), hintOf(engine, s, kind), ownScratchpad());
}

}  // namespace

ConvolutionLayer::ConvolutionLayer(const dnnl::engine& engine, const ConvolutionShape& given,
                                   std::vector<int> rows, int threads, FactorKind kind, bool first,
                                   bool last)
    : kind_(kind), rearranged_(first && usesSpaceToDepth(given)), first_(first), last_(last) {
  const SingleThreadScope single;
  shape_ = withBatch(rearranged_ ? spaceToDepthShape(given) : given, rows[0]);
  const Descriptions any(shape_, kind.bf16);
  forwardWeightsDesc_ = forwardOf(engine, shape_, kind, last, any.weights).weights_desc();
  weightsGradientDesc_ =
      backwardWeightsOf(engine, shape_, kind, any.diffWeights).diff_weights_desc();
  forwardWeights_ = Arrangement(engine, given, rearranged_, forwardWeightsDesc_, kind);
  weightsGradient_ = Arrangement(engine, given, rearranged_, weightsGradientDesc_, kFloats);
  if (!first_) {
    backwardWeightsDesc_ = backwardDataOf(engine, shape_, kind, any.weights).weights_desc();
    backwardWeights_ = Arrangement(engine, given, rearranged_, backwardWeightsDesc_, kind);
  }
  for (int thread = 0; thread < threads; thread++) {
    for (const int count : rows) {
      operations_.emplace(std::pair(thread, count), build(engine, count));
    }
  }
}

size_t ConvolutionLayer::inputSize() const {
  return size_t(shape_.inHeight) * shape_.inWidth * shape_.inChannels;
}

size_t ConvolutionLayer::outputSize() const {
  return size_t(shape_.outHeight) * shape_.outWidth * shape_.outChannels;
}

ConvolutionLayer::Operations ConvolutionLayer::build(const dnnl::engine& engine, int rows) const {
  const ConvolutionShape s = withBatch(shape_, rows);
  const auto bias = Descriptions(s, false).bias;
  const auto forward = forwardOf(engine, s, kind_, last_, forwardWeightsDesc_);
  const auto weights = backwardWeightsOf(engine, s, kind_, weightsGradientDesc_);
  Operations result{dnnl::stream(engine),
                    Operation(dnnl::convolution_forward(forward), forward, engine,
                              {{DNNL_ARG_SRC, forward.src_desc()},
                               {DNNL_ARG_WEIGHTS, forward.weights_desc()},
                               {DNNL_ARG_BIAS, bias},
                               {DNNL_ARG_DST, forward.dst_desc()}}),
                    Operation(dnnl::convolution_backward_weights(weights), weights, engine,
                              {{DNNL_ARG_SRC, weights.src_desc()},
                               {DNNL_ARG_DIFF_WEIGHTS, weights.diff_weights_desc()},
                               {DNNL_ARG_DIFF_BIAS, bias},
                               {DNNL_ARG_DIFF_DST, weights.diff_dst_desc()}}),
                    std::nullopt};
  if (first_) return result;
  const auto data = backwardDataOf(engine, s, kind_, backwardWeightsDesc_);
  result.backwardData.emplace(
      dnnl::convolution_backward_data(data), data, engine,
      std::initializer_list<std::pair<int, memory::desc>>{
          {DNNL_ARG_DIFF_SRC, data.diff_src_desc()},
          {DNNL_ARG_WEIGHTS, data.weights_desc()},
          {DNNL_ARG_DIFF_DST, data.diff_dst_desc()}});
  return result;
}

void ConvolutionLayer::forward(int thread, int rows, const void* x, const void* w,
                               const float* bias, void* y) {
  auto& operations = of(thread, rows);
  operations.forward.run(operations.stream, {{DNNL_ARG_SRC, x},
                                             {DNNL_ARG_WEIGHTS, w},
                                             {DNNL_ARG_BIAS, bias},
                                             {DNNL_ARG_DST, y}});
}

void ConvolutionLayer::backwardData(int thread, int rows, const void* dz, const void* w,
                                    void* dx) {
  auto& operations = of(thread, rows);
  operations.backwardData->run(
      operations.stream,
      {{DNNL_ARG_DIFF_DST, dz}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DIFF_SRC, dx}});
}

void ConvolutionLayer::backwardWeights(int thread, int rows, const void* x, const void* dz,
                                       float* dw, float* dbias) {
  auto& operations = of(thread, rows);
  operations.backwardWeights.run(operations.stream, {{DNNL_ARG_SRC, x},
                                                     {DNNL_ARG_DIFF_DST, dz},
                                                     {DNNL_ARG_DIFF_WEIGHTS, dw},
                                                     {DNNL_ARG_DIFF_BIAS, dbias}});
}

}  // namespace mario

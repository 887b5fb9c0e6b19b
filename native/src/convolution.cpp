#include <cstring>

#include "descriptions.hpp"
#include "kernels.hpp"
#include "operands.hpp"
#include "parallel.hpp"

namespace mario {
namespace {

using dnnl::memory;

PrimitiveKey keyOf(PrimitiveKind kind, const ConvolutionShape& s, bool relu, bool bias,
                   bool bf16) {
  return {kind,           s.batch,       s.inHeight,    s.inWidth,      s.inChannels,
          s.outHeight,    s.outWidth,    s.outChannels, s.kernelHeight, s.kernelWidth,
          s.strideHeight, s.strideWidth, s.padTop,      s.padLeft,
          relu | bias << 1 | bf16 << 2};
}

/** blocks[n, i, j, di, dj, c] = padded x[n, i·stride + di, j·stride + dj, c] */
const float* spaceToDepth(Context& context, const ConvolutionShape& s, const float* x) {
  const ConvolutionShape blocks = spaceToDepthShape(s);
  const int stride = s.strideHeight;
  const int64_t run = int64_t(stride) * s.inChannels;  // contiguous in both layouts
  const int64_t blockRow = int64_t(blocks.inWidth) * blocks.inChannels;
  const int64_t rowLength = int64_t(s.inWidth) * s.inChannels;
  float* out = context.activations.floats(size_t(s.batch) * blocks.inHeight * blockRow);
  parallelChunks(int64_t(s.batch) * blocks.inHeight, 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const int64_t image = row / blocks.inHeight, i = row % blocks.inHeight;
      for (int di = 0; di < stride; di++) {
        float* to = out + row * blockRow + di * run;
        const int64_t y = i * stride + di - s.padTop;
        const bool inside = y >= 0 && y < s.inHeight;
        const float* line = x + (image * s.inHeight + y) * rowLength;
        for (int j = 0; j < blocks.inWidth; j++, to += blocks.inChannels) {
          const int64_t from = (int64_t(j) * stride - s.padLeft) * s.inChannels;
          if (inside && from >= 0 && from + run <= rowLength) {
            std::memcpy(to, line + from, run * sizeof(float));
            continue;
          }
          for (int64_t k = 0; k < run; k++) {
            const bool readable = inside && from + k >= 0 && from + k < rowLength;
            to[k] = readable ? line[from + k] : 0.f;
          }
        }
      }
    }
  });
  return out;
}

struct Forward : CachedPrimitive {
  bool rearranged;
  dnnl::convolution_forward primitive;
  Input source, weights;
  memory bias, destination;

  Forward(const dnnl::engine& engine, const Descriptions& d, bool rearranged,
          const dnnl::convolution_forward::primitive_desc& pd)
      : rearranged(rearranged),
        primitive(pd),
        source(d.plainSource, pd.src_desc(), engine),
        weights(d.plainWeights, pd.weights_desc(), engine),
        bias(unbound(d.bias, engine)),
        destination(unbound(pd.dst_desc(), engine)) {}
};

struct BackwardData : CachedPrimitive {
  dnnl::convolution_backward_data primitive;
  Input weights, diffDestination;
  memory diffSource;

  BackwardData(const dnnl::engine& engine, const Descriptions& d,
               const dnnl::convolution_backward_data::primitive_desc& pd)
      : primitive(pd),
        weights(d.plainWeights, pd.weights_desc(), engine),
        diffDestination(d.plainDestination, pd.diff_dst_desc(), engine),
        diffSource(unbound(pd.diff_src_desc(), engine)) {}
};

struct BackwardWeights : CachedPrimitive {
  bool rearranged;
  dnnl::convolution_backward_weights primitive;
  Input source, diffDestination;
  Output diffWeights;
  memory diffBias;

  BackwardWeights(const dnnl::engine& engine, const Descriptions& d, bool rearranged,
                  const dnnl::convolution_backward_weights::primitive_desc& pd)
      : rearranged(rearranged),
        primitive(pd),
        source(d.plainSource, pd.src_desc(), engine),
        diffDestination(d.plainDestination, pd.diff_dst_desc(), engine),
        diffWeights(d.plainWeights, pd.diff_weights_desc(), engine),
        diffBias(unbound(d.bias, engine)) {}
};

dnnl::convolution_forward::primitive_desc forwardHint(const dnnl::engine& engine,
                                                      const Descriptions& d,
                                                      const ConvolutionGeometry& geometry) {
  return convolutionForward(engine, dnnl::prop_kind::forward_training, d.source, d.weights,
                            memory::desc(), d.destination, geometry);
}

/**
 * `build(shape, rearranged)` of the shape itself where that is fast or cannot be rearranged, else of
 * its blocks.
 */
template <class Build>
auto buildFastest(const ConvolutionShape& shape, const Build& build) {
  auto direct = build(shape, false);
  return direct.second || !usesSpaceToDepth(shape) ? std::move(direct.first)
                                                   : build(spaceToDepthShape(shape), true).first;
}

size_t weightsCount(const ConvolutionShape& s) {
  return size_t(s.kernelHeight) * s.kernelWidth * s.inChannels * s.outChannels;
}

}  // namespace

void convolutionForward(Context& context, const ConvolutionShape& given, const float* x,
                        const float* w, WeightsVersion version, const float* bias, float* y,
                        bool relu) {
  const bool bf16 = context.bf16;
  auto& cached = context.primitive<Forward>(
      keyOf(kForward, given, relu, bias != nullptr, bf16), [&] {
        return buildFastest(given, [&](const ConvolutionShape& shape, bool rearranged) {
          const Descriptions d(shape, bf16);
          const auto pd = convolutionForward(
              context.engine, dnnl::prop_kind::forward_inference, d.source, d.weights,
              bias ? d.bias : memory::desc(), d.plainDestination, geometryOf(shape),
              reluAfter(relu));
          return std::pair(std::make_unique<Forward>(context.engine, d, rearranged, pd),
                           isFast(pd.impl_info_str()));
        });
      });
  if (cached.rearranged) x = spaceToDepth(context, given, x);
  const auto weights = [&] {
    if (!cached.rearranged) return w;
    float* blocks = context.weights.floats(weightsCount(given));
    forEachKernelRun(given, [&](int64_t plain, int64_t block) {
      std::memcpy(blocks + block, w + plain, given.outChannels * sizeof(float));
    });
    return static_cast<const float*>(blocks);
  };
  bind(cached.destination, y);
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, cached.source.bound(context, x)},
      {DNNL_ARG_WEIGHTS, cached.weights.arranged(context, version, weights)},
      {DNNL_ARG_DST, cached.destination}};
  if (bias) {
    bind(cached.bias, bias);
    arguments.emplace(DNNL_ARG_BIAS, cached.bias);
  }
  cached.primitive.execute(context.stream, arguments);
  context.stream.wait();
}

void convolutionBackwardData(Context& context, const ConvolutionShape& shape, const float* dy,
                             const float* w, WeightsVersion version, float* dx) {
  const bool bf16 = context.bf16;
  auto& cached =
      context.primitive<BackwardData>(keyOf(kBackwardData, shape, false, false, bf16), [&] {
        const Descriptions d(shape, bf16);
        const auto geometry = geometryOf(shape);
        const auto pd =
            convolutionBackwardData(context.engine, d.plainSource, d.weights, d.destination,
                                    geometry, forwardHint(context.engine, d, geometry));
        return std::make_unique<BackwardData>(context.engine, d, pd);
      });
  bind(cached.diffSource, dx);
  cached.primitive.execute(
      context.stream,
      {{DNNL_ARG_DIFF_SRC, cached.diffSource},
       {DNNL_ARG_WEIGHTS, cached.weights.arranged(context, version, [=] { return w; })},
       {DNNL_ARG_DIFF_DST, cached.diffDestination.bound(context, dy)}});
  context.stream.wait();
}

void convolutionBackwardWeights(Context& context, const ConvolutionShape& given, const float* x,
                                const float* dy, float* dw, float* dbias) {
  const bool bf16 = context.bf16;
  auto& cached = context.primitive<BackwardWeights>(
      keyOf(kBackwardWeights, given, false, dbias != nullptr, bf16), [&] {
        return buildFastest(given, [&](const ConvolutionShape& shape, bool rearranged) {
          const Descriptions d(shape, bf16);
          const auto geometry = geometryOf(shape);
          const auto pd = convolutionBackwardWeights(
              context.engine, d.source, d.diffWeights, dbias ? d.bias : memory::desc(), d.destination,
              geometry, forwardHint(context.engine, d, geometry));
          return std::pair(std::make_unique<BackwardWeights>(context.engine, d, rearranged, pd),
                           isFast(pd.impl_info_str()));
        });
      });
  float* target = dw;
  if (cached.rearranged) {
    x = spaceToDepth(context, given, x);
    target = context.weights.floats(weightsCount(given));
  }
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, cached.source.bound(context, x)},
      {DNNL_ARG_DIFF_WEIGHTS, cached.diffWeights.bound(target)},
      {DNNL_ARG_DIFF_DST, cached.diffDestination.bound(context, dy)}};
  if (dbias) {
    bind(cached.diffBias, dbias);
    arguments.emplace(DNNL_ARG_DIFF_BIAS, cached.diffBias);
  }
  cached.primitive.execute(context.stream, arguments);
  cached.diffWeights.finish(context.stream);
  context.stream.wait();
  if (cached.rearranged) {
    const size_t run = given.outChannels * sizeof(float);
    forEachKernelRun(given, [&](int64_t plain, int64_t block) {
      std::memcpy(dw + plain, target + block, run);
    });
  }
}

}  // namespace mario

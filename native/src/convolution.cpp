#include <cstring>
#include <optional>

#include "kernels.hpp"
#include "parallel.hpp"

namespace mario {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

memory::desc describe(const memory::dims& dims, Tag tag) {
  return {dims, memory::data_type::f32, tag};
}

/** A memory object whose data pointer is set before each execution. */
memory unbound(const memory::desc& desc, const dnnl::engine& engine) {
  return {desc, engine, nullptr};
}

void bind(memory& target, const float* data) {
  target.set_data_handle(const_cast<float*>(data));
}

PrimitiveKey keyOf(PrimitiveKind kind, const ConvolutionShape& s, bool relu, bool bias) {
  return {kind,           s.batch,        s.inHeight,    s.inWidth,      s.inChannels,
          s.outHeight,    s.outWidth,     s.outChannels, s.kernelHeight, s.kernelWidth,
          s.strideHeight, s.strideWidth,  s.padTop,      s.padLeft,      relu,
          bias};
}

int64_t inputRows(const ConvolutionShape& s) {
  return int64_t(s.outHeight - 1) * s.strideHeight + s.kernelHeight;
}

int64_t inputColumns(const ConvolutionShape& s) {
  return int64_t(s.outWidth - 1) * s.strideWidth + s.kernelWidth;
}

ConvolutionGeometry geometryOf(const ConvolutionShape& s) {
  // "valid" may leave rows unread at the end: that is no negative padding.
  const auto atLeast0 = [](int64_t value) { return value < 0 ? 0 : value; };
  return {{s.strideHeight, s.strideWidth},
          {s.padTop, s.padLeft},
          {atLeast0(inputRows(s) - s.inHeight - s.padTop),
           atLeast0(inputColumns(s) - s.inWidth - s.padLeft)}};
}

/*
 * oneDNN's fast convolutions need channels in multiples of their vector length; with 4 of them it
 * falls back to a general one, six times slower. A convolution whose kernel is a multiple of its
 * stride is the same as one with stride 1 over blocks of stride × stride pixels taken as channels
 * ("space to depth"): 84×84×4 under 8×8 stride 4 becomes 22×22×64 under 2×2 stride 1.
 */
bool usesSpaceToDepth(const ConvolutionShape& s) {
  const int stride = s.strideHeight;
  return stride > 1 && s.strideWidth == stride && s.inChannels < 16 &&
         s.kernelHeight % stride == 0 && s.kernelWidth % stride == 0 &&
         s.inChannels * stride * stride % 8 == 0;
}

ConvolutionShape spaceToDepthShape(const ConvolutionShape& s) {
  const int stride = s.strideHeight;
  ConvolutionShape blocks = s;
  blocks.kernelHeight = s.kernelHeight / stride;
  blocks.kernelWidth = s.kernelWidth / stride;
  blocks.inHeight = s.outHeight - 1 + blocks.kernelHeight;
  blocks.inWidth = s.outWidth - 1 + blocks.kernelWidth;
  blocks.inChannels = s.inChannels * stride * stride;
  blocks.strideHeight = blocks.strideWidth = 1;
  blocks.padTop = blocks.padLeft = 0;
  return blocks;
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

/** Calls `copy(offset in HWIO, offset in the block layout)` for each run of `outChannels`. */
template <class Copy>
void forEachKernelRun(const ConvolutionShape& s, const Copy& copy) {
  const int stride = s.strideHeight;
  const int blocksAcross = s.kernelWidth / stride;
  int64_t plain = 0;
  for (int h = 0; h < s.kernelHeight; h++) {
    for (int w = 0; w < s.kernelWidth; w++) {
      const int64_t block = int64_t(h / stride) * blocksAcross + w / stride;
      const int64_t pixel = int64_t(h % stride) * stride + w % stride;
      for (int c = 0; c < s.inChannels; c++, plain += s.outChannels) {
        const int64_t channel = (block * stride * stride + pixel) * s.inChannels + c;
        copy(plain, channel * s.outChannels);
      }
    }
  }
}

struct Descriptions {
  memory::desc source, weights, plainWeights, bias, destination;
  explicit Descriptions(const ConvolutionShape& s)
      : source(describe({s.batch, s.inChannels, s.inHeight, s.inWidth}, Tag::nhwc)),
        // oneDNN chooses the weights' layout: reordering them costs microseconds, and its fast
        // kernels want blocks.
        weights(describe({s.outChannels, s.inChannels, s.kernelHeight, s.kernelWidth}, Tag::any)),
        plainWeights(
            describe({s.outChannels, s.inChannels, s.kernelHeight, s.kernelWidth}, Tag::hwio)),
        bias(describe({s.outChannels}, Tag::x)),
        destination(describe({s.batch, s.outChannels, s.outHeight, s.outWidth}, Tag::nhwc)) {}
};

/** Weights between HWIO and the layout that a primitive chose; weights change at every update. */
struct WeightsLayout {
  memory plain, chosen;
  std::optional<dnnl::reorder> reorder;

  WeightsLayout(const Descriptions& d, const memory::desc& wanted, bool toPlain,
                const dnnl::engine& engine)
      : plain(unbound(d.plainWeights, engine)), chosen(unbound(wanted, engine)) {
    if (wanted == d.plainWeights) return;
    chosen = memory(wanted, engine);
    reorder = toPlain ? dnnl::reorder(chosen, plain) : dnnl::reorder(plain, chosen);
  }

  /** Binds HWIO weights as input and returns them in the chosen layout. */
  memory& input(dnnl::stream& stream, const float* hwio) {
    bind(reorder ? plain : chosen, hwio);
    if (reorder) reorder->execute(stream, plain, chosen);
    return chosen;
  }

  /** Where the primitive writes; {@link finishOutput} then has them in `hwio`. */
  memory& output(float* hwio) {
    bind(reorder ? plain : chosen, hwio);
    return chosen;
  }

  void finishOutput(dnnl::stream& stream) {
    if (reorder) reorder->execute(stream, chosen, plain);
  }
};

struct Forward : CachedPrimitive {
  dnnl::convolution_forward primitive;
  memory source, bias, destination;
  WeightsLayout weights;

  Forward(const dnnl::engine& engine, const Descriptions& d,
          const dnnl::convolution_forward::primitive_desc& pd)
      : primitive(pd),
        source(unbound(pd.src_desc(), engine)),
        bias(unbound(d.bias, engine)),
        destination(unbound(pd.dst_desc(), engine)),
        weights(d, pd.weights_desc(), false, engine) {}
};

struct BackwardData : CachedPrimitive {
  dnnl::convolution_backward_data primitive;
  memory diffSource, diffDestination;
  WeightsLayout weights;

  BackwardData(const dnnl::engine& engine, const Descriptions& d,
               const dnnl::convolution_backward_data::primitive_desc& pd)
      : primitive(pd),
        diffSource(unbound(pd.diff_src_desc(), engine)),
        diffDestination(unbound(pd.diff_dst_desc(), engine)),
        weights(d, pd.weights_desc(), false, engine) {}
};

struct BackwardWeights : CachedPrimitive {
  bool rearranged;
  dnnl::convolution_backward_weights primitive;
  memory source, diffBias, diffDestination;
  WeightsLayout diffWeights;

  BackwardWeights(const dnnl::engine& engine, const Descriptions& d, bool rearranged,
                  const dnnl::convolution_backward_weights::primitive_desc& pd)
      : rearranged(rearranged),
        primitive(pd),
        source(unbound(pd.src_desc(), engine)),
        diffBias(unbound(d.bias, engine)),
        diffDestination(unbound(pd.diff_dst_desc(), engine)),
        diffWeights(d, pd.diff_weights_desc(), true, engine) {}
};

dnnl::convolution_forward::primitive_desc forwardHint(const dnnl::engine& engine,
                                                      const Descriptions& d,
                                                      const ConvolutionGeometry& geometry) {
  return convolutionForward(engine, dnnl::prop_kind::forward_training, d.source, d.weights,
                            memory::desc(), d.destination, geometry, false);
}

}  // namespace

void convolutionForward(Context& context, const ConvolutionShape& given, const float* x,
                        const float* w, const float* bias, float* y, bool relu) {
  ConvolutionShape shape = given;
  if (usesSpaceToDepth(given)) {
    shape = spaceToDepthShape(given);
    x = spaceToDepth(context, given, x);
    const size_t run = given.outChannels * sizeof(float);
    float* blocks = context.weights.floats(size_t(given.kernelHeight) * given.kernelWidth *
                                           given.inChannels * given.outChannels);
    forEachKernelRun(given, [&](int64_t plain, int64_t block) {
      std::memcpy(blocks + block, w + plain, run);
    });
    w = blocks;
  }
  auto& cached =
      context.primitive<Forward>(keyOf(kForward, shape, relu, bias != nullptr), [&] {
        const Descriptions d(shape);
        const auto pd = convolutionForward(
            context.engine, dnnl::prop_kind::forward_inference, d.source, d.weights,
            bias ? d.bias : memory::desc(), d.destination, geometryOf(shape), relu);
        return std::make_unique<Forward>(context.engine, d, pd);
      });
  bind(cached.source, x);
  bind(cached.destination, y);
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, cached.source},
      {DNNL_ARG_WEIGHTS, cached.weights.input(context.stream, w)},
      {DNNL_ARG_DST, cached.destination}};
  if (bias) {
    bind(cached.bias, bias);
    arguments.emplace(DNNL_ARG_BIAS, cached.bias);
  }
  cached.primitive.execute(context.stream, arguments);
  context.stream.wait();
}

void convolutionBackwardData(Context& context, const ConvolutionShape& shape, const float* dy,
                             const float* w, float* dx) {
  auto& cached =
      context.primitive<BackwardData>(keyOf(kBackwardData, shape, false, false), [&] {
        const Descriptions d(shape);
        const auto geometry = geometryOf(shape);
        const auto pd =
            convolutionBackwardData(context.engine, d.source, d.weights, d.destination, geometry,
                                    forwardHint(context.engine, d, geometry));
        return std::make_unique<BackwardData>(context.engine, d, pd);
      });
  bind(cached.diffSource, dx);
  bind(cached.diffDestination, dy);
  cached.primitive.execute(context.stream,
                           {{DNNL_ARG_DIFF_SRC, cached.diffSource},
                            {DNNL_ARG_WEIGHTS, cached.weights.input(context.stream, w)},
                            {DNNL_ARG_DIFF_DST, cached.diffDestination}});
  context.stream.wait();
}

void convolutionBackwardWeights(Context& context, const ConvolutionShape& given, const float* x,
                                const float* dy, float* dw, float* dbias) {
  const auto build = [&](const ConvolutionShape& shape, bool rearranged) {
    const Descriptions d(shape);
    const auto geometry = geometryOf(shape);
    const auto pd = convolutionBackwardWeights(
        context.engine, d.source, d.weights, dbias ? d.bias : memory::desc(), d.destination,
        geometry, forwardHint(context.engine, d, geometry));
    // Unlike the forward pass, this one may have a fast implementation for few channels.
    const bool fast = std::strncmp(pd.impl_info_str(), "jit", 3) == 0;
    if (!rearranged && !fast && usesSpaceToDepth(shape)) {
      return std::unique_ptr<BackwardWeights>();
    }
    return std::make_unique<BackwardWeights>(context.engine, d, rearranged, pd);
  };
  auto& cached = context.primitive<BackwardWeights>(
      keyOf(kBackwardWeights, given, false, dbias != nullptr), [&] {
        auto direct = build(given, false);
        return direct ? std::move(direct) : build(spaceToDepthShape(given), true);
      });
  float* target = dw;
  if (cached.rearranged) {
    x = spaceToDepth(context, given, x);
    target = context.weights.floats(size_t(given.kernelHeight) * given.kernelWidth *
                                    given.inChannels * given.outChannels);
  }
  bind(cached.source, x);
  bind(cached.diffDestination, dy);
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, cached.source},
      {DNNL_ARG_DIFF_WEIGHTS, cached.diffWeights.output(target)},
      {DNNL_ARG_DIFF_DST, cached.diffDestination}};
  if (dbias) {
    bind(cached.diffBias, dbias);
    arguments.emplace(DNNL_ARG_DIFF_BIAS, cached.diffBias);
  }
  cached.primitive.execute(context.stream, arguments);
  cached.diffWeights.finishOutput(context.stream);
  context.stream.wait();
  if (cached.rearranged) {
    const size_t run = given.outChannels * sizeof(float);
    forEachKernelRun(given, [&](int64_t plain, int64_t block) {
      std::memcpy(dw + plain, target + block, run);
    });
  }
}

}  // namespace mario

// How fast oneDNN's primitives are by themselves: what no update that needs them can beat.
#include <chrono>
#include <cstring>

#include "descriptions.hpp"
#include "kernels.hpp"
#include "parallel.hpp"

namespace mario {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
using Type = memory::data_type;
using Arguments = std::unordered_map<int, memory>;

/** One way to compute one primitive. */
struct Candidate {
  int index;
  dnnl::primitive primitive;
  Arguments arguments;
};

struct Benchmark : CachedPrimitive {
  std::vector<Candidate> candidates;
};

memory filled(const memory::desc& desc, const dnnl::engine& engine) {
  memory result(desc, engine);
  // Neither zeros, which some kernels skip, nor denormals.
  const size_t bytes = desc.get_size();
  std::memset(result.get_data_handle(), 0x3c, bytes);
  return result;
}

class Builder {
 public:
  Builder(Context& context, Benchmark& benchmark) : context_(context), benchmark_(benchmark) {}

  void add(int index, const int* request) {
    index_ = index;
    const auto kind = static_cast<PrimitiveKind>(request[0]);
    relu_ = request[14] != 0;
    bias_ = request[15] != 0;
    if (kind == kMatrixProduct) {
      for (const bool any : {false, true}) addMatrixProduct(request + 1, any);
      return;
    }
    const int* s = request + 1;
    const ConvolutionShape shape{s[0], s[1], s[2], s[3], s[4],  s[5], s[6],
                                 s[7], s[8], s[9], s[10], s[11], s[12]};
    for (const bool any : {false, true}) {
      addConvolution(kind, shape, any);
      // The rearrangement that this needs is work of ours, not of the primitive.
      if (usesSpaceToDepth(shape)) addConvolution(kind, spaceToDepthShape(shape), any);
    }
  }

 private:
  void addConvolution(PrimitiveKind kind, const ConvolutionShape& shape, bool any) {
    const Descriptions d(shape, context_.bf16, any ? Tag::any : Tag::nhwc);
    const auto& engine = context_.engine;
    const auto geometry = geometryOf(shape);
    const auto bias = bias_ ? d.bias : memory::desc();
    const auto forward = [&](bool relu, const memory::desc& withBias) {
      return convolutionForward(engine, dnnl::prop_kind::forward_training, d.source, d.weights,
                                withBias, d.destination, geometry, reluAfter(relu));
    };
    if (kind == kForward) {
      const auto pd = forward(relu_, bias);
      push(dnnl::convolution_forward(pd), {{DNNL_ARG_SRC, pd.src_desc()},
                                           {DNNL_ARG_WEIGHTS, pd.weights_desc()},
                                           {DNNL_ARG_BIAS, bias},
                                           {DNNL_ARG_DST, pd.dst_desc()}});
    } else if (kind == kBackwardData) {
      const auto pd = convolutionBackwardData(engine, d.source, d.weights, d.destination, geometry,
                                              forward(false, memory::desc()));
      push(dnnl::convolution_backward_data(pd), {{DNNL_ARG_DIFF_SRC, pd.diff_src_desc()},
                                                 {DNNL_ARG_WEIGHTS, pd.weights_desc()},
                                                 {DNNL_ARG_DIFF_DST, pd.diff_dst_desc()}});
    } else {
      const auto pd = convolutionBackwardWeights(engine, d.source, d.diffWeights, bias, d.destination,
                                                 geometry, forward(false, memory::desc()));
      push(dnnl::convolution_backward_weights(pd), {{DNNL_ARG_SRC, pd.src_desc()},
                                                    {DNNL_ARG_DIFF_WEIGHTS, pd.diff_weights_desc()},
                                                    {DNNL_ARG_DIFF_BIAS, bias},
                                                    {DNNL_ARG_DIFF_DST, pd.diff_dst_desc()}});
    }
  }

  void addMatrixProduct(const int* s, bool any) {
    const auto type = context_.bf16 && !s[5] ? Type::bf16 : Type::f32;
    const auto matrix = [&](int rows, int columns, bool transposed, Type dataType) {
      return memory::desc({rows, columns}, dataType,
                          any ? Tag::any : (transposed ? Tag::ba : Tag::ab));
    };
    const memory::desc bias = bias_ ? memory::desc({1, s[2]}, Type::f32, Tag::ab) : memory::desc();
    const auto pd = matrixProduct(context_.engine, matrix(s[0], s[1], s[3], type),
                                  matrix(s[1], s[2], s[4], type), bias,
                                  matrix(s[0], s[2], false, Type::f32), reluAfter(relu_));
    push(dnnl::matmul(pd), {{DNNL_ARG_SRC, pd.src_desc()},
                            {DNNL_ARG_WEIGHTS, pd.weights_desc()},
                            {DNNL_ARG_BIAS, bias},
                            {DNNL_ARG_DST, pd.dst_desc()}});
  }

  void push(const dnnl::primitive& primitive,
            const std::vector<std::pair<int, memory::desc>>& descriptions) {
    Arguments arguments;
    for (const auto& [argument, desc] : descriptions) {
      if (desc.get_size() > 0) arguments.emplace(argument, filled(desc, context_.engine));
    }
    benchmark_.candidates.push_back({index_, primitive, arguments});
  }

  Context& context_;
  Benchmark& benchmark_;
  int index_ = 0;
  bool relu_ = false, bias_ = false;
};

const PrimitiveKey kBenchmarkKey{kBenchmark};

}  // namespace

std::vector<int> preparePrimitiveBenchmark(Context& context, const int* requests, size_t count) {
  auto benchmark = std::make_unique<Benchmark>();
  Builder builder(context, *benchmark);
  for (size_t i = 0; i < count; i++) builder.add(int(i), requests + i * kRequestSize);
  std::vector<int> indices;
  for (const auto& candidate : benchmark->candidates) indices.push_back(candidate.index);
  context.primitives[kBenchmarkKey] = std::move(benchmark);
  return indices;
}

void runPrimitiveBenchmark(Context& context, double* milliseconds, size_t count) {
  const auto found = context.primitives.find(kBenchmarkKey);
  if (found == context.primitives.end()) return;
  auto& candidates = static_cast<Benchmark&>(*found->second).candidates;
  for (size_t i = 0; i < candidates.size() && i < count; i++) {
    const auto& [index, primitive, arguments] = candidates[i];
    // The first execution wakes the threads and fills the caches; the second is timed.
    primitive.execute(context.stream, arguments);
    context.stream.wait();
    const auto start = std::chrono::steady_clock::now();
    primitive.execute(context.stream, arguments);
    context.stream.wait();
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    milliseconds[i] = time.count();
  }
}

void endPrimitiveBenchmark(Context& context) { context.primitives.erase(kBenchmarkKey); }

}  // namespace mario

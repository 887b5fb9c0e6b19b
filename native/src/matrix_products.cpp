#include "matrix_products.hpp"

namespace mario {
namespace {

using dnnl::memory;

memory::desc view(int rows, int columns, int stride, bool transposed,
                  memory::data_type type = memory::data_type::f32) {
  return {{rows, columns},
          type,
          transposed ? memory::dims{1, stride} : memory::dims{stride, 1}};
}

}  // namespace

void MatrixProducts::multiply(FactorKind factors, int m, int k, int n, const MatrixView& a,
                              const MatrixView& b, const float* bias, float* c, int cStride,
                              bool accumulate) {
  const int flags = accumulate | (bias != nullptr) << 1 | a.transposed << 2 | b.transposed << 3 |
                    factors.bf16 << 4;
  const Key key{m, k, n, a.stride, b.stride, cStride, flags};
  auto found = operations_.find(key);
  if (found == operations_.end()) {
    const auto biasDesc = bias ? view(1, n, n, false) : memory::desc();
    const auto type = factors.type();
    const auto pd = matrixProduct(engine_, view(m, k, a.stride, a.transposed, type),
                                  view(k, n, b.stride, b.transposed, type), biasDesc,
                                  view(m, n, cStride, false),
                                  ownScratchpad(attributesOf(accumulate, false)));
    Operation operation(dnnl::matmul(pd), pd, engine_,
                        {{DNNL_ARG_SRC, pd.src_desc()},
                         {DNNL_ARG_WEIGHTS, pd.weights_desc()},
                         {DNNL_ARG_BIAS, biasDesc},
                         {DNNL_ARG_DST, pd.dst_desc()}});
    found = operations_.emplace(key, std::move(operation)).first;
  }
  // An argument without a description takes no array.
  if (bias) {
    found->second.run(stream_, {{DNNL_ARG_SRC, a.data},
                                {DNNL_ARG_WEIGHTS, b.data},
                                {DNNL_ARG_BIAS, bias},
                                {DNNL_ARG_DST, c}});
  } else {
    found->second.run(stream_,
                      {{DNNL_ARG_SRC, a.data}, {DNNL_ARG_WEIGHTS, b.data}, {DNNL_ARG_DST, c}});
  }
}

}  // namespace mario

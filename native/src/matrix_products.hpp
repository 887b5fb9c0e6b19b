// Matrix products of one thread of a team, on parts of larger matrices.
#pragma once

#include "factors.hpp"
#include "operation.hpp"

namespace mario {

/** A matrix of factors or its transpose; `stride`: values from one row as stored to the next. */
struct MatrixView {
  const void* data;
  int stride;
  bool transposed = false;
};

class MatrixProducts {
 public:
  explicit MatrixProducts(const dnnl::engine& engine) : engine_(engine), stream_(engine) {}

  /**
   * c[m, n] = (accumulate ? c : 0) + op(a)[m, k] · op(b)[k, n] + bias?
   * @param factors what a and b are; c is float32
   * @param bias n values, or null
   */
  void multiply(FactorKind factors, int m, int k, int n, const MatrixView& a, const MatrixView& b, const float* bias,
                float* c, int cStride, bool accumulate = false);

 private:
  using Key = std::array<int, 9>;

  dnnl::engine engine_;
  dnnl::stream stream_;
  std::map<Key, Operation> operations_;
};

}  // namespace mario

// The gradient of a dense layer's kernel, which is never in memory as a whole.
#pragma once

#include <cstdint>

#include "kernels.hpp"

namespace mario {

/** gradient[k, n] = sum over rows b of x[b, k] · dz[b, n] */
struct DenseGradient {
  const float* x;
  /** Values from one row of `x` to the next. */
  int64_t xStride;
  const float* dz;
  int rows;
  int64_t units;
};

/**
 * gram[b, c] += sum over k of x[b, k] · x[c, k], for c ≥ b; double across pieces of 1,024.
 * @param gram `[rows, rows]`
 */
void addGram(const float* x, int64_t stride, int rows, int64_t count, double* gram);

/**
 * Squared norm of the gradient from two Gram matrices: with G = Xᵀ Z, |G|² is the sum over all
 * (X Xᵀ) ∘ (Z Zᵀ).
 */
double squaredNorm(const double* gramX, const double* gramDz, int rows);

/** Adam on the kernel's rows [begin, end): their gradient is computed where it is used. */
void denseAdam(const AdamStep&, const DenseGradient&, int64_t begin, int64_t end, float* variable,
               float* m, float* v);

}  // namespace mario

// The kernels: plain functions on raw float32 arrays. Callers have checked every length.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "context.hpp"

namespace mario {

enum PrimitiveKind : int { kForward = 1, kBackwardData, kBackwardWeights, kMatrixProduct, kBenchmark };

/*
 * With `context.bf16` convolutions, and matrix products of 16 rows or more, round what they multiply
 * to bfloat16; they sum in float32, and every array that comes in or goes out is float32.
 */

/** y = relu?(convolution(x, w) + bias?); NHWC and HWIO, `bias` may be null. */
void convolutionForward(Context&, const ConvolutionShape&, const float* x, const float* w,
                        WeightsVersion, const float* bias, float* y, bool relu);
/** dx = gradient of the convolution with respect to x. */
void convolutionBackwardData(Context&, const ConvolutionShape&, const float* dy, const float* w,
                             WeightsVersion, float* dx);
/** dw = gradient with respect to w; dbias, if not null, that with respect to the bias. */
void convolutionBackwardWeights(Context&, const ConvolutionShape&, const float* x,
                                const float* dy, float* dw, float* dbias);

/** `fullPrecision`: in float32 whatever the context says. */
struct MatrixShape {
  int m, k, n;
  bool transposeA, transposeB, fullPrecision;
};

/** c[m, n] = relu?(op(a) · op(b) + bias?), row-major; `bias` (n values) may be null. */
void matrixProduct(Context&, const MatrixShape&, const float* a, const float* b,
                   const float* bias, float* c, bool relu);

/** Element-wise operations; the numbers are checked-kernels.ts's. */
enum class Binary : int {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kMaximum,
  kMinimum,
  kSquaredDifference,
  kReluGradient
};
enum class Unary : int {
  kRelu,
  kStep,
  kSquare,
  kSquareRoot,
  kReciprocalRoot,
  kExponential,
  kLogarithm,
  kAbsolute,
  kNegate,
  kSign,
  kClip
};
enum class Reduction : int { kSum, kMean, kMaximum };

/** Two operands of a common shape `size`; a stride of 0 repeats an operand along that axis. */
struct Broadcast {
  std::array<int64_t, 3> size, strideA, strideB;
};

/** out[i, j, k] = operation(a[…], b[…]); `out` is contiguous */
void binary(Binary, const float* a, const float* b, float* out, const Broadcast&);
/** @param low, high bounds of kClip */
void unary(Unary, const float* x, float* out, int64_t count, float low, float high);
/** out[o, i] = reduction over n of x[o, n, i] */
void reduce(Context&, Reduction, const float* x, float* out, int64_t outer, int64_t count,
            int64_t inner);
/** Softmax of each row, or its logarithm. */
void softmax(const float* x, float* out, int64_t rows, int64_t columns, bool logarithm);
/** dz = dy where y > 0, else 0; sums[c] = sum over r of dz[r, c]: a ReLU's and a bias's gradient. */
void reluGradientAndSum(Context&, const float* dy, const float* y, float* dz, float* sums,
                        int64_t rows, int64_t columns);
/** out[i] = bytes[i] / 255 */
void scaleBytes(const uint8_t* bytes, float* out, int64_t count);

/** One variable of an Adam step. */
struct AdamParameter {
  float* variable;
  const float* gradient;
  float* m;
  float* v;
  int64_t count;
};

struct AdamSettings {
  double learningRate, beta1, beta2, epsilon, correction1, correction2, maxGradientNorm;
  bool globalClipping;
};

/** One step's factors for one variable, from {@link adamStep}. */
struct AdamStep {
  float beta1, beta2, stepSize, epsilon;
  /** Of the gradient and of its square, clipping included. */
  float scale1, scale2;
};

/** @param norm of the gradient that is clipped */
AdamStep adamStep(const AdamSettings&, double norm);
/** Updates the moments and the variable; one thread. */
void adamRange(const AdamStep&, const float* gradient, float* variable, float* m, float* v,
               int64_t count);
/** Sum of squares: float32 within a block of 1,024, double across blocks; one thread. */
double sumOfSquares(const float* x, int64_t count);
/** Clips, updates the moments and the variables; returns the global norm before clipping. */
double clippedAdam(const std::vector<AdamParameter>&, const AdamSettings&);

/** Numbers that ask for one primitive: kind, 13 sizes (matrix product: m, k, n, flags), ReLU, bias. */
constexpr size_t kRequestSize = 16;

/**
 * Builds every way to compute the primitives: arrays as we keep them, or as oneDNN likes them best.
 * @returns for each candidate, in the order of its times, which request it is for
 */
std::vector<int> preparePrimitiveBenchmark(Context&, const int* requests, size_t count);
/** Runs each candidate once; `count` times in milliseconds. */
void runPrimitiveBenchmark(Context&, double* milliseconds, size_t count);
void endPrimitiveBenchmark(Context&);

}  // namespace mario

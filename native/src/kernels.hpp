// The kernels: plain functions on raw float32 arrays. Callers have checked every length.
#pragma once

#include <cstdint>
#include <vector>

#include "context.hpp"

namespace mario {

enum PrimitiveKind : int { kForward = 1, kBackwardData, kBackwardWeights, kMatrixProduct };

/** y = relu?(convolution(x, w) + bias?); NHWC and HWIO, `bias` may be null. */
void convolutionForward(Context&, const ConvolutionShape&, const float* x, const float* w,
                        const float* bias, float* y, bool relu);
/** dx = gradient of the convolution with respect to x. */
void convolutionBackwardData(Context&, const ConvolutionShape&, const float* dy, const float* w,
                             float* dx);
/** dw = gradient with respect to w; dbias, if not null, that with respect to the bias. */
void convolutionBackwardWeights(Context&, const ConvolutionShape&, const float* x,
                                const float* dy, float* dw, float* dbias);

/** c[m, n] = relu?(op(a) · op(b) + bias?), row-major; `bias` (n values) may be null. */
void matrixProduct(Context&, int m, int k, int n, const float* a, bool transposeA, const float* b,
                   bool transposeB, const float* bias, float* c, bool relu);

enum class Binary : int { kAdd, kSubtract, kMultiply, kReluGradient };
enum class Unary : int { kRelu, kStep, kSquare };

void binary(Binary, const float* a, const float* b, float* out, int64_t count);
void unary(Unary, const float* x, float* out, int64_t count);
/** out[r, c] = x[r, c] + bias[c] */
void biasAdd(const float* x, const float* bias, float* out, int64_t rows, int64_t columns);
/** out[c] = sum over r of x[r, c] */
void sumRows(Context&, const float* x, float* out, int64_t rows, int64_t columns);
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

/** Clips, updates the moments and the variables; returns the global norm before clipping. */
double clippedAdam(const std::vector<AdamParameter>&, const AdamSettings&);

}  // namespace mario

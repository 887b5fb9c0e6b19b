#include <cmath>

#include "kernels.hpp"
#include "parallel.hpp"

namespace mario {
namespace {

constexpr int64_t kGrain = 1 << 14;

/** Sum of squares: float32 within a block of 1,024, double across blocks; the same at any thread count. */
double sumOfSquares(const float* x, int64_t count, std::vector<double>& partial) {
  partial.assign(size_t((count + kGrain - 1) / kGrain), 0.0);
  parallelChunks(count, kGrain, [&](int64_t begin, int64_t end) {
    double sum = 0;
    for (int64_t block = begin; block < end; block += 1024) {
      const int64_t stop = block + 1024 < end ? block + 1024 : end;
      float lanes = 0;
#pragma omp simd reduction(+ : lanes)
      for (int64_t i = block; i < stop; i++) lanes += x[i] * x[i];
      sum += lanes;
    }
    partial[size_t(begin / kGrain)] = sum;
  });
  double total = 0;
  for (const double sum : partial) total += sum;
  return total;
}

}  // namespace

double clippedAdam(const std::vector<AdamParameter>& parameters, const AdamSettings& settings) {
  std::vector<double> partial, norms;
  double squaredNorm = 0;
  for (const auto& parameter : parameters) {
    const double sum = sumOfSquares(parameter.gradient, parameter.count, partial);
    norms.push_back(std::sqrt(sum));
    squaredNorm += sum;
  }
  const double globalNorm = std::sqrt(squaredNorm);
  if (!std::isfinite(globalNorm)) return globalNorm;

  const float beta1 = float(settings.beta1), beta2 = float(settings.beta2);
  const float stepSize = float(settings.learningRate * std::sqrt(settings.correction2) /
                               settings.correction1);
  const float epsilon = float(settings.epsilon * std::sqrt(settings.correction2));
  // Backwards: what the norms have read last may still be in the cache.
  for (size_t p = parameters.size(); p-- > 0;) {
    const AdamParameter& parameter = parameters[p];
    const double norm = settings.globalClipping ? globalNorm : norms[p];
    const double scale = norm > settings.maxGradientNorm ? settings.maxGradientNorm / norm : 1.0;
    const float scale1 = float(scale * (1 - settings.beta1));
    const float scale2 = float(scale * scale * (1 - settings.beta2));
    parallelChunks(parameter.count, kGrain, [&](int64_t begin, int64_t end) {
      float* __restrict variable = parameter.variable;
      const float* __restrict gradient = parameter.gradient;
      float* __restrict m = parameter.m;
      float* __restrict v = parameter.v;
#pragma omp simd
      for (int64_t i = begin; i < end; i++) {
        const float g = gradient[i];
        const float nextM = beta1 * m[i] + scale1 * g;
        const float nextV = beta2 * v[i] + scale2 * g * g;
        m[i] = nextM;
        v[i] = nextV;
        variable[i] -= stepSize * nextM / (std::sqrt(nextV) + epsilon);
      }
    });
  }
  return globalNorm;
}

}  // namespace mario

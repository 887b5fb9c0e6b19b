#include <cmath>

#include "kernels.hpp"
#include "parallel.hpp"

namespace mario {
namespace {

constexpr int64_t kGrain = 1 << 14;

/** The same at any thread count. */
double sumInPieces(const float* x, int64_t count, std::vector<double>& partial) {
  partial.assign(size_t((count + kGrain - 1) / kGrain), 0.0);
  parallelChunks(count, kGrain, [&](int64_t begin, int64_t end) {
    partial[size_t(begin / kGrain)] = sumOfSquares(x + begin, end - begin);
  });
  double total = 0;
  for (const double sum : partial) total += sum;
  return total;
}

}  // namespace

double sumOfSquares(const float* x, int64_t count) {
  double sum = 0;
  for (int64_t block = 0; block < count; block += 1024) {
    const int64_t stop = block + 1024 < count ? block + 1024 : count;
    float lanes = 0;
#pragma omp simd reduction(+ : lanes)
    for (int64_t i = block; i < stop; i++) lanes += x[i] * x[i];
    sum += lanes;
  }
  return sum;
}

AdamStep adamStep(const AdamSettings& settings, double norm) {
  const double scale = norm > settings.maxGradientNorm ? settings.maxGradientNorm / norm : 1.0;
  const double root = std::sqrt(settings.correction2);
  return {float(settings.beta1),
          float(settings.beta2),
          float(settings.learningRate * root / settings.correction1),
          float(settings.epsilon * root),
          float(scale * (1 - settings.beta1)),
          float(scale * scale * (1 - settings.beta2))};
}

void adamRange(const AdamStep& step, const float* __restrict gradient, float* __restrict variable,
               float* __restrict m, float* __restrict v, int64_t count) {
  const auto [beta1, beta2, stepSize, epsilon, scale1, scale2] = step;
#pragma omp simd
  for (int64_t i = 0; i < count; i++) {
    const float g = gradient[i];
    const float nextM = beta1 * m[i] + scale1 * g;
    const float nextV = beta2 * v[i] + scale2 * g * g;
    m[i] = nextM;
    v[i] = nextV;
    variable[i] -= stepSize * nextM / (std::sqrt(nextV) + epsilon);
  }
}

double clippedAdam(const std::vector<AdamParameter>& parameters, const AdamSettings& settings) {
  std::vector<double> partial, norms;
  double squaredNorm = 0;
  for (const auto& parameter : parameters) {
    const double sum = sumInPieces(parameter.gradient, parameter.count, partial);
    norms.push_back(std::sqrt(sum));
    squaredNorm += sum;
  }
  const double globalNorm = std::sqrt(squaredNorm);
  if (!std::isfinite(globalNorm)) return globalNorm;
  // Backwards: what the norms have read last may still be in the cache.
  for (size_t p = parameters.size(); p-- > 0;) {
    const AdamParameter& parameter = parameters[p];
    const AdamStep step = adamStep(settings, settings.globalClipping ? globalNorm : norms[p]);
    parallelChunks(parameter.count, kGrain, [&](int64_t begin, int64_t end) {
      adamRange(step, parameter.gradient + begin, parameter.variable + begin, parameter.m + begin,
                parameter.v + begin, end - begin);
    });
  }
  return globalNorm;
}

}  // namespace mario

#include <cmath>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

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

#if defined(__AVX512F__)
/*
 * Square root and division take most of Adam's time where it is not memory's. Both from estimates of
 * 14 bits and one step of Newton's method: right to the last bit or two.
 */

__m512 squareRoot(__m512 x) {
  const __m512 estimate = _mm512_rsqrt14_ps(x);
  const __m512 half = _mm512_mul_ps(_mm512_mul_ps(_mm512_set1_ps(0.5f), x), estimate);
  const __m512 correction = _mm512_fnmadd_ps(half, estimate, _mm512_set1_ps(1.5f));
  const __m512 root = _mm512_mul_ps(_mm512_mul_ps(x, estimate), correction);
  // 0 and infinity are their own roots; of both the estimate is useless. NaN stays NaN.
  const __mmask16 ordinary = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ) &
                             _mm512_cmp_ps_mask(x, _mm512_set1_ps(HUGE_VALF), _CMP_LT_OQ);
  return _mm512_mask_mov_ps(x, ordinary, root);
}

__m512 quotient(__m512 a, __m512 b) { return _mm512_div_ps(a, b); }
#endif

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
  // Not as a structured binding: clang knows none inside OpenMP's regions.
  const float beta1 = step.beta1, beta2 = step.beta2, stepSize = step.stepSize,
              epsilon = step.epsilon, scale1 = step.scale1, scale2 = step.scale2;
  int64_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= count; i += 16) {
    const __m512 g = _mm512_loadu_ps(gradient + i);
    const __m512 nextM = _mm512_fmadd_ps(_mm512_set1_ps(scale1), g,
                                         _mm512_mul_ps(_mm512_set1_ps(beta1), _mm512_loadu_ps(m + i)));
    const __m512 nextV =
        _mm512_fmadd_ps(_mm512_mul_ps(_mm512_set1_ps(scale2), g), g,
                        _mm512_mul_ps(_mm512_set1_ps(beta2), _mm512_loadu_ps(v + i)));
    _mm512_storeu_ps(m + i, nextM);
    _mm512_storeu_ps(v + i, nextV);
    const __m512 divisor = _mm512_add_ps(squareRoot(nextV), _mm512_set1_ps(epsilon));
    const __m512 way = _mm512_mul_ps(_mm512_set1_ps(stepSize), quotient(nextM, divisor));
    _mm512_storeu_ps(variable + i, _mm512_sub_ps(_mm512_loadu_ps(variable + i), way));
  }
#endif
#pragma omp simd
  for (int64_t j = i; j < count; j++) {
    const float g = gradient[j];
    const float nextM = beta1 * m[j] + scale1 * g;
    const float nextV = beta2 * v[j] + scale2 * g * g;
    m[j] = nextM;
    v[j] = nextV;
    variable[j] -= stepSize * nextM / (std::sqrt(nextV) + epsilon);
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

// Vectors of floats as wide as the processor has registers for, in plain arithmetic.
#pragma once

#include <cstdint>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace mario {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
/** Read and written anywhere: arrays may begin off a register's boundary. */
typedef float Lanes __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));

inline Lanes loadLanes(const float* from) { return *reinterpret_cast<const Lanes*>(from); }
inline void storeLanes(float* to, Lanes values) { *reinterpret_cast<Lanes*>(to) = values; }

/** out[i] = bytes[i] · factor, of 16. */
inline void scale16(const uint8_t* bytes, float factor, float* out) {
#if defined(__AVX512F__)
  // The compiler's own way goes through 16 bits and narrow registers.
  const __m128i values = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m512 floats = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(values));
  _mm512_storeu_ps(out, _mm512_mul_ps(floats, _mm512_set1_ps(factor)));
#else
#pragma omp simd
  for (int i = 0; i < 16; i++) out[i] = float(bytes[i]) * factor;
#endif
}

}  // namespace mario

// What primitives multiply: float32, or rounded to bfloat16, the upper half of a float32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "context.hpp"
#include "lanes.hpp"

namespace mario {

using Bfloat = uint16_t;

/** To the nearest, ties to even; NaN stays NaN. Vectors, below, make denormals 0; this does not. */
inline Bfloat toBfloat(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const bool nan = (bits & 0x7fffffff) > 0x7f800000;
  return Bfloat(nan ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline void toBfloats(const float* from, Bfloat* to, size_t count) {
  size_t i = 0;
#if defined(__AVX512BF16__) && defined(__AVX512F__)
  for (; i + 32 <= count; i += 32) {
    const __m512 low = _mm512_loadu_ps(from + i), high = _mm512_loadu_ps(from + i + 16);
    const __m512bh both = _mm512_cvtne2ps_pbh(high, low);
    std::memcpy(to + i, &both, sizeof both);
  }
#endif
  for (; i < count; i++) to[i] = toBfloat(from[i]);
}

/** Factors of one kind. */
struct FactorKind {
  bool bf16;

  size_t bytes() const { return bf16 ? sizeof(Bfloat) : sizeof(float); }
  dnnl::memory::data_type type() const {
    return bf16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
  }
  /** Room for so many. */
  void* room(AlignedBuffer& buffer, size_t count) const {
    return buffer.floats(bf16 ? (count + 1) / 2 : count);
  }
  /** The array from a place on. */
  const void* at(const void* factors, size_t index) const {
    return static_cast<const char*>(factors) + index * bytes();
  }
  void* at(void* factors, size_t index) const {
    return static_cast<char*>(factors) + index * bytes();
  }
  float floatAt(const void* factors, size_t index) const {
    if (!bf16) return static_cast<const float*>(factors)[index];
    const uint32_t bits = uint32_t(static_cast<const Bfloat*>(factors)[index]) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  /** Floats as factors: themselves, or rounded into the buffer. */
  const void* of(const float* values, size_t count, AlignedBuffer& buffer) const {
    if (!bf16) return values;
    auto* rounded = static_cast<Bfloat*>(room(buffer, count));
    toBfloats(values, rounded, count);
    return rounded;
  }
  /** Keeps values of `floats`, from a place on, as factors in `rounded`, unless they are factors. */
  void keep(const AlignedBuffer& floats, AlignedBuffer& rounded, size_t begin, size_t count) const {
    if (!bf16) return;
    toBfloats(floats.data() + begin, static_cast<Bfloat*>(at(rounded.data(), begin)), count);
  }
  /** Where {@link keep} has them. */
  const void* kept(const AlignedBuffer& floats, const AlignedBuffer& rounded) const {
    return (bf16 ? rounded : floats).data();
  }
};

constexpr FactorKind kFloats{false};

}  // namespace mario

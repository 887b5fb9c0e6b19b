// What one Node environment (main thread or worker thread) owns: nothing is shared between them.
#pragma once

#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "dnnl_compat.hpp"

namespace mario {

/** Memory on a cache line's boundary; grows, and keeps what it has. Contents are not preserved. */
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  ~AlignedBuffer() { std::free(data_); }
  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer(AlignedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), capacity_(std::exchange(other.capacity_, 0)) {}
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;

  float* floats(size_t count) {
    if (count > capacity_) {
      std::free(data_);
      data_ = nullptr;
      capacity_ = 0;
      const size_t bytes = (count * sizeof(float) + 63) / 64 * 64;
      data_ = static_cast<float*>(std::aligned_alloc(64, bytes));
      if (data_ == nullptr) throw std::bad_alloc();
      capacity_ = count;
    }
    return data_;
  }
  float* data() const { return data_; }

 private:
  float* data_ = nullptr;
  size_t capacity_ = 0;
};

/** A convolution's sizes, as TypeScript sends them (Int32Array, in this order). */
struct ConvolutionShape {
  int batch, inHeight, inWidth, inChannels;
  int outHeight, outWidth, outChannels;
  int kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft;
};

/** A primitive's identity: its kind and up to 15 sizes and flags. */
using PrimitiveKey = std::array<int, 16>;

/**
 * Which weights an array holds, as TypeScript tells: as long as id and version are the same, so are
 * the values. Id 0: unknown, nothing is kept of them.
 */
struct WeightsVersion {
  int id = 0, version = 0;
};

/** Weights in the layout of some primitive, and the version that they were copied from. */
struct ArrangedWeights {
  dnnl::memory memory;
  int version;
};

/** Base of everything cached per shape. */
struct CachedPrimitive {
  virtual ~CachedPrimitive() = default;
};

struct Context {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::map<PrimitiveKey, std::unique_ptr<CachedPrimitive>> primitives;
  /** By the weights' id: one entry for each layout that a primitive wanted. */
  std::map<int, std::vector<ArrangedWeights>> arrangedWeights;
  /** Convolutions and matrix products in bfloat16, sums in float32: see kernels.hpp. */
  bool bf16 = false;
  /** Rearranged activations and weights of the call in progress. */
  AlignedBuffer activations;
  AlignedBuffer weights;
  int threads = 0;
  /** Networks that are updated natively, by the number that TypeScript knows them by. */
  std::map<int, std::unique_ptr<CachedPrimitive>> updates;
  int lastUpdate = 0;

  /** The cached primitive for a key, built on first use. */
  template <class Primitive, class Build>
  Primitive& primitive(const PrimitiveKey& key, const Build& build) {
    auto found = primitives.find(key);
    if (found == primitives.end()) found = primitives.emplace(key, build()).first;
    return static_cast<Primitive&>(*found->second);
  }
};

}  // namespace mario

// Weights of a convolution between our order and that of a primitive.
#pragma once

#include "factors.hpp"

namespace mario {

/** Where each weight of a convolution is in the layout that some primitive wants. */
class Arrangement {
 public:
  Arrangement() = default;
  /**
   * @param given the convolution as the network has it, its weights HWIO
   * @param rearranged whether the primitive computes it over blocks of pixels (space to depth)
   * @param wanted the primitive's layout; fewer than 2^24 weights
   * @param kind that layout's
   */
  Arrangement(const dnnl::engine&, const ConvolutionShape& given, bool rearranged,
              const dnnl::memory::desc& wanted, FactorKind kind);

  /** Values in the primitive's layout, padding included. */
  size_t size() const { return arranged_; }
  /** HWIO to the primitive's layout, of the kind that it was made for. */
  void arrange(const float* plain, void* arranged) const;
  /** The primitive's layout to HWIO, both float32. */
  void restore(const float* arranged, float* plain) const;

 private:
  FactorKind kind_ = kFloats;
  /** Neighbours that stay neighbours: copied together. */
  size_t run_ = 1;
  size_t arranged_ = 0;
  /** Of each run in the primitive's layout: where it is in HWIO, or -1 for padding. */
  std::vector<int> from_;
};

}  // namespace mario

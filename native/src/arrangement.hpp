// Weights of a convolution between our order and that of a primitive.
#pragma once

#include "context.hpp"

namespace mario {

/** Where each weight of a convolution is in the layout that some primitive wants. */
class Arrangement {
 public:
  Arrangement() = default;
  /**
   * @param given the convolution as the network has it, its weights HWIO
   * @param rearranged whether the primitive computes it over blocks of pixels (space to depth)
   * @param wanted the primitive's layout; at most 2^24 weights
   */
  Arrangement(const dnnl::engine&, const ConvolutionShape& given, bool rearranged,
              const dnnl::memory::desc& wanted);

  /** Values in the primitive's layout, padding included. */
  size_t size() const { return arranged_; }
  /** HWIO to the primitive's layout. */
  void arrange(const float* plain, float* arranged) const;
  /** The primitive's layout to HWIO. */
  void restore(const float* arranged, float* plain) const;

 private:
  /** Neighbours that stay neighbours: copied together. */
  size_t run_ = 1;
  size_t arranged_ = 0;
  /** Of each run in the primitive's layout: where it is in HWIO, or -1 for padding. */
  std::vector<int> from_;
};

}  // namespace mario

// A convolution as oneDNN is told of it: geometry, and the layouts of its arrays.
#pragma once

#include <cstring>

#include "context.hpp"

namespace mario {

inline int64_t inputRows(const ConvolutionShape& s) {
  return int64_t(s.outHeight - 1) * s.strideHeight + s.kernelHeight;
}

inline int64_t inputColumns(const ConvolutionShape& s) {
  return int64_t(s.outWidth - 1) * s.strideWidth + s.kernelWidth;
}

inline ConvolutionGeometry geometryOf(const ConvolutionShape& s) {
  // "valid" may leave rows unread at the end: that is no negative padding.
  const auto atLeast0 = [](int64_t value) { return value < 0 ? 0 : value; };
  return {{s.strideHeight, s.strideWidth},
          {s.padTop, s.padLeft},
          {atLeast0(inputRows(s) - s.inHeight - s.padTop),
           atLeast0(inputColumns(s) - s.inWidth - s.padLeft)}};
}

/*
 * oneDNN's fast convolutions need channels in multiples of their vector length; with 4 of them it
 * falls back to a general one, six times slower. A convolution whose kernel is a multiple of its
 * stride is the same as one with stride 1 over blocks of stride × stride pixels taken as channels
 * ("space to depth"): 84×84×4 under 8×8 stride 4 becomes 22×22×64 under 2×2 stride 1.
 */
inline bool usesSpaceToDepth(const ConvolutionShape& s) {
  const int stride = s.strideHeight;
  return stride > 1 && s.strideWidth == stride && s.inChannels < 16 &&
         s.kernelHeight % stride == 0 && s.kernelWidth % stride == 0 &&
         s.inChannels * stride * stride % 8 == 0;
}

inline ConvolutionShape spaceToDepthShape(const ConvolutionShape& s) {
  const int stride = s.strideHeight;
  ConvolutionShape blocks = s;
  blocks.kernelHeight = s.kernelHeight / stride;
  blocks.kernelWidth = s.kernelWidth / stride;
  blocks.inHeight = s.outHeight - 1 + blocks.kernelHeight;
  blocks.inWidth = s.outWidth - 1 + blocks.kernelWidth;
  blocks.inChannels = s.inChannels * stride * stride;
  blocks.strideHeight = blocks.strideWidth = 1;
  blocks.padTop = blocks.padLeft = 0;
  return blocks;
}

/** Calls `copy(offset in HWIO, offset in the block layout)` for each run of `outChannels`. */
template <class Copy>
void forEachKernelRun(const ConvolutionShape& s, const Copy& copy) {
  const int stride = s.strideHeight;
  const int blocksAcross = s.kernelWidth / stride;
  int64_t plain = 0;
  for (int h = 0; h < s.kernelHeight; h++) {
    for (int w = 0; w < s.kernelWidth; w++) {
      const int64_t block = int64_t(h / stride) * blocksAcross + w / stride;
      const int64_t pixel = int64_t(h % stride) * stride + w % stride;
      for (int c = 0; c < s.inChannels; c++, plain += s.outChannels) {
        const int64_t channel = (block * stride * stride + pixel) * s.inChannels + c;
        copy(plain, channel * s.outChannels);
      }
    }
  }
}

/** Whether oneDNN has code of its own for a case, or only a general way. */
inline bool isFast(const char* implementation) {
  return std::strncmp(implementation, "jit", 3) == 0 || std::strncmp(implementation, "brg", 3) == 0;
}

/** Descriptions of a convolution's arrays: ours (`plain…`) and those for oneDNN to compute with. */
struct Descriptions {
  dnnl::memory::desc plainSource, plainWeights, plainDestination;
  dnnl::memory::desc source, weights, diffWeights, bias, destination;

  /** @param layout of activations; `any`: oneDNN's choice */
  explicit Descriptions(const ConvolutionShape& s, bool bf16,
                        dnnl::memory::format_tag layout = dnnl::memory::format_tag::nhwc) {
    using Tag = dnnl::memory::format_tag;
    using Type = dnnl::memory::data_type;
    const dnnl::memory::dims sourceDims{s.batch, s.inChannels, s.inHeight, s.inWidth};
    const dnnl::memory::dims weightsDims{s.outChannels, s.inChannels, s.kernelHeight,
                                         s.kernelWidth};
    const dnnl::memory::dims destinationDims{s.batch, s.outChannels, s.outHeight, s.outWidth};
    const Type type = bf16 ? Type::bf16 : Type::f32;
    plainSource = {sourceDims, Type::f32, Tag::nhwc};
    plainWeights = {weightsDims, Type::f32, Tag::hwio};
    plainDestination = {destinationDims, Type::f32, Tag::nhwc};
    source = {sourceDims, type, layout};
    destination = {destinationDims, type, layout};
    // oneDNN chooses the weights' layout: reordering them costs microseconds, and its fast kernels
    // want blocks.
    weights = {weightsDims, type, Tag::any};
    // Their gradient is a sum over the batch: in float32.
    diffWeights = {weightsDims, Type::f32, Tag::any};
    bias = {{s.outChannels}, Type::f32, Tag::x};
  }
};

}  // namespace mario

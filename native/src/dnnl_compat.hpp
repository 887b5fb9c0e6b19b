// oneDNN 2.6+ and 3.x behind one set of functions: version 3 has no operation descriptors.
#pragma once

#include <dnnl.hpp>

namespace mario {

#if DNNL_VERSION_MAJOR < 2 || (DNNL_VERSION_MAJOR == 2 && DNNL_VERSION_MINOR < 6)
#error "oneDNN 2.6 or newer is needed"
#endif

/** Spatial parameters of a convolution, in oneDNN's order: height, width. */
struct ConvolutionGeometry {
  dnnl::memory::dims strides;
  dnnl::memory::dims paddingBegin;
  dnnl::memory::dims paddingEnd;
};

/** Adds to what is there already, then takes the ReLU, if asked to. */
inline dnnl::primitive_attr attributesOf(bool addTo, bool relu) {
  dnnl::primitive_attr attributes;
  dnnl::post_ops operations;
  if (addTo) operations.append_sum(1.f);
#if DNNL_VERSION_MAJOR >= 3
  if (relu) operations.append_eltwise(dnnl::algorithm::eltwise_relu, 0.f, 0.f);
#else
  if (relu) operations.append_eltwise(1.f, dnnl::algorithm::eltwise_relu, 0.f, 0.f);
#endif
  attributes.set_post_ops(operations);
  return attributes;
}

inline dnnl::primitive_attr reluAfter(bool relu) { return attributesOf(false, relu); }

/** @param bias a zero memory descriptor where there is none */
inline dnnl::convolution_forward::primitive_desc convolutionForward(
    const dnnl::engine& engine, dnnl::prop_kind kind, const dnnl::memory::desc& source,
    const dnnl::memory::desc& weights, const dnnl::memory::desc& bias,
    const dnnl::memory::desc& destination, const ConvolutionGeometry& geometry,
    const dnnl::primitive_attr& attributes = {}) {
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto& [strides, begin, end] = geometry;
#if DNNL_VERSION_MAJOR >= 3
  return {engine,      kind,    algorithm, source, weights,   bias,
          destination, strides, begin,     end,    attributes};
#else
  const dnnl::convolution_forward::desc description(kind, algorithm, source, weights, bias,
                                                    destination, strides, begin, end);
  return {description, attributes, engine};
#endif
}

inline dnnl::convolution_backward_data::primitive_desc convolutionBackwardData(
    const dnnl::engine& engine, const dnnl::memory::desc& source,
    const dnnl::memory::desc& weights, const dnnl::memory::desc& destination,
    const ConvolutionGeometry& geometry, const dnnl::convolution_forward::primitive_desc& forward,
    const dnnl::primitive_attr& attributes = {}) {
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto& [strides, begin, end] = geometry;
#if DNNL_VERSION_MAJOR >= 3
  return {engine,  algorithm, source, weights, destination,
          strides, begin,     end,    forward, attributes};
#else
  const dnnl::convolution_backward_data::desc description(algorithm, source, weights, destination,
                                                          strides, begin, end);
  return {description, attributes, engine, forward};
#endif
}

inline dnnl::convolution_backward_weights::primitive_desc convolutionBackwardWeights(
    const dnnl::engine& engine, const dnnl::memory::desc& source,
    const dnnl::memory::desc& weights, const dnnl::memory::desc& bias,
    const dnnl::memory::desc& destination, const ConvolutionGeometry& geometry,
    const dnnl::convolution_forward::primitive_desc& forward,
    const dnnl::primitive_attr& attributes = {}) {
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto& [strides, begin, end] = geometry;
#if DNNL_VERSION_MAJOR >= 3
  return {engine,  algorithm, source, weights, bias, destination,
          strides, begin,     end,    forward, attributes};
#else
  const dnnl::convolution_backward_weights::desc description(algorithm, source, weights, bias,
                                                             destination, strides, begin, end);
  return {description, attributes, engine, forward};
#endif
}

/** @param bias a zero memory descriptor where there is none */
inline dnnl::matmul::primitive_desc matrixProduct(const dnnl::engine& engine,
                                                  const dnnl::memory::desc& a,
                                                  const dnnl::memory::desc& b,
                                                  const dnnl::memory::desc& bias,
                                                  const dnnl::memory::desc& c,
                                                  const dnnl::primitive_attr& attributes = {}) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, a, b, bias, c, attributes};
#else
  const dnnl::matmul::desc description(a, b, bias, c);
  return {description, attributes, engine};
#endif
}

}  // namespace mario

// One convolution of a network whose minibatch is computed in pieces, each by one thread.
#pragma once

#include "arrangement.hpp"
#include "operation.hpp"

namespace mario {

/** Convolution, bias and ReLU, and its gradients, on pieces of a minibatch. NHWC. */
class ConvolutionLayer {
 public:
  /**
   * @param given as the network has it; its batch is not looked at
   * @param rows in a piece, and in the last, shorter one
   * @param kind of the factors: input, weights, gradients of the output
   * @param first its input is the observations: it may want blocks, and needs no gradient
   * @param last its output is float32, others' the next one's factors
   */
  ConvolutionLayer(const dnnl::engine&, const ConvolutionShape& given, std::vector<int> rows,
                   int threads, FactorKind kind, bool first, bool last);

  /** Whether its input is to be in blocks of pixels. */
  bool rearranged() const { return rearranged_; }
  /** Values of one row. */
  size_t inputSize() const;
  size_t outputSize() const;

  const Arrangement& forwardWeights() const { return forwardWeights_; }
  const Arrangement& backwardWeights() const { return backwardWeights_; }
  const Arrangement& weightsGradient() const { return weightsGradient_; }

  /** y = relu(convolution(x, w) + bias); `w` as {@link forwardWeights} has it */
  void forward(int thread, int rows, const void* x, const void* w, const float* bias, void* y);
  /** dx, factors, from the gradient before the ReLU; `w` as {@link backwardWeights} has it */
  void backwardData(int thread, int rows, const void* dz, const void* w, void* dx);
  /** dw as {@link weightsGradient} has it, and dbias: sums over the rows of the piece, float32 */
  void backwardWeights(int thread, int rows, const void* x, const void* dz, float* dw,
                       float* dbias);

 private:
  /** For one thread. */
  struct Operations {
    dnnl::stream stream;
    Operation forward, backwardWeights;
    std::optional<Operation> backwardData;
  };
  Operations build(const dnnl::engine&, int rows) const;
  Operations& of(int thread, int rows) { return operations_.at({thread, rows}); }

  ConvolutionShape shape_;
  FactorKind kind_;
  bool rearranged_, first_, last_;
  Arrangement forwardWeights_, backwardWeights_, weightsGradient_;
  dnnl::memory::desc forwardWeightsDesc_, backwardWeightsDesc_, weightsGradientDesc_;
  std::map<std::pair<int, int>, Operations> operations_;
};

}  // namespace mario

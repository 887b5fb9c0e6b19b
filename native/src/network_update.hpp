// One update of a DQN network in two calls: forward passes, then gradient and Adam.
#pragma once

#include "convolution_layer.hpp"
#include "kernels.hpp"
#include "matrix_products.hpp"

namespace mario {

/** Rows of outputs that are computed together. */
constexpr int kOutputRows = 16;

inline int divideUp(int a, int b) { return (a + b - 1) / b; }

/** Convolutions with ReLU, one hidden layer with ReLU and a linear output; dueling: two of those. */
struct NetworkShape {
  /** Sizes as TypeScript sends them; their batch is not looked at. */
  std::vector<ConvolutionShape> convolutions;
  int hiddenUnits, actionCount, atoms;
  bool dueling;

  int streams() const { return dueling ? 2 : 1; }
  int outputs() const { return actionCount * atoms; }
  /** Of the advantage stream, which without dueling is all there is, or of the value stream. */
  int streamOutputs(int stream) const { return stream == 0 ? outputs() : atoms; }
};

/** A forward pass of a minibatch through one of the networks. */
struct Pass {
  enum Network : int { kOnline, kTarget };
  int network;
  /** `[batch, height, width, channels]` */
  const uint8_t* observations;
};

/**
 * A thread takes a few observations through all convolutions, so that what lies between two of them
 * stays in its cache; dense layers are cut along their inputs. Every sum's order is a function of
 * the minibatch and the number of threads of the team, not of which thread did what.
 */
class NetworkUpdate : public CachedPrimitive {
 public:
  /** @param kind of the factors of convolutions and hidden layers; outputs are float32 throughout */
  NetworkUpdate(const dnnl::engine& engine, const NetworkShape& shape, FactorKind kind);

  /**
   * @param weights of each network: kernel and bias of each convolution, of the hidden layer, the
   * output, and if dueling of the value's two; those of a network without a pass may be left out
   * @param outputs `[passes, batch, outputs]`
   */
  void forward(int threads, int batch, const std::vector<Pass>& passes,
               const std::array<std::vector<const float*>, 2>& weights, float* outputs);

  /**
   * Follows the first pass of the last {@link forward}, which was the online network's.
   * @param parameters as the weights; their gradients are not looked at
   * @param gradient of the loss by the outputs of that pass
   * @returns the global norm before clipping; nothing has changed if it is not finite
   */
  double backward(const uint8_t* observations, const float* gradient,
                  const std::vector<AdamParameter>& parameters, const AdamSettings&);

 private:
  /** One network's part of a forward pass. */
  struct Activations {
    int rows = 0;
    AlignedBuffer features;
    /** The features as factors, if that is not what they are. */
    AlignedBuffer roundedFeatures;
    /** Of each stream: what the slices of features add to its hidden units; then its output. */
    AlignedBuffer partial[2], hidden[2];
    /** Of each convolution, as its primitives want it. */
    std::vector<AlignedBuffer> kernels = {};
  };
  /** Of one thread. */
  struct Scratch {
    explicit Scratch(const dnnl::engine& engine) : products(engine) {}
    MatrixProducts products;
    AlignedBuffer input, stream;
    /** Observations or a slice of a hidden kernel as factors, if they are not. */
    AlignedBuffer rounded;
    std::vector<AlignedBuffer> activations, gradients;
  };
  /** Rows of a minibatch that are computed together. */
  struct Piece {
    int first, count;
  };

  void prepare(int threads, int batch);
  void arrangeWeights(const std::array<std::vector<const float*>, 2>& weights);
  const void* scale(const uint8_t* observations, const Piece&, int thread);
  MatrixView hiddenKernel(const float* weights, int slice, int thread);
  void convolve(Activations&, const std::vector<const float*>& weights, const void* x,
                int firstRow, const Piece&, int thread, bool keep);
  void hiddenPart(Activations&, const std::vector<const float*>& weights, int stream, int slice,
                  int thread);
  void outputRows(Activations&, const std::vector<const float*>& weights, int row, int count,
                  int thread, float* outputs);
  void outputGradient(const std::vector<AdamParameter>&, const float* gradient, int row, int count,
                      int thread);
  void featureGradient(const std::vector<AdamParameter>&, int slice, int thread);
  void convolutionGradient(const uint8_t* observations, int piece, int thread);
  void sumConvolution(size_t layer);
  void denseNorms(int stream);
  void adam(const std::vector<AdamParameter>&, const AdamSettings&, double globalNorm);

  /** Index of a stream's hidden kernel among the weights; behind it bias, output's kernel and bias. */
  size_t firstOf(int stream) const { return 2 * shape_.convolutions.size() + 4 * size_t(stream); }
  Piece sliceOf(int slice) const;

  dnnl::engine engine_;
  NetworkShape shape_;
  FactorKind kind_;
  int threads_ = 0, batch_ = 0, features_ = 0, slices_ = 0;
  std::vector<Piece> pieces_;
  std::vector<std::unique_ptr<ConvolutionLayer>> layers_;
  std::vector<std::unique_ptr<Scratch>> scratch_;
  Activations networks_[2];
  /** Of the first pass: outputs of all convolutions but the last. */
  std::vector<AlignedBuffer> kept_;
  /** Of the online network's convolutions, as their backward primitives want it. */
  std::vector<AlignedBuffer> backwardKernels_;
  AlignedBuffer featureGradient_;
  /** Of each stream: gradients before the ReLU and of the output. */
  AlignedBuffer hiddenGradient_[2], outputGradient_[2];
  /** Two of them as factors, if they are not. */
  AlignedBuffer roundedFeatureGradient_, roundedHiddenGradient_[2];
  /** Of each convolution: the pieces' sums, one after the other, and their sum in HWIO. */
  std::vector<AlignedBuffer> kernelParts_, biasParts_, kernelGradients_;
  /** Of each dense bias. */
  std::vector<AlignedBuffer> biasGradients_;
  /** X Xᵀ of the features: of each slice, then of all. */
  std::vector<std::vector<double>> featureGrams_;
  std::vector<double> squaredNorms_;
};

}  // namespace mario

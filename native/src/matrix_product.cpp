#include "kernels.hpp"

namespace mario {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

struct MatrixProduct : CachedPrimitive {
  dnnl::matmul primitive;
  memory a, b, bias, c;

  MatrixProduct(const dnnl::engine& engine, const dnnl::matmul::primitive_desc& pd,
                const memory::desc& biasDesc)
      : primitive(pd),
        a(pd.src_desc(), engine, nullptr),
        b(pd.weights_desc(), engine, nullptr),
        bias(biasDesc, engine, nullptr),
        c(pd.dst_desc(), engine, nullptr) {}
};

memory::desc matrix(int rows, int columns, bool transposed) {
  return {{rows, columns}, memory::data_type::f32, transposed ? Tag::ba : Tag::ab};
}

}  // namespace

void matrixProduct(Context& context, int m, int k, int n, const float* a, bool transposeA,
                   const float* b, bool transposeB, const float* bias, float* c, bool relu) {
  const PrimitiveKey key{kMatrixProduct, m,    k, n, transposeA, transposeB,
                         bias != nullptr, relu};
  auto& cached = context.primitive<MatrixProduct>(key, [&] {
    const auto biasDesc = matrix(1, n, false);
    const auto pd =
        matrixProduct(context.engine, matrix(m, k, transposeA), matrix(k, n, transposeB),
                      bias ? biasDesc : memory::desc(), matrix(m, n, false), relu);
    return std::make_unique<MatrixProduct>(context.engine, pd, biasDesc);
  });
  cached.a.set_data_handle(const_cast<float*>(a));
  cached.b.set_data_handle(const_cast<float*>(b));
  cached.c.set_data_handle(c);
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, cached.a}, {DNNL_ARG_WEIGHTS, cached.b}, {DNNL_ARG_DST, cached.c}};
  if (bias) {
    cached.bias.set_data_handle(const_cast<float*>(bias));
    arguments.emplace(DNNL_ARG_BIAS, cached.bias);
  }
  cached.primitive.execute(context.stream, arguments);
  context.stream.wait();
}

}  // namespace mario

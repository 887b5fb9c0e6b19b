#include "kernels.hpp"
#include "operands.hpp"

namespace mario {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
using Type = memory::data_type;

struct MatrixProduct : CachedPrimitive {
  dnnl::matmul primitive;
  Input a, b;
  memory bias, c;

  MatrixProduct(const dnnl::engine& engine, const dnnl::matmul::primitive_desc& pd,
                const memory::desc& plainA, const memory::desc& plainB,
                const memory::desc& biasDesc)
      : primitive(pd),
        a(plainA, pd.src_desc(), engine),
        b(plainB, pd.weights_desc(), engine),
        bias(unbound(biasDesc, engine)),
        c(unbound(pd.dst_desc(), engine)) {}
};

memory::desc matrix(int rows, int columns, bool transposed, Type type = Type::f32) {
  return {{rows, columns}, type, transposed ? Tag::ba : Tag::ab};
}

/** With fewer rows, rounding the weights takes longer than their product. */
constexpr int kBf16Rows = 16;

}  // namespace

void matrixProduct(Context& context, const MatrixShape& shape, const float* a, const float* b,
                   const float* bias, float* c, bool relu) {
  const auto& [m, k, n, transposeA, transposeB, full] = shape;
  const bool bf16 = context.bf16 && !full && m >= kBf16Rows;
  const auto type = bf16 ? Type::bf16 : Type::f32;
  const PrimitiveKey key{kMatrixProduct, m,    k,    n, transposeA, transposeB,
                         bias != nullptr, relu, bf16};
  auto& cached = context.primitive<MatrixProduct>(key, [&] {
    const auto biasDesc = matrix(1, shape.n, false);
    const auto pd = matrixProduct(context.engine, matrix(shape.m, shape.k, shape.transposeA, type),
                                  matrix(shape.k, shape.n, shape.transposeB, type),
                                  bias ? biasDesc : memory::desc(),
                                  matrix(shape.m, shape.n, false), reluAfter(relu));
    return std::make_unique<MatrixProduct>(context.engine, pd,
                                           matrix(shape.m, shape.k, shape.transposeA),
                                           matrix(shape.k, shape.n, shape.transposeB), biasDesc);
  });
  bind(cached.c, c);
  std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, cached.a.bound(context, a)},
                                            {DNNL_ARG_WEIGHTS, cached.b.bound(context, b)},
                                            {DNNL_ARG_DST, cached.c}};
  if (bias) {
    bind(cached.bias, bias);
    arguments.emplace(DNNL_ARG_BIAS, cached.bias);
  }
  cached.primitive.execute(context.stream, arguments);
  context.stream.wait();
}

}  // namespace mario

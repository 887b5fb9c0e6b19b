// The Node-API surface. TypeScript (src/nn/onednn/native.ts) has checked types, lengths and bounds.
#define NAPI_VERSION 8
#include <napi.h>

#include <algorithm>
#include <string>

#include "kernels.hpp"
#include "network_update.hpp"
#include "parallel.hpp"

namespace {

using mario::Context;

/** Data of a Float32Array; null for null and undefined. */
float* floats(const Napi::Value& value) {
  return value.IsTypedArray() ? value.As<Napi::Float32Array>().Data() : nullptr;
}

int integer(const Napi::Value& value) { return value.As<Napi::Number>().Int32Value(); }
bool flag(const Napi::Value& value) { return value.As<Napi::Boolean>().Value(); }

mario::ConvolutionShape shapeOf(const Napi::Value& value) {
  const int32_t* s = value.As<Napi::Int32Array>().Data();
  return {s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12]};
}

/** Behind the sizes: which weights these are. */
mario::WeightsVersion versionOf(const Napi::Value& value) {
  const int32_t* s = value.As<Napi::Int32Array>().Data();
  return {s[13], s[14]};
}

Napi::Error failure(Napi::Env env, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, "oneDNN: " + message);
  error.Set("code", Napi::String::New(env, "ONEDNN_FAILED"));
  return error;
}

using Kernel = Napi::Value (*)(const Napi::CallbackInfo&, Context&);

/** Runs a kernel in a {@link mario::ComputeScope}, and turns oneDNN's failures into errors with a code. */
template <Kernel kernel>
Napi::Value call(const Napi::CallbackInfo& info) {
  const mario::ComputeScope scope;
  try {
    return kernel(info, *info.Env().GetInstanceData<Context>());
  } catch (const dnnl::error& error) {
    throw failure(info.Env(), std::string(error.what()) + " (status " + std::to_string(error.status) + ")");
  } catch (const std::bad_alloc&) {
    throw failure(info.Env(), "out of memory");
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    // What nobody catches would end the process.
    throw failure(info.Env(), error.what());
  }
}

Napi::Value describe(const Napi::CallbackInfo& info, Context& context) {
  const dnnl_version_t* version = dnnl_version();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("version", std::to_string(version->major) + "." + std::to_string(version->minor) +
                            "." + std::to_string(version->patch));
  result.Set("runtime", version->cpu_runtime == DNNL_RUNTIME_OMP   ? "OpenMP"
                        : version->cpu_runtime == DNNL_RUNTIME_TBB ? "TBB"
                        : version->cpu_runtime == DNNL_RUNTIME_SEQ ? "sequential"
                                                                   : "other");
  result.Set("isa", static_cast<double>(dnnl_get_effective_cpu_isa()));
  result.Set("threads", context.threads);
#ifdef _OPENMP
  result.Set("openmp", true);
#else
  result.Set("openmp", false);
#endif
  return result;
}

Napi::Value setThreads(const Napi::CallbackInfo& info, Context& context) {
  context.threads = integer(info[0]);
  mario::setThreads(context.threads);
  // Primitives are laid out for the thread count that they were built with.
  context.primitives.clear();
  context.arrangedWeights.clear();
  return info.Env().Undefined();
}

/** Floats to skip so that a view of an ArrayBuffer begins on a cache line. */
Napi::Value alignment(const Napi::CallbackInfo& info, Context&) {
  const auto address = reinterpret_cast<uintptr_t>(info[0].As<Napi::ArrayBuffer>().Data());
  return Napi::Number::New(info.Env(), static_cast<double>((64 - address % 64) % 64 / 4));
}

Napi::Value convolutionForward(const Napi::CallbackInfo& info, Context& context) {
  mario::convolutionForward(context, shapeOf(info[0]), floats(info[1]), floats(info[2]),
                            versionOf(info[0]), floats(info[3]), floats(info[4]), flag(info[5]));
  return info.Env().Undefined();
}

Napi::Value convolutionBackwardData(const Napi::CallbackInfo& info, Context& context) {
  mario::convolutionBackwardData(context, shapeOf(info[0]), floats(info[1]), floats(info[2]),
                                 versionOf(info[0]), floats(info[3]));
  return info.Env().Undefined();
}

Napi::Value convolutionBackwardWeights(const Napi::CallbackInfo& info, Context& context) {
  mario::convolutionBackwardWeights(context, shapeOf(info[0]), floats(info[1]), floats(info[2]),
                                    floats(info[3]), floats(info[4]));
  return info.Env().Undefined();
}

Napi::Value matrixProduct(const Napi::CallbackInfo& info, Context& context) {
  const int32_t* s = info[0].As<Napi::Int32Array>().Data();
  mario::matrixProduct(context, {s[0], s[1], s[2], s[3] != 0, s[4] != 0, s[5] != 0},
                       floats(info[1]), floats(info[2]), floats(info[3]), floats(info[4]),
                       flag(info[5]));
  return info.Env().Undefined();
}

/** Forgets what was kept of weights; 0: of all. */
Napi::Value forgetWeights(const Napi::CallbackInfo& info, Context& context) {
  const int id = integer(info[0]);
  if (id == 0) {
    context.arrangedWeights.clear();
  } else {
    context.arrangedWeights.erase(id);
  }
  return info.Env().Undefined();
}

/** bfloat16 on or off; primitives of either kind stay cached. */
Napi::Value setBf16(const Napi::CallbackInfo& info, Context& context) {
  context.bf16 = flag(info[0]);
  return info.Env().Undefined();
}

Napi::Value binary(const Napi::CallbackInfo& info, Context&) {
  const int32_t* d = info[4].As<Napi::Int32Array>().Data();
  mario::binary(static_cast<mario::Binary>(integer(info[0])), floats(info[1]), floats(info[2]),
                floats(info[3]),
                {{{d[0], d[1], d[2]}}, {{d[3], d[4], d[5]}}, {{d[6], d[7], d[8]}}});
  return info.Env().Undefined();
}

Napi::Value unary(const Napi::CallbackInfo& info, Context&) {
  auto out = info[2].As<Napi::Float32Array>();
  mario::unary(static_cast<mario::Unary>(integer(info[0])), floats(info[1]), out.Data(),
               static_cast<int64_t>(out.ElementLength()), info[3].As<Napi::Number>().FloatValue(),
               info[4].As<Napi::Number>().FloatValue());
  return info.Env().Undefined();
}

Napi::Value reduce(const Napi::CallbackInfo& info, Context& context) {
  const int32_t* size = info[3].As<Napi::Int32Array>().Data();
  mario::reduce(context, static_cast<mario::Reduction>(integer(info[0])), floats(info[1]),
                floats(info[2]), size[0], size[1], size[2]);
  return info.Env().Undefined();
}

Napi::Value softmax(const Napi::CallbackInfo& info, Context&) {
  const auto x = info[0].As<Napi::Float32Array>();
  const int64_t columns = integer(info[2]);
  mario::softmax(x.Data(), floats(info[1]), static_cast<int64_t>(x.ElementLength()) / columns,
                 columns, flag(info[3]));
  return info.Env().Undefined();
}

Napi::Value reluGradientAndSum(const Napi::CallbackInfo& info, Context& context) {
  const auto dy = info[0].As<Napi::Float32Array>();
  auto sums = info[3].As<Napi::Float32Array>();
  const auto columns = static_cast<int64_t>(sums.ElementLength());
  mario::reluGradientAndSum(context, dy.Data(), floats(info[1]), floats(info[2]), sums.Data(),
                            static_cast<int64_t>(dy.ElementLength()) / columns, columns);
  return info.Env().Undefined();
}

Napi::Value scaleBytes(const Napi::CallbackInfo& info, Context&) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  mario::scaleBytes(bytes.Data(), floats(info[1]), static_cast<int64_t>(bytes.ElementLength()));
  return info.Env().Undefined();
}

mario::AdamSettings adamSettings(const Napi::Value& value) {
  const double* s = value.As<Napi::Float64Array>().Data();
  return {s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] != 0};
}

Napi::Value clippedAdam(const Napi::CallbackInfo& info, Context&) {
  const auto arrays = info[0].As<Napi::Array>();
  std::vector<mario::AdamParameter> parameters;
  for (uint32_t i = 0; i < arrays.Length(); i += 4) {
    auto variable = arrays.Get(i).As<Napi::Float32Array>();
    parameters.push_back({variable.Data(), floats(arrays.Get(i + 1)), floats(arrays.Get(i + 2)),
                          floats(arrays.Get(i + 3)),
                          static_cast<int64_t>(variable.ElementLength())});
  }
  return Napi::Number::New(info.Env(), mario::clippedAdam(parameters, adamSettings(info[1])));
}

/** @param info [0] dueling, hidden units, actions, atoms, then 13 sizes of each convolution */
Napi::Value createUpdate(const Napi::CallbackInfo& info, Context& context) {
  const auto numbers = info[0].As<Napi::Int32Array>();
  const int32_t* n = numbers.Data();
  mario::NetworkShape shape{{}, n[1], n[2], n[3], n[0] != 0};
  for (size_t i = 4; i + 13 <= numbers.ElementLength(); i += 13) {
    const int32_t* s = n + i;
    shape.convolutions.push_back(
        {s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12]});
  }
  const int id = ++context.lastUpdate;
  context.updates[id] = std::make_unique<mario::NetworkUpdate>(
      context.engine, shape, mario::FactorKind{context.bf16});
  return Napi::Number::New(info.Env(), id);
}

/** @param info id; each pass's network; their observations; both networks' weights; outputs; batch */
Napi::Value updateForward(const Napi::CallbackInfo& info, Context& context) {
  auto& update = static_cast<mario::NetworkUpdate&>(*context.updates.at(integer(info[0])));
  const auto networks = info[1].As<Napi::Int32Array>();
  const auto observations = info[2].As<Napi::Array>();
  std::vector<mario::Pass> passes;
  for (uint32_t i = 0; i < observations.Length(); i++) {
    passes.push_back({networks[i], observations.Get(i).As<Napi::Uint8Array>().Data()});
  }
  std::array<std::vector<const float*>, 2> weights;
  for (uint32_t network = 0; network < 2; network++) {
    const auto arrays = info[3].As<Napi::Array>().Get(network).As<Napi::Array>();
    for (uint32_t i = 0; i < arrays.Length(); i++) weights[network].push_back(floats(arrays.Get(i)));
  }
  update.forward(context.threads, integer(info[5]), passes, weights, floats(info[4]));
  return info.Env().Undefined();
}

/** @param info id; observations; gradient; variable, m and v of each parameter; Adam's settings */
Napi::Value updateBackward(const Napi::CallbackInfo& info, Context& context) {
  auto& update = static_cast<mario::NetworkUpdate&>(*context.updates.at(integer(info[0])));
  const auto arrays = info[3].As<Napi::Array>();
  std::vector<mario::AdamParameter> parameters;
  for (uint32_t i = 0; i < arrays.Length(); i += 3) {
    auto variable = arrays.Get(i).As<Napi::Float32Array>();
    parameters.push_back({variable.Data(), nullptr, floats(arrays.Get(i + 1)),
                          floats(arrays.Get(i + 2)),
                          static_cast<int64_t>(variable.ElementLength())});
  }
  const double norm = update.backward(info[1].As<Napi::Uint8Array>().Data(), floats(info[2]),
                                      parameters, adamSettings(info[4]));
  return Napi::Number::New(info.Env(), norm);
}

Napi::Value endUpdate(const Napi::CallbackInfo& info, Context& context) {
  context.updates.erase(integer(info[0]));
  return info.Env().Undefined();
}

Napi::Value preparePrimitiveBenchmark(const Napi::CallbackInfo& info, Context& context) {
  const auto requests = info[0].As<Napi::Int32Array>();
  const auto indices = mario::preparePrimitiveBenchmark(
      context, requests.Data(), requests.ElementLength() / mario::kRequestSize);
  auto result = Napi::Int32Array::New(info.Env(), indices.size());
  std::copy(indices.begin(), indices.end(), result.Data());
  return result;
}

Napi::Value runPrimitiveBenchmark(const Napi::CallbackInfo& info, Context& context) {
  auto times = info[0].As<Napi::Float64Array>();
  mario::runPrimitiveBenchmark(context, times.Data(), times.ElementLength());
  return info.Env().Undefined();
}

Napi::Value endPrimitiveBenchmark(const Napi::CallbackInfo& info, Context& context) {
  mario::endPrimitiveBenchmark(context);
  return info.Env().Undefined();
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  // Kernels work in place on JavaScript's memory: SYCL's engine would want its own.
  if (dnnl_version()->cpu_runtime == DNNL_RUNTIME_SYCL) {
    throw failure(env, "this build is for SYCL devices; the CPU build (OpenMP, TBB) is needed");
  }
  try {
    env.SetInstanceData(new Context());
  } catch (const dnnl::error& error) {
    throw failure(env, error.what());
  }
  exports.Set("describe", Napi::Function::New<call<describe>>(env));
  exports.Set("setThreads", Napi::Function::New<call<setThreads>>(env));
  exports.Set("alignment", Napi::Function::New<call<alignment>>(env));
  exports.Set("convolutionForward", Napi::Function::New<call<convolutionForward>>(env));
  exports.Set("convolutionBackwardData", Napi::Function::New<call<convolutionBackwardData>>(env));
  exports.Set("convolutionBackwardWeights",
              Napi::Function::New<call<convolutionBackwardWeights>>(env));
  exports.Set("matrixProduct", Napi::Function::New<call<matrixProduct>>(env));
  exports.Set("forgetWeights", Napi::Function::New<call<forgetWeights>>(env));
  exports.Set("setBf16", Napi::Function::New<call<setBf16>>(env));
  exports.Set("binary", Napi::Function::New<call<binary>>(env));
  exports.Set("unary", Napi::Function::New<call<unary>>(env));
  exports.Set("reduce", Napi::Function::New<call<reduce>>(env));
  exports.Set("softmax", Napi::Function::New<call<softmax>>(env));
  exports.Set("reluGradientAndSum", Napi::Function::New<call<reluGradientAndSum>>(env));
  exports.Set("scaleBytes", Napi::Function::New<call<scaleBytes>>(env));
  exports.Set("clippedAdam", Napi::Function::New<call<clippedAdam>>(env));
  exports.Set("createUpdate", Napi::Function::New<call<createUpdate>>(env));
  exports.Set("updateForward", Napi::Function::New<call<updateForward>>(env));
  exports.Set("updateBackward", Napi::Function::New<call<updateBackward>>(env));
  exports.Set("endUpdate", Napi::Function::New<call<endUpdate>>(env));
  exports.Set("preparePrimitiveBenchmark",
              Napi::Function::New<call<preparePrimitiveBenchmark>>(env));
  exports.Set("runPrimitiveBenchmark", Napi::Function::New<call<runPrimitiveBenchmark>>(env));
  exports.Set("endPrimitiveBenchmark", Napi::Function::New<call<endPrimitiveBenchmark>>(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(mario_onednn, initialize)

#include "compiler/import/tensor_proto.h"

#include <cmath>
#include <cstring>

#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;
using Proto = onnx::TensorProto;

namespace {

template <class T>
Proto raw(int32_t type, const std::vector<T>& elements) {
  Proto proto;
  proto.set_data_type(type);
  proto.add_dims(static_cast<int64_t>(elements.size()));
  proto.mutable_raw_data()->assign(reinterpret_cast<const char*>(elements.data()),
                                   elements.size() * sizeof(T));
  return proto;
}

Proto in_int32_data(int32_t type, const std::vector<int32_t>& elements) {
  Proto proto;
  proto.set_data_type(type);
  proto.add_dims(static_cast<int64_t>(elements.size()));
  for (int32_t element : elements) proto.add_int32_data(element);
  return proto;
}

Tensor decoded(const Proto& proto) {
  const auto header = check_tensor(proto, "t");
  if (!header) FAIL(to_string(header.error()));
  const auto tensor = decode_tensor(proto, *header, "t");
  if (!tensor) FAIL(to_string(tensor.error()));
  return *tensor;
}

std::string refused(const Proto& proto) {
  const auto header = check_tensor(proto, "t");
  if (!header) return fmt::format("{} {}", exit_status(header.error()), header.error()[0].message);
  const auto tensor = decode_tensor(proto, *header, "t");
  REQUIRE_FALSE(tensor);
  return fmt::format("{} {}", exit_status(tensor.error()), tensor.error()[0].message);
}

}  // namespace

TEST_CASE("floating-point encodings become float32") {
  CHECK(decoded(raw<float>(Proto::FLOAT, {1.5f, -2})).floats == Floats{1.5f, -2});
  CHECK(decoded(raw<double>(Proto::DOUBLE, {1.5, -2})).floats == Floats{1.5f, -2});
  const std::vector<uint16_t> half = {0x3C00, 0xC000, 0x0001, 0x8001, 0x7BFF, 0x0400, 0x8000};
  const Floats values = {
      1, -2, std::ldexp(1.f, -24), -std::ldexp(1.f, -24), 65504, std::ldexp(1.f, -14), -0.f};
  CHECK(decoded(raw(Proto::FLOAT16, half)).floats == values);
  CHECK(std::isnan(decoded(raw<uint16_t>(Proto::FLOAT16, {0x7E00})).floats[0]));
  CHECK(std::isinf(decoded(raw<uint16_t>(Proto::FLOAT16, {0xFC00})).floats[0]));
  CHECK(decoded(raw<uint16_t>(Proto::BFLOAT16, {0x3FC0, 0xC000})).floats == Floats{1.5f, -2});
  CHECK(decoded(in_int32_data(Proto::FLOAT16, {0x3C00, 0xC000})).floats == Floats{1, -2});
  CHECK(decoded(in_int32_data(Proto::BFLOAT16, {0x3FC0})).floats == Floats{1.5f});
  Proto typed;
  typed.set_data_type(Proto::DOUBLE);
  typed.add_dims(1);
  typed.add_double_data(0.25);
  CHECK(decoded(typed).floats == Floats{0.25f});
}

TEST_CASE("integer and bool encodings become int64") {
  using Ints = std::vector<int64_t>;
  CHECK(decoded(raw<uint8_t>(Proto::UINT8, {0, 255})).ints == Ints{0, 255});
  CHECK(decoded(raw<int8_t>(Proto::INT8, {-128, 127})).ints == Ints{-128, 127});
  CHECK(decoded(raw<uint16_t>(Proto::UINT16, {65535})).ints == Ints{65535});
  CHECK(decoded(raw<int16_t>(Proto::INT16, {-2})).ints == Ints{-2});
  CHECK(decoded(raw<uint32_t>(Proto::UINT32, {UINT32_MAX})).ints == Ints{UINT32_MAX});
  CHECK(decoded(raw<int32_t>(Proto::INT32, {INT32_MIN})).ints == Ints{INT32_MIN});
  CHECK(decoded(raw<int64_t>(Proto::INT64, {INT64_MIN, INT64_MAX})).ints ==
        Ints{INT64_MIN, INT64_MAX});
  CHECK(decoded(raw<uint64_t>(Proto::UINT64, {INT64_MAX})).ints == Ints{INT64_MAX});
  CHECK(decoded(in_int32_data(Proto::INT8, {-1, 5})).ints == Ints{-1, 5});
  const Tensor flags = decoded(raw<uint8_t>(Proto::BOOL, {0, 2}));
  CHECK(flags.type == ElementType::Bool);
  CHECK(flags.ints == Ints{0, 1});
  Proto typed;
  typed.set_data_type(Proto::UINT32);
  typed.add_dims(1);
  typed.add_uint64_data(7);
  CHECK(decoded(typed).ints == Ints{7});
}

TEST_CASE("tensors whose data do not fit are refused with the numbers") {
  Proto bytes = raw<float>(Proto::FLOAT, {1, 2, 3});
  bytes.set_dims(0, 2);
  CHECK(refused(bytes) == "2 shape [2] of float takes 8 bytes, raw_data has 12");
  Proto elements = in_int32_data(Proto::INT8, {1, 2});
  elements.set_dims(0, 3);
  CHECK(refused(elements) == "2 shape [3] has 3 elements, int32_data has 2");
  CHECK(refused(in_int32_data(Proto::INT8, {1, 300})) == "2 element 1 is 300, outside int8");
  CHECK(refused(raw<uint64_t>(Proto::UINT64, {UINT64_MAX})) == "2 element 0 is above 2^63 - 1");
  Proto negative;
  negative.set_data_type(Proto::FLOAT);
  negative.add_dims(-4);
  CHECK(refused(negative) == "2 axis 0 of [-4] is negative");
  Proto huge;
  huge.set_data_type(Proto::FLOAT);
  huge.add_dims(int64_t{1} << 40);
  CHECK(refused(huge) ==
        "2 shape [1099511627776] has 1099511627776 elements, more than the limit of "
        "2147483648");
  Proto hidden;
  hidden.set_data_type(Proto::FLOAT);
  for (int64_t extent : {int64_t{0}, int64_t{1} << 40, int64_t{1} << 40}) hidden.add_dims(extent);
  CHECK(refused(hidden) == "2 shape [0,1099511627776,1099511627776] has more than 2^63 elements");
  CHECK(refused(Proto()) == "2 the tensor has no data type");
  Proto text;
  text.set_data_type(Proto::STRING);
  CHECK(refused(text) == "3 tensors of string are not supported");
  Proto elsewhere = raw<float>(Proto::FLOAT, {});
  elsewhere.set_data_location(Proto::EXTERNAL);
  CHECK(refused(elsewhere) == "3 the data is in another file, which is not supported yet");
}

TEST_CASE("a bad initializer is refused with its name") {
  ModelBuilder m;
  m.input("x", {2}).weights("w", counting({2})).output("y");
  m.graph().mutable_initializer(0)->add_dims(3);
  m.node("Add", {"x", "w"}, {"y"});
  CHECK(findings(m) ==
        Lines{"2 m.onnx: initializer 'w': shape [2,3] has 6 elements, float_data has 2"});
}

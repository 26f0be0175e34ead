// Structs of the instruction table to and from the protobuf messages that mirror them, by
// reflection: field names are looked up, so that the table alone says what there is.
#pragma once

#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "backend/isa/ranges.h"
#include "compiler/support/check.h"

namespace tilewright::wire {

namespace proto = google::protobuf;
using proto::FieldDescriptor;

inline const FieldDescriptor& descriptor_of(const proto::Message& message, std::string_view name) {
  const FieldDescriptor* found = message.GetDescriptor()->FindFieldByName(std::string(name));
  TW_CHECK(found != nullptr, "program.proto: {} has no field {}",
           message.GetDescriptor()->full_name(), name);
  return *found;
}

template <isa::Described Struct>
void encode(const Struct& value, proto::Message& message);

template <class Value>
void encode_field(const Value& value, proto::Message& m, const FieldDescriptor& f) {
  const proto::Reflection& r = *m.GetReflection();
  if constexpr (std::same_as<Value, bool>) {
    r.SetBool(&m, &f, value);
  } else if constexpr (std::same_as<Value, float>) {
    r.SetFloat(&m, &f, value);
  } else if constexpr (std::same_as<Value, std::string>) {
    r.SetString(&m, &f, value);
  } else if constexpr (std::is_enum_v<Value>) {
    r.SetString(&m, &f, std::string(isa::enumerator_name(value)));
  } else if constexpr (std::integral<Value>) {
    r.SetInt64(&m, &f, static_cast<int64_t>(value));
  } else if constexpr (isa::Described<Value>) {
    encode(value, *r.MutableMessage(&m, &f));
  } else if constexpr (std::same_as<Value, isa::PerDim> ||
                       std::same_as<Value, std::vector<int64_t>>) {
    for (int64_t element : value) r.AddInt64(&m, &f, element);
  } else {
    for (const auto& element : value) encode(element, *r.AddMessage(&m, &f));
  }
}

template <isa::Described Struct>
void encode(const Struct& value, proto::Message& message) {
  isa::for_each_field<Struct>([&](const auto& f) {
    encode_field(value.*f.member, message, descriptor_of(message, f.name));
  });
}

// What is wrong with a message, or "". Values of the right kind are not judged here.
inline std::string unknown_fields(const proto::Message& m) {
  const proto::UnknownFieldSet& unknown = m.GetReflection()->GetUnknownFields(m);
  return unknown.empty() ? ""
                         : fmt::format("{} has field number {}, which this version does not know",
                                       m.GetDescriptor()->name(), unknown.field(0).number());
}

template <isa::Described Struct>
std::string decode(const proto::Message& message, Struct& value);

template <class Integer>
std::string decode_integer(int64_t number, Integer& value) {
  value = static_cast<Integer>(number);
  if (static_cast<int64_t>(value) == number) return "";
  return fmt::format("{} does not fit {} bits", number, 8 * sizeof(Integer));
}

template <class Value>
std::string decode_field(const proto::Message& m, const FieldDescriptor& f, int64_t most,
                         Value& value) {
  const proto::Reflection& r = *m.GetReflection();
  if constexpr (std::same_as<Value, bool>) {
    value = r.GetBool(m, &f);
  } else if constexpr (std::same_as<Value, float>) {
    value = r.GetFloat(m, &f);
  } else if constexpr (std::same_as<Value, std::string>) {
    value = r.GetString(m, &f);
  } else if constexpr (std::is_enum_v<Value>) {
    const std::string name = r.GetString(m, &f);
    const auto enumerator = isa::enumerator_named<Value>(name);
    if (!enumerator) return fmt::format("unknown enumerator '{}'", name.substr(0, 40));
    value = *enumerator;
  } else if constexpr (std::integral<Value>) {
    return decode_integer(r.GetInt64(m, &f), value);
  } else if constexpr (isa::Described<Value>) {
    return decode(r.GetMessage(m, &f), value);
  } else {
    const int size = r.FieldSize(m, &f);
    if constexpr (std::same_as<Value, isa::PerDim>) {
      if (size != 8) return fmt::format("{} values, not one for each of 8 dims", size);
    } else {
      if (size > most) return fmt::format("{} elements; allowed: {}", size, most);
      value.resize(static_cast<size_t>(size));
    }
    for (int i = 0; i < size; ++i) {
      if constexpr (isa::Described<typename Value::value_type>) {
        const std::string problem =
            decode(r.GetRepeatedMessage(m, &f, i), value[static_cast<size_t>(i)]);
        if (!problem.empty()) return fmt::format("[{}]: {}", i, problem);
      } else {
        value[static_cast<size_t>(i)] = r.GetRepeatedInt64(m, &f, i);
      }
    }
  }
  return "";
}

template <isa::Described Struct>
std::string decode(const proto::Message& message, Struct& value) {
  std::string problem = unknown_fields(message);
  isa::for_each_field<Struct>([&](const auto& f) {
    if (!problem.empty()) return;
    problem = decode_field(message, descriptor_of(message, f.name), f.rule.most, value.*f.member);
    if (!problem.empty()) problem = std::string(f.name) + ": " + problem;
  });
  return problem;
}

}  // namespace tilewright::wire

#include "backend/asm/container.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "backend/asm/wire.h"
#include "backend/isa/verify.h"
#include "compiler/arch/system_yaml.h"
#include "program.pb.h"

namespace tilewright {

namespace {

constexpr std::string_view kMagic = "tilewright program";
constexpr std::string_view kBeginning = "\x0a\x12tilewright program";  // tag, length, magic
constexpr uint32_t kVersion = 1;

void encode_layer(const LayerProgram& layer, pb::Layer& message) {
  message.set_name(layer.name);
  message.set_semaphores(layer.semaphores);
  for (const CoreSlice& core : layer.cores) wire::encode(core, *message.add_cores());
  for (size_t unit = 0; unit < layer.streams.size(); ++unit) {
    const auto& field = wire::descriptor_of(message, isa::kNames<Unit>[unit]);
    for (const Instruction& instruction : layer.streams[unit]) {
      google::protobuf::Message& one = *message.GetReflection()->AddMessage(&message, &field);
      std::visit(
          [&]<class T>(const T& i) {
            const auto& opcode = wire::descriptor_of(one, isa::kOpcode<T>.name);
            wire::encode(i, *one.GetReflection()->MutableMessage(&one, &opcode));
          },
          instruction);
    }
  }
}

// Bytes of a file outside its constants, or nothing when it is no sequence of protobuf fields.
std::optional<int64_t> bytes_besides_constants(std::string_view bytes) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  int64_t constants = 0;
  while (const uint32_t tag = in.ReadTag()) {
    const int before = in.CurrentPosition();
    if (!WireFormatLite::SkipField(&in, tag)) return std::nullopt;
    if (WireFormatLite::GetTagFieldNumber(tag) == pb::Program::kConstantsFieldNumber)
      constants += in.CurrentPosition() - before;
  }
  if (!in.ConsumedEntireMessage()) return std::nullopt;
  return static_cast<int64_t>(bytes.size()) - constants;
}

class Reader {
 public:
  explicit Reader(const std::string& where) : where_(where) {}

  Result<Program> read(std::string_view bytes) {
    pb::Program file;
    if (!open(bytes, file)) return fail(std::move(findings_));
    header(file);
    for (const auto& tensor : file.inputs())
      decode(tensor, program_.inputs.emplace_back(), "input");
    for (const auto& tensor : file.outputs())
      decode(tensor, program_.outputs.emplace_back(), "output");
    for (auto& constant : *file.mutable_constants()) {
      say(wire::unknown_fields(constant), "constant");
      program_.constants.push_back({constant.address(), std::move(*constant.mutable_data())});
    }
    for (const pb::Layer& layer : file.layers()) read_layer(layer);
    if (findings_.empty()) findings_ = verify(program_, where_);
    if (!findings_.empty()) return fail(std::move(findings_));
    return std::move(program_);
  }

 private:
  bool say(const std::string& problem, const std::string& place) {
    if (!problem.empty() && findings_.size() < kMostFindings)
      findings_.push_back(
          {ErrorCode::BadInput, where_ + (place.empty() ? "" : ": " + place), problem, ""});
    return problem.empty();
  }

  bool open(std::string_view bytes, pb::Program& file) {
    if (bytes.substr(0, kBeginning.size()) != kBeginning) {
      const bool text = bytes.substr(0, 10) == "tilewright";
      findings_.push_back({ErrorCode::BadInput, where_, "not a Tilewright program file",
                           text ? "it looks like assembler text: assemble it first" : ""});
      return false;
    }
    if (static_cast<int64_t>(bytes.size()) > kMostFileBytes)
      return say(
          fmt::format("{} bytes; a program file has at most {}", bytes.size(), kMostFileBytes), "");
    const auto besides = bytes_besides_constants(bytes);
    if (besides && *besides > kMostProgramBytes)
      return say(
          fmt::format("{} bytes besides constants; allowed: {}", *besides, kMostProgramBytes), "");
    if (!besides || !file.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      return say(fmt::format("the file of {} bytes is cut short or damaged", bytes.size()), "");
    if (file.version() != kVersion)
      return say(
          fmt::format("format version {}; this reader knows version {}", file.version(), kVersion),
          "");
    return say(wire::unknown_fields(file), "");
  }

  void header(const pb::Program& file) {
    if (file.magic() != kMagic) say("the file has two beginnings", "");
    auto system = parse_system(file.system_yaml(), where_ + ": system");
    if (system)
      program_.system = std::move(*system);
    else
      findings_ = system.error();
    program_.precision = file.precision();
    program_.external_bytes = file.external_bytes();
    const auto format = isa::enumerator_named<DataFormat>(file.format());
    if (format) program_.format = *format;
    if (!format) say(fmt::format("unknown format '{}'", file.format().substr(0, 40)), "");
  }

  template <class T>
  bool decode(const google::protobuf::Message& message, T& value, const std::string& place) {
    return say(wire::decode(message, value), place);
  }

  void read_layer(const pb::Layer& message) {
    const std::string place = fmt::format("layer {}", program_.layers.size());
    LayerProgram& layer = program_.layers.emplace_back();
    layer.name = message.name();
    say(wire::unknown_fields(message), place);
    say(wire::decode_integer(message.semaphores(), layer.semaphores), place + ": semaphores");
    for (const auto& core : message.cores())
      if (!decode(core, layer.cores.emplace_back(), place + ": cores")) return;
    const google::protobuf::RepeatedPtrField<pb::Instruction>* streams[] = {
        &message.ext(), &message.load(), &message.pe(), &message.sfu()};
    for (size_t unit = 0; unit < layer.streams.size(); ++unit)
      for (const pb::Instruction& instruction : *streams[unit])
        if (!read_instruction(instruction, layer.streams[unit],
                              fmt::format("{}: {}", place, isa::kNames<Unit>[unit])))
          return;
  }

  bool read_instruction(const pb::Instruction& message, std::vector<Instruction>& stream,
                        const std::string& place) {
    if (++instructions_ > kMostInstructions)
      return say(fmt::format("more than {} instructions", kMostInstructions), place);
    const std::string here = fmt::format("{} {}", place, stream.size());
    const auto* opcode = message.GetReflection()->GetOneofFieldDescriptor(
        message, message.GetDescriptor()->FindOneofByName("opcode"));
    std::string problem = wire::unknown_fields(message);
    if (problem.empty() && opcode == nullptr) problem = "there is no opcode";
    isa::for_each_opcode([&]<class T>(const T&) {
      if (!problem.empty() || opcode->name() != isa::kOpcode<T>.name) return;
      T instruction;
      problem = wire::decode(message.GetReflection()->GetMessage(message, opcode), instruction);
      stream.emplace_back(std::move(instruction));
    });
    return problem.empty() || say(problem, here);
  }

  const std::string& where_;
  Program program_;
  Diagnostics findings_;
  int64_t instructions_ = 0;
};

// Differences between one message and one struct of the table.
class Schema {
 public:
  template <isa::Described Struct>
  void compare(const google::protobuf::Descriptor& message) {
    int number = 0;
    isa::for_each_field<Struct>([&](const auto& f) {
      ++number;
      const auto* there = message.FindFieldByNumber(number);
      if (there == nullptr || there->name() != f.name)
        return differ(message, fmt::format("field {} should be {}", number, f.name));
      compare_value<std::remove_cvref_t<decltype(std::declval<Struct>().*f.member)>>(*there);
    });
    if (message.field_count() != number)
      differ(message, fmt::format("{} fields, not {}", message.field_count(), number));
  }
  void differ(const google::protobuf::Descriptor& message, const std::string& what) {
    differences.push_back(message.name() + ": " + what);
  }

  std::vector<std::string> differences;

 private:
  template <class Value>
  void compare_value(const google::protobuf::FieldDescriptor& f) {
    using D = google::protobuf::FieldDescriptor;
    constexpr bool kList = isa::kIsList<Value>;
    if constexpr (kList) {
      if constexpr (isa::Described<typename Value::value_type>)
        return compare_kind<typename Value::value_type>(f, D::TYPE_MESSAGE, true);
      else
        return compare_kind<void>(f, D::TYPE_SINT64, true);
    } else if constexpr (std::same_as<Value, isa::PerDim>) {
      return compare_kind<void>(f, D::TYPE_SINT64, true);
    } else if constexpr (isa::Described<Value>) {
      return compare_kind<Value>(f, D::TYPE_MESSAGE, false);
    } else {
      const auto type = std::same_as<Value, bool>    ? D::TYPE_BOOL
                        : std::same_as<Value, float> ? D::TYPE_FLOAT
                        : std::integral<Value>       ? D::TYPE_SINT64
                                                     : D::TYPE_BYTES;
      return compare_kind<void>(f, type, false);
    }
  }
  template <class Struct>
  void compare_kind(const google::protobuf::FieldDescriptor& f,
                    google::protobuf::FieldDescriptor::Type type, bool repeated) {
    if (f.type() != type || f.is_repeated() != repeated)
      return differ(*f.containing_type(), f.name() + " has another type");
    if constexpr (isa::Described<Struct>) compare<Struct>(*f.message_type());
  }
};

}  // namespace

Result<std::string> serialize(const Program& program, int64_t most_bytes) {
  size_t constant_bytes = 0;
  for (const ConstantData& constant : program.constants) constant_bytes += constant.bytes.size();
  const auto too_large = [&](size_t bytes) {
    return unsupported(
        "program file",
        fmt::format("the program needs {} bytes; a file holds {}", bytes, most_bytes),
        "split the network, or use a narrower precision");
  };
  if (constant_bytes > static_cast<size_t>(most_bytes)) return too_large(constant_bytes);

  pb::Program file;
  file.set_magic(std::string(kMagic));
  file.set_version(kVersion);
  file.set_system_yaml(print_system(program.system));
  file.set_precision(program.precision);
  file.set_format(std::string(isa::enumerator_name(program.format)));
  file.set_external_bytes(program.external_bytes);
  for (const TensorPlace& tensor : program.inputs) wire::encode(tensor, *file.add_inputs());
  for (const TensorPlace& tensor : program.outputs) wire::encode(tensor, *file.add_outputs());
  for (const LayerProgram& layer : program.layers) encode_layer(layer, *file.add_layers());
  for (const ConstantData& constant : program.constants) {
    pb::Constant& one = *file.add_constants();
    one.set_address(constant.address);
    one.set_data(constant.bytes);
  }
  const size_t size = file.ByteSizeLong();
  if (size > static_cast<size_t>(most_bytes)) return too_large(size);
  std::string bytes;
  TW_CHECK(file.SerializeToString(&bytes), "serializing {} bytes", size);
  return bytes;
}

Result<Program> parse_program(std::string_view bytes, const std::string& where) {
  return Reader(where).read(bytes);
}

std::vector<std::string> schema_differences() {
  Schema schema;
  schema.compare<TensorPlace>(*pb::TensorPlace::descriptor());
  schema.compare<CoreSlice>(*pb::CoreSlice::descriptor());
  const auto& instruction = *pb::Instruction::descriptor();
  int number = 0;
  isa::for_each_opcode([&]<class T>(const T&) {
    const auto* opcode = instruction.FindFieldByNumber(++number);
    if (opcode == nullptr || opcode->name() != isa::kOpcode<T>.name)
      return schema.differ(instruction,
                           fmt::format("field {} should be {}", number, isa::kOpcode<T>.name));
    schema.compare<T>(*opcode->message_type());
  });
  if (instruction.field_count() != number)
    schema.differ(instruction,
                  fmt::format("{} opcodes, not {}", instruction.field_count(), number));
  return schema.differences;
}

}  // namespace tilewright

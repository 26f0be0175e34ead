// ONNX models drawn from bytes: every operator of the importer with its attributes, on tensors of
// few shapes, so that many fit together; wrong numbers, types and names come now and then.
#pragma once

#include <cstddef>
#include <cstdint>

#include <onnx/onnx_pb.h>

namespace tilewright::fuzz {

onnx::ModelProto random_model(const uint8_t* data, size_t size);

}  // namespace tilewright::fuzz

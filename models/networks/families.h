// The families of networks; each function returns a serialized model. Internal to models/networks.
#pragma once

#include <string>

#include "models/networks/networks.h"

namespace tilewright {

std::string build_alexnet(const NetworkOptions& options);
std::string build_vgg11(const NetworkOptions& options);
std::string build_vgg16(const NetworkOptions& options);
std::string build_resnet18(const NetworkOptions& options);
std::string build_resnet50(const NetworkOptions& options);
std::string build_mobilenetv2(const NetworkOptions& options);
std::string build_bert_base(const NetworkOptions& options);
std::string build_mnist(const NetworkOptions& options);
std::string build_tiny_resnet(const NetworkOptions& options);
std::string build_tiny_mobilenet(const NetworkOptions& options);
std::string build_tiny_bert(const NetworkOptions& options);

}  // namespace tilewright

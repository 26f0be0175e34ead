// AlexNet (Krizhevsky, Sutskever, Hinton 2012) as published: convolutions 2, 4 and 5 in two groups,
// response normalisation after the ReLU and before the pooling, overlapping 3x3 pooling. The input
// is 227x227, the size that the published layer sizes need (the text says 224). The published
// constants k = 2, n = 5, alpha = 1e-4, beta = 0.75 multiply the plain sum; ONNX divides alpha by
// n, so alpha is n times as large here. Dropout is omitted.
#include "models/networks/builder.h"
#include "models/networks/families.h"

namespace tilewright {

namespace {

Feature normalise_and_pool(NetworkBuilder& net, const std::string& index, const Feature& x) {
  const Feature normal = net.local_response_norm("norm" + index, x, 5, 5 * 1e-4f, 0.75f, 2.0f);
  return net.max_pool("pool" + index, normal, 3, 2);
}

}  // namespace

std::string build_alexnet(const NetworkOptions& options) {
  NetworkBuilder net("alexnet", options);
  const auto conv_relu = [&](const std::string& name, const Feature& x, const ConvSpec& spec) {
    return net.relu(name + "_relu", net.conv(name, x, spec));
  };
  const auto dense_relu = [&](const std::string& name, const Feature& x) {
    return net.relu(name + "_relu", net.gemm(name, x, 4096));
  };
  Feature x = net.input("data", {3, 227, 227});
  x = conv_relu("conv1", x, {96, 11, 4, 0, 1, true});
  x = normalise_and_pool(net, "1", x);
  x = conv_relu("conv2", x, {256, 5, 1, 2, 2, true});
  x = normalise_and_pool(net, "2", x);
  x = conv_relu("conv3", x, {384, 3, 1, 1, 1, true});
  x = conv_relu("conv4", x, {384, 3, 1, 1, 2, true});
  x = conv_relu("conv5", x, {256, 3, 1, 1, 2, true});
  x = net.flatten("flatten", net.max_pool("pool5", x, 3, 2));
  x = dense_relu("fc6", x);
  x = dense_relu("fc7", x);
  return net.finish(net.softmax("prob", net.gemm("fc8", x, 1000)));
}

}  // namespace tilewright

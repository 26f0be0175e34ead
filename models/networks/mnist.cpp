// A small digit classifier, for tests: two 5x5 convolutions with pooling, two dense layers.
#include "models/networks/builder.h"
#include "models/networks/families.h"

namespace tilewright {

std::string build_mnist(const NetworkOptions& options) {
  NetworkBuilder net("mnist", options);
  Feature x = net.input("data", {1, 28, 28});
  x = net.relu("conv1_relu", net.conv("conv1", x, {8, 5, 1, 2, 1, true}));
  x = net.max_pool("pool1", x, 2, 2);
  x = net.relu("conv2_relu", net.conv("conv2", x, {16, 5, 1, 2, 1, true}));
  x = net.flatten("flatten", net.max_pool("pool2", x, 2, 2));
  x = net.relu("fc1_relu", net.gemm("fc1", x, 64));
  return net.finish(net.gemm("fc2", x, 10));
}

}  // namespace tilewright

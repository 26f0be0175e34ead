// VGG (Simonyan & Zisserman 2014), configurations A (11 layers) and D (16 layers): 3x3 convolutions
// with bias and ReLU in five stages, each ended by 2x2 pooling, then three dense layers. Dropout is
// omitted. A stage of one convolution names it "conv1", a stage of several "conv3_1", "conv3_2" ...
#include "models/networks/builder.h"
#include "models/networks/families.h"

namespace tilewright {

namespace {

constexpr int64_t kStageFeatures[] = {64, 128, 256, 512, 512};

std::string build_vgg(const std::string& name, const std::vector<int>& convs_per_stage,
                      const NetworkOptions& options) {
  NetworkBuilder net(name, options);
  Feature x = net.input("data", {3, 224, 224});
  for (size_t stage = 0; stage < convs_per_stage.size(); ++stage) {
    const std::string number = std::to_string(stage + 1);
    for (int c = 1; c <= convs_per_stage[stage]; ++c) {
      const std::string conv =
          "conv" + number + (convs_per_stage[stage] == 1 ? "" : "_" + std::to_string(c));
      x = net.conv(conv, x, {kStageFeatures[stage], 3, 1, 1, 1, true});
      x = net.relu(conv + "_relu", x);
    }
    x = net.max_pool("pool" + number, x, 2, 2);
  }
  x = net.flatten("flatten", x);
  x = net.relu("fc6_relu", net.gemm("fc6", x, 4096));
  x = net.relu("fc7_relu", net.gemm("fc7", x, 4096));
  return net.finish(net.softmax("prob", net.gemm("fc8", x, 1000)));
}

}  // namespace

std::string build_vgg11(const NetworkOptions& options) {
  return build_vgg("vgg11", {1, 1, 2, 2, 2}, options);
}

std::string build_vgg16(const NetworkOptions& options) {
  return build_vgg("vgg16", {2, 2, 3, 3, 3}, options);
}

}  // namespace tilewright

// ResNet (He et al. 2015), as models are exported today: BatchNormalization after each convolution
// (which then has no bias), projection shortcuts (1x1 with stride) where the shape changes. A
// bottleneck has its stride on the 3x3, not on the first 1x1 as first published ("v1.5"). The last
// normalisation of each block has small scales, so that sums over many blocks stay in range.
#include "models/networks/builder.h"
#include "models/networks/families.h"

namespace tilewright {

namespace {

constexpr float kLastGain = 0.4f;

struct Stage {
  int64_t blocks = 1;
  int64_t features = 64;  // of the 3x3 convolutions
  int64_t stride = 1;     // of the first block
};

class ResNet {
 public:
  explicit ResNet(NetworkBuilder& net) : net_(net) {}

  Feature conv_norm_relu(const std::string& prefix, const std::string& index, const Feature& x,
                         const ConvSpec& spec) {
    return net_.relu(prefix + "relu" + index, conv_norm(prefix, index, x, spec, 1));
  }

  Feature basic_block(const std::string& prefix, const Feature& x, int64_t features,
                      int64_t stride) {
    Feature y = conv_norm_relu(prefix, "1", x, {features, 3, stride, 1, 1, false});
    y = conv_norm(prefix, "2", y, {features, 3, 1, 1, 1, false}, kLastGain);
    return join(prefix, y, x, stride);
  }

  Feature bottleneck(const std::string& prefix, const Feature& x, int64_t features,
                     int64_t stride) {
    Feature y = conv_norm_relu(prefix, "1", x, {features, 1, 1, 0, 1, false});
    y = conv_norm_relu(prefix, "2", y, {features, 3, stride, 1, 1, false});
    y = conv_norm(prefix, "3", y, {4 * features, 1, 1, 0, 1, false}, kLastGain);
    return join(prefix, y, x, stride);
  }

 private:
  Feature conv_norm(const std::string& prefix, const std::string& index, const Feature& x,
                    const ConvSpec& spec, float gain) {
    return net_.batch_norm(prefix + "bn" + index, net_.conv(prefix + "conv" + index, x, spec),
                           gain);
  }

  Feature join(const std::string& prefix, const Feature& y, Feature shortcut, int64_t stride) {
    if (shortcut.shape != y.shape) {
      shortcut =
          net_.conv(prefix + "downsample.conv", shortcut, {y.shape[1], 1, stride, 0, 1, false});
      shortcut = net_.batch_norm(prefix + "downsample.bn", shortcut, 0.7f);
    }
    return net_.relu(prefix + "relu", net_.add(prefix + "add", y, shortcut));
  }

  NetworkBuilder& net_;
};

using Block = Feature (ResNet::*)(const std::string&, const Feature&, int64_t, int64_t);

std::string build_resnet(const std::string& name, const std::vector<Stage>& stages, Block block,
                         const NetworkOptions& options) {
  NetworkBuilder net(name, options);
  ResNet resnet(net);
  Feature x = net.input("data", {3, 224, 224});
  x = resnet.conv_norm_relu("", "1", x, {64, 7, 2, 3, 1, false});
  x = net.max_pool("maxpool", x, 3, 2, 1);
  for (size_t s = 0; s < stages.size(); ++s)
    for (int64_t b = 0; b < stages[s].blocks; ++b)
      x = (resnet.*block)("layer" + std::to_string(s + 1) + "." + std::to_string(b) + ".", x,
                          stages[s].features, b == 0 ? stages[s].stride : 1);
  x = net.flatten("flatten", net.global_average_pool("avgpool", x));
  return net.finish(net.gemm("fc", x, 1000));
}

}  // namespace

std::string build_resnet18(const NetworkOptions& options) {
  return build_resnet("resnet18", {{2, 64, 1}, {2, 128, 2}, {2, 256, 2}, {2, 512, 2}},
                      &ResNet::basic_block, options);
}

std::string build_resnet50(const NetworkOptions& options) {
  return build_resnet("resnet50", {{3, 64, 1}, {4, 128, 2}, {6, 256, 2}, {3, 512, 2}},
                      &ResNet::bottleneck, options);
}

std::string build_tiny_resnet(const NetworkOptions& options) {
  NetworkBuilder net("tiny-resnet", options);
  ResNet resnet(net);
  Feature x = net.input("data", {3, 16, 16});
  x = resnet.conv_norm_relu("", "1", x, {8, 3, 1, 1, 1, false});
  x = resnet.basic_block("layer1.0.", x, 8, 1);
  x = resnet.basic_block("layer2.0.", x, 16, 2);
  x = net.flatten("flatten", net.global_average_pool("avgpool", x));
  return net.finish(net.gemm("fc", x, 10));
}

}  // namespace tilewright

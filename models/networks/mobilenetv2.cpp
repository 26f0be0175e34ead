// MobileNetV2 (Sandler et al. 2018) at width 1.0: inverted residuals of a 1x1 convolution that
// widens, a depthwise 3x3 (a convolution in as many groups as features) and a 1x1 that narrows and
// has no activation. BatchNormalization follows each convolution, ReLU6 is a Clip, as models are
// exported. A block adds its input where neither extents nor features change.
#include "models/networks/builder.h"
#include "models/networks/families.h"

namespace tilewright {

namespace {

constexpr float kJoinedGain = 0.4f;  // of what is added to the input of a block

struct Stage {
  int64_t expansion = 6;
  int64_t features = 16;
  int64_t blocks = 1;
  int64_t stride = 1;  // of the first block
};

struct MobileNetShape {
  int64_t image = 224;
  int64_t stem_features = 32;
  int64_t stem_stride = 2;
  std::vector<Stage> stages;
  int64_t last_features = 1280;
  int64_t classes = 1000;
};

class MobileNet {
 public:
  explicit MobileNet(NetworkBuilder& net) : net_(net) {}

  Feature conv_norm_clip(const std::string& name, const Feature& x, const ConvSpec& spec) {
    const Feature normal = net_.batch_norm(name + "_bn", net_.conv(name, x, spec));
    return net_.clip(name + "_relu6", normal, 0, 6);
  }

  Feature inverted_residual(const std::string& prefix, const Feature& x, const Stage& stage,
                            int64_t stride) {
    const int64_t in = x.shape[1], wide = stage.expansion * in;
    const bool joins = stride == 1 && in == stage.features;
    Feature y = x;
    if (stage.expansion != 1) y = conv_norm_clip(prefix + "expand", y, {wide, 1, 1, 0, 1, false});
    y = conv_norm_clip(prefix + "depthwise", y, {wide, 3, stride, 1, wide, false});
    y = net_.conv(prefix + "project", y, {stage.features, 1, 1, 0, 1, false});
    y = net_.batch_norm(prefix + "project_bn", y, joins ? kJoinedGain : 1);
    return joins ? net_.add(prefix + "add", x, y) : y;
  }

 private:
  NetworkBuilder& net_;
};

std::string build_mobilenet(const std::string& name, const MobileNetShape& shape,
                            const NetworkOptions& options) {
  NetworkBuilder net(name, options);
  MobileNet mobile(net);
  Feature x = net.input("data", {3, shape.image, shape.image});
  x = mobile.conv_norm_clip("conv1", x, {shape.stem_features, 3, shape.stem_stride, 1, 1, false});
  int64_t number = 0;
  for (const Stage& stage : shape.stages)
    for (int64_t b = 0; b < stage.blocks; ++b)
      x = mobile.inverted_residual("block" + std::to_string(++number) + ".", x, stage,
                                   b == 0 ? stage.stride : 1);
  x = mobile.conv_norm_clip("conv2", x, {shape.last_features, 1, 1, 0, 1, false});
  x = net.flatten("flatten", net.global_average_pool("avgpool", x));
  return net.finish(net.gemm("fc", x, shape.classes));
}

}  // namespace

std::string build_mobilenetv2(const NetworkOptions& options) {
  const std::vector<Stage> stages = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                                     {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  return build_mobilenet("mobilenetv2", {224, 32, 2, stages, 1280, 1000}, options);
}

std::string build_tiny_mobilenet(const NetworkOptions& options) {
  const std::vector<Stage> stages = {{1, 8, 1, 1}, {4, 12, 2, 2}};
  return build_mobilenet("tiny-mobilenet", {16, 8, 1, stages, 32, 10}, options);
}

}  // namespace tilewright

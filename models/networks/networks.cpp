#include "models/networks/networks.h"

#include "compiler/support/check.h"
#include "models/networks/families.h"

namespace tilewright {

namespace {

constexpr int64_t kMostBatch = 65536;

struct Entry {
  NetworkInfo info;
  std::string (*build)(const NetworkOptions&);
  bool reads_tokens = false;
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      {{"alexnet", "Krizhevsky et al. 2012, with groups and response normalisation, 227x227"},
       build_alexnet},
      {{"vgg11", "Simonyan & Zisserman 2014, configuration A, 224x224"}, build_vgg11},
      {{"vgg16", "Simonyan & Zisserman 2014, configuration D, 224x224"}, build_vgg16},
      {{"resnet18", "He et al. 2015, 18 layers of basic blocks, 224x224"}, build_resnet18},
      {{"resnet50", "He et al. 2015, 50 layers of bottlenecks (stride on the 3x3), 224x224"},
       build_resnet50},
      {{"mobilenetv2", "Sandler et al. 2018, width 1.0, depthwise convolutions, 224x224"},
       build_mobilenetv2},
      {{"bert-base", "encoder of Devlin et al. 2018, 12 layers, 128 embedded tokens"},
       build_bert_base,
       true},
      {{"mnist", "two convolutions and two dense layers, 28x28; quick, for tests"}, build_mnist},
      {{"tiny-resnet", "two residual blocks, 16x16; quick, for tests"}, build_tiny_resnet},
      {{"tiny-mobilenet", "three inverted residual blocks, 16x16; quick, for tests"},
       build_tiny_mobilenet},
      {{"tiny-bert", "two layers of the encoder, 8 embedded tokens; quick, for tests"},
       build_tiny_bert,
       true},
  };
  return all;
}

}  // namespace

const std::vector<NetworkInfo>& networks() {
  static const std::vector<NetworkInfo> infos = [] {
    std::vector<NetworkInfo> list;
    for (const Entry& entry : entries()) list.push_back(entry.info);
    return list;
  }();
  return infos;
}

Result<std::string> build_network(const std::string& name, const NetworkOptions& options) {
  if (options.batch < 1 || options.batch > kMostBatch)
    return bad_input("network '" + name + "'", fmt::format("batch is {}", options.batch),
                     fmt::format("1 to {}", kMostBatch));
  if (options.sequence < 0 || options.sequence > kMostSequence)
    return bad_input("network '" + name + "'", fmt::format("sequence is {}", options.sequence),
                     fmt::format("1 to {}, or 0 for the network's own", kMostSequence));
  for (const Entry& entry : entries()) {
    if (entry.info.name != name) continue;
    if (options.sequence != 0 && !entry.reads_tokens)
      return bad_input("network '" + name + "'",
                       fmt::format("sequence is {}, but it reads no tokens", options.sequence));
    return entry.build(options);
  }
  std::string known;
  for (const NetworkInfo& info : networks()) known += (known.empty() ? "" : ", ") + info.name;
  return bad_input("network '" + name + "'", "no network has this name", "one of " + known);
}

}  // namespace tilewright

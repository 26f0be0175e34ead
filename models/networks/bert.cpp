// The encoder of BERT (Devlin et al. 2018), as models are exported: MatMul and Add for dense
// layers, Reshape and Transpose around the heads, Gelu by Erf, LayerNormalization after each
// addition. It begins with embedded tokens, to which it adds the embeddings of their positions and
// of segment 0: looking up token ids at run time would be an indirect Move, which is not built. The
// mask is added to the scores: 0 for a token, -10000 for padding. Pooler and heads are omitted.
#include <cmath>
#include <numeric>

#include "models/networks/builder.h"
#include "models/networks/families.h"

namespace tilewright {

namespace {

constexpr int kOpset = 17;  // the first with LayerNormalization
constexpr float kEpsilon = 1e-12f;
constexpr int64_t kSegments = 2;

struct EncoderShape {
  int64_t layers = 12;
  int64_t hidden = 768;
  int64_t heads = 12;
  int64_t feed_forward = 3072;
  int64_t sequence = 128;
};

class Encoder {
 public:
  Encoder(NetworkBuilder& net, const EncoderShape& shape, Feature mask)
      : net_(net), shape_(shape), mask_(std::move(mask)) {}

  Feature embeddings(const Feature& tokens) {
    std::vector<int64_t> positions(static_cast<size_t>(shape_.sequence));
    std::iota(positions.begin(), positions.end(), 0);
    const std::vector<int64_t> segments(positions.size(), 0);
    const std::string prefix = "embeddings.";
    Feature x = net_.add(prefix + "add1", tokens,
                         net_.embedding(prefix + "token_type", kSegments, shape_.hidden, segments));
    x = net_.add(prefix + "add2", x,
                 net_.embedding(prefix + "position", kMostSequence, shape_.hidden, positions));
    return net_.layer_norm(prefix + "norm", x, kEpsilon);
  }

  Feature layer(const std::string& prefix, const Feature& x) {
    const Feature attended = net_.linear(prefix + "attention", attention(prefix, x), shape_.hidden);
    const Feature y =
        net_.layer_norm(prefix + "norm1", net_.add(prefix + "add1", attended, x), kEpsilon);
    const Feature wide =
        net_.gelu(prefix + "gelu", net_.linear(prefix + "up", y, shape_.feed_forward));
    const Feature narrow = net_.linear(prefix + "down", wide, shape_.hidden);
    return net_.layer_norm(prefix + "norm2", net_.add(prefix + "add2", narrow, y), kEpsilon);
  }

 private:
  Feature attention(const std::string& prefix, const Feature& x) {
    const auto in_heads = [&](const std::string& name, const std::vector<int64_t>& order) {
      const Feature projected = net_.linear(prefix + name, x, shape_.hidden);
      const Feature split =
          net_.reshape(prefix + name + ".split", projected,
                       {x.shape[0], x.shape[1], shape_.heads, shape_.hidden / shape_.heads});
      return net_.transpose(prefix + name + ".heads", split, order);
    };
    const Feature query = in_heads("query", {0, 2, 1, 3});
    const Feature key = in_heads("key", {0, 2, 3, 1});  // transposed for the product
    const Feature value = in_heads("value", {0, 2, 1, 3});
    Feature scores = net_.matmul(prefix + "scores", query, key);
    scores = net_.divide(prefix + "scaled", scores,
                         std::sqrt(static_cast<float>(shape_.hidden / shape_.heads)));
    const Feature masked = net_.add(prefix + "masked", scores, mask_);
    const Feature context =
        net_.matmul(prefix + "context", net_.softmax(prefix + "softmax", masked), value);
    return net_.reshape(prefix + "joined",
                        net_.transpose(prefix + "context.tokens", context, {0, 2, 1, 3}), x.shape);
  }

  NetworkBuilder& net_;
  EncoderShape shape_;
  Feature mask_;  // [N, 1, 1, sequence]
};

std::string build_bert(const std::string& name, EncoderShape shape, const NetworkOptions& options) {
  if (options.sequence != 0) shape.sequence = options.sequence;
  NetworkBuilder net(name, options, kOpset);
  const Feature tokens = net.input("inputs_embeds", {shape.sequence, shape.hidden});
  Encoder encoder(net, shape, net.input("attention_mask", {1, 1, shape.sequence}));
  Feature x = encoder.embeddings(tokens);
  for (int64_t n = 0; n < shape.layers; ++n)
    x = encoder.layer("layer" + std::to_string(n) + ".", x);
  return net.finish(x);
}

}  // namespace

std::string build_bert_base(const NetworkOptions& options) {
  return build_bert("bert-base", {12, 768, 12, 3072, 128}, options);
}

std::string build_tiny_bert(const NetworkOptions& options) {
  return build_bert("tiny-bert", {2, 32, 2, 128, 8}, options);
}

}  // namespace tilewright

// Text form of scalar expressions: nested calls while each step is used once, where it is computed
// ("relu(add(%0, 0.5))"), else one step after another ("$0 = add(%0, 1); $1 = mul($0, $0)").
#include <charconv>
#include <cmath>

#include "compiler/ir/expr.h"
#include "compiler/support/check.h"

namespace tilewright {

namespace {

constexpr size_t kMostNestedSteps = 32;  // longer expressions are easier to read as a list
constexpr int kMostNesting = 64;         // of text that is read

std::string print_constant(float value) { return fmt::format("{}", value); }

std::string print_ref(const ScalarRef& ref) {
  switch (ref.kind) {
    case ScalarRef::Kind::Input:
      return fmt::format("%{}", ref.index);
    case ScalarRef::Kind::Step:
      return fmt::format("${}", ref.index);
    case ScalarRef::Kind::Constant:
      return print_constant(ref.value);
  }
  return "";
}

// Whether reading the nested form would give the steps in the order in which they stand.
bool is_nested(const ScalarExpr& expr) {
  if (expr.steps.size() > kMostNestedSteps) return false;
  std::vector<int32_t> open;  // steps computed and not yet used; the next step uses the last ones
  for (size_t s = 0; s < expr.steps.size(); ++s) {
    const ScalarStep& step = expr.steps[s];
    const ScalarRef refs[] = {step.a, step.b, step.c};
    for (int operand = arity(step.op); operand-- > 0;) {
      if (refs[operand].kind != ScalarRef::Kind::Step) continue;
      if (open.empty() || open.back() != refs[operand].index) return false;
      open.pop_back();
    }
    open.push_back(static_cast<int32_t>(s));
  }
  return open.size() == 1;
}

std::string print_nested(const ScalarExpr& expr, size_t s) {
  const ScalarStep& step = expr.steps[s];
  const ScalarRef refs[] = {step.a, step.b, step.c};
  std::string text = std::string(name_of(step.op)) + "(";
  for (int operand = 0; operand < arity(step.op); ++operand) {
    if (operand > 0) text += ", ";
    const ScalarRef& ref = refs[operand];
    text += ref.kind == ScalarRef::Kind::Step ? print_nested(expr, static_cast<size_t>(ref.index))
                                              : print_ref(ref);
  }
  return text + ")";
}

std::string print_list(const ScalarExpr& expr) {
  std::string text;
  for (size_t s = 0; s < expr.steps.size(); ++s) {
    const ScalarStep& step = expr.steps[s];
    const ScalarRef refs[] = {step.a, step.b, step.c};
    text += fmt::format("{}${} = {}(", s == 0 ? "" : "; ", s, name_of(step.op));
    for (int operand = 0; operand < arity(step.op); ++operand)
      text += (operand > 0 ? ", " : "") + print_ref(refs[operand]);
    text += ")";
  }
  return text;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  bool parse(ScalarExpr& expr) {
    ScalarRef result;
    do {
      if (peek() == '$') {
        int32_t name = 0;
        if (!index('$', name) || name != static_cast<int32_t>(expr.steps.size()) || !eat('='))
          return false;
        // The bound call must be exactly the next step, so that lists never nest.
        if (!operand(expr, result, 0) || result != ScalarRef::step(name)) return false;
        listed_ = true;
      } else if (listed_ || !operand(expr, result, 0)) {
        return false;
      }
    } while (listed_ && eat(';'));
    if (peek() != '\0') return false;
    return expr.steps.empty() ? result == ScalarRef::input(0)
                              : result == ScalarRef::step(static_cast<int>(expr.steps.size()) - 1);
  }

 private:
  char peek() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    return rest_.empty() ? '\0' : rest_.front();
  }
  bool eat(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  template <class Number>
  bool number(Number& value) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || end == rest_.data()) return false;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return true;
  }
  bool index(char sigil, int32_t& value) {
    return eat(sigil) && !rest_.empty() && rest_.front() != '-' && number(value);
  }
  std::string_view word() {
    size_t size = 0;
    peek();
    while (size < rest_.size() &&
           (std::isalpha(static_cast<unsigned char>(rest_[size])) != 0 || rest_[size] == '_'))
      ++size;
    return rest_.substr(0, size);
  }

  // Reads "%i", "$i", a number or a call; a call appends its steps to `expr`.
  bool operand(ScalarExpr& expr, ScalarRef& ref, int depth) {
    if (depth > kMostNesting) return false;
    int32_t i = 0;
    if (peek() == '%') {
      if (!index('%', i)) return false;
      ref = ScalarRef::input(i);
      return true;
    }
    if (peek() == '$') {
      if (!index('$', i) || i >= static_cast<int32_t>(expr.steps.size())) return false;
      ref = ScalarRef::step(i);
      return true;
    }
    const std::string_view name = word();
    if (const auto op = scalar_op_named(name)) {
      rest_.remove_prefix(name.size());
      return call(expr, ref, *op, depth);
    }
    float value = 0;
    if (!number(value)) return false;
    ref = ScalarRef::constant(value);
    return true;
  }

  bool call(ScalarExpr& expr, ScalarRef& ref, ScalarOp op, int depth) {
    ScalarStep step;
    step.op = op;
    ScalarRef* refs[] = {&step.a, &step.b, &step.c};
    if (!eat('(')) return false;
    for (int o = 0; o < arity(op); ++o) {
      if (o > 0 && !eat(',')) return false;
      if (!operand(expr, *refs[o], depth + 1)) return false;
    }
    if (!eat(')')) return false;
    expr.steps.push_back(step);
    ref = ScalarRef::step(static_cast<int>(expr.steps.size()) - 1);
    return true;
  }

  std::string_view rest_;
  bool listed_ = false;
};

}  // namespace

std::string print(const ScalarExpr& expr) {
  if (expr.steps.empty()) return "%0";
  return is_nested(expr) ? print_nested(expr, expr.steps.size() - 1) : print_list(expr);
}

bool parse_expr(std::string_view text, ScalarExpr& expr) {
  ScalarExpr read;
  if (!Parser(text).parse(read)) return false;
  expr = std::move(read);
  return true;
}

}  // namespace tilewright

#include "tools/results/waveform_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "costmodel/block_nest.h"
#include "costmodel/tile_nest.h"
#include "tools/results/numbers.h"

namespace tilewright {

namespace {

int64_t column_of(int64_t cycle, int64_t end, int width) {
  return cycle * width / std::max<int64_t>(end, 1);
}

void write(std::string& row, const Span& span, int64_t end) {
  const int width = static_cast<int>(row.size());
  const int64_t first = std::min<int64_t>(column_of(span.start, end, width), width - 1);
  const int64_t last = std::max(first + 1, column_of(span.end, end, width));
  for (int64_t c = first; c < last; ++c) {
    const auto in_name = static_cast<size_t>(c - first);
    char mark = in_name < span.what.size() ? span.what[in_name] : '-';
    if (c == last - 1 && last - first > 1) mark = '|';
    row[static_cast<size_t>(c)] = mark;
  }
}

// "INP 104 + KER 144".
std::string slots_text(const std::vector<ExternalSlot>& slots, const LoopNest& nest,
                       bool blocking) {
  std::string text;
  for (const ExternalSlot& slot : slots)
    if (slot.blocking == blocking)
      text += fmt::format("{}{} {}{} {}", text.empty() ? "" : " + ", slot.store ? "store" : "load",
                          name_of(nest.external[slot.motion].role), slot.part ? " part" : "",
                          grouped(slot.cycles));
  return text.empty() ? "nothing" : text;
}

// Steps that look alike, with how many there are.
struct StepLine {
  std::string text;
  int64_t count = 0, cycles = 0;
};

}  // namespace

std::string draw(const Waveform& waveform, int width) {
  std::string text;
  for (int l = 0; l < kLanes; ++l) {
    const auto lane = static_cast<Lane>(l);
    std::string row(static_cast<size_t>(width), '.');
    for (const Span& span : waveform.spans)
      if (span.lane == lane) write(row, span, waveform.end);
    text += fmt::format("{:>9} {}\n", name_of(lane), row);
  }
  const std::string end = fmt::format("{} cycles", grouped(waveform.end));
  return text + fmt::format("{:>9} 0{:>{}}\n", "", end, std::max(width - 1, 1)) +
         (waveform.whole ? "" : "          the first iterations only\n");
}

std::string cost_tree(const Work& work, const Target& target, const RapidDsc& dsc) {
  const UnitTimes times(work, target.system, target.info);
  const LoopNest nest = lower(work, target.system, target.info, dsc);
  const TileGrid grid(work, times, dsc, nest);
  std::vector<StepLine> lines;
  grid.odometer().for_each_kind([&](const Kind& state) {
    const std::vector<ExternalSlot> slots = slots_at(times, nest, grid, state);
    int64_t blocking = 0, beside = 0;
    for (const ExternalSlot& slot : slots) (slot.blocking ? blocking : beside) += slot.cycles;
    StepLine line;
    if (work.kind == WorkKind::Move) {
      line.cycles = blocking + beside;
      line.text = fmt::format("[N3] {}", slots_text(slots, nest, true));
    } else {
      const Cost body = body_cost(work, times, nest, grid.tile(state.index)).cost;
      const int64_t with_wait = body.cycles + 2 * times.semaphore;
      line.cycles = blocking + std::max(with_wait, beside);
      line.text =
          fmt::format("[N2] {}{}max(body {} [{}], beside {}: {})",
                      blocking > 0 ? slots_text(slots, nest, true) : "", blocking > 0 ? " + " : "",
                      grouped(with_wait), work.kind == WorkKind::Array ? "B1" : "C5",
                      grouped(beside), slots_text(slots, nest, false));
      const TileReduction sums = reduction_at(times, nest, grid, state);
      line.cycles += sums.cycles();
      if (sums.cycles() > 0)
        line.text += fmt::format(" + [N5] ring {} + finish {}", grouped(sums.ring_cycles),
                                 grouped(sums.finish_cycles + sums.meeting_cycles));
    }
    const auto like = std::find_if(lines.begin(), lines.end(),
                                   [&](const StepLine& l) { return l.text == line.text; });
    (like == lines.end() ? lines.emplace_back(line) : *like).count += state.count;
  });
  int64_t total = times.layer_cycles;
  std::string text;
  const std::vector<ExternalSlot> exposed = exposed_slots(times, nest, grid);
  if (work.kind != WorkKind::Move) {
    int64_t cycles = 0;
    for (const ExternalSlot& slot : exposed) cycles += slot.cycles;
    total += cycles;
    text += fmt::format("  {:>12}  [N1] before the first and behind the last step: {}\n",
                        grouped(cycles), slots_text(exposed, nest, true));
  }
  for (const StepLine& line : lines) {
    total += line.count * line.cycles;
    text += fmt::format("  {:>12}  {} x {} {}\n", grouped(line.count * line.cycles),
                        grouped(line.count), grouped(line.cycles), line.text);
  }
  text += fmt::format("  {:>12}  [R6] change of layers\n", grouped(times.layer_cycles));
  return fmt::format("cost {} cycles\n", grouped(total)) + text;
}

}  // namespace tilewright

// The pattern is cut at its stars. The first and the last run are anchored; each run between is
// taken at its first occurrence after the one before, which is always right because a star can take
// the rest.
#include "harness/eql/pattern.h"

#include <algorithm>

#include "harness/base/text.h"

namespace eqlab::eql {
namespace {

constexpr std::size_t npos = std::string_view::npos;

std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(length, text.size());
}

}  // namespace

Wildcard::Wildcard(std::string_view pattern, Escapes escapes) {
  runs_.emplace_back();
  anchored_front_ = !pattern.starts_with('*');
  bool ends_with_star = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    ends_with_star = false;
    if (c == '*') {
      ends_with_star = true;
      if (!runs_.back().bytes.empty()) runs_.emplace_back();
    } else if (c == '?') {
      runs_.back().any_at.push_back(runs_.back().bytes.size());
      runs_.back().bytes += '\0';
    } else if (c == '\\' && escapes == Escapes::backslash && i + 1 < pattern.size()) {
      runs_.back().bytes += pattern[++i];
    } else {
      runs_.back().bytes += c;
    }
  }
  anchored_back_ = !ends_with_star;
  if (ends_with_star && runs_.back().bytes.empty() && runs_.size() > 1) runs_.pop_back();
}

std::size_t Wildcard::match_front(const Run& run, std::string_view text) {
  if (run.any_at.empty()) return text.starts_with(run.bytes) ? run.bytes.size() : npos;
  std::size_t at = 0;
  auto any = run.any_at.begin();
  for (std::size_t i = 0; i < run.bytes.size(); ++i) {
    if (at >= text.size()) return npos;
    if (any != run.any_at.end() && *any == i) {
      at += character_length(text.substr(at));
      ++any;
    } else if (text[at] == run.bytes[i]) {
      ++at;
    } else {
      return npos;
    }
  }
  return at;
}

std::size_t Wildcard::find(const Run& run, std::string_view text, std::size_t& length) {
  if (run.any_at.empty()) {
    length = run.bytes.size();
    return text.find(run.bytes);
  }
  for (std::size_t at = 0; at <= text.size(); ++at) {
    // A match starts at a character, never inside one.
    if (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) continue;
    length = match_front(run, text.substr(at));
    if (length != npos) return at;
  }
  return npos;
}

bool Wildcard::matches(std::string_view text) const {
  std::size_t first = 0;
  std::size_t last = runs_.size();
  if (anchored_front_) {
    const std::size_t length = match_front(runs_[0], text);
    if (length == npos) return false;
    if (runs_.size() == 1 && anchored_back_) return length == text.size();
    text.remove_prefix(length);
    first = 1;
  }
  if (anchored_back_ && last > first) --last;
  for (std::size_t i = first; i < last; ++i) {
    std::size_t length = 0;
    const std::size_t at = find(runs_[i], text, length);
    if (at == npos) return false;
    text.remove_prefix(at + length);
  }
  if (!anchored_back_ || last == runs_.size()) return true;
  const Run& tail = runs_.back();
  if (tail.any_at.empty()) return text.ends_with(tail.bytes);
  // The tail's length in bytes depends on the characters that `?` takes: try each character start.
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) continue;
    if (match_front(tail, text.substr(at)) == text.size() - at) return true;
  }
  return false;
}

bool has_wildcards(std::string_view text) { return text.find_first_of("*?") != npos; }

bool matches_everything(std::string_view pattern) {
  return !pattern.empty() && pattern.find_first_not_of('*') == npos;
}

}  // namespace eqlab::eql

// Dictionaries hash text with a small multiplicative hash into an open-addressing table of codes,
// so a look-up touches the table, then the bytes. Tested in tests/unit/event/batch_rows_test.cc.
#include "harness/event/column.h"

#include <bit>
#include <cstring>

#include "harness/base/check.h"

namespace eqlab::event {
namespace {

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0x9E37'79B9'7F4A'7C15U ^ (text.size() * 0xFF51'AFD7'ED55'8CCDU);
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * 0xD6E8'FEB8'6659'FD93U;
    hash ^= hash >> 32U;
  };
  while (text.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    mix(word);
    text.remove_prefix(8);
  }
  if (!text.empty()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), text.size());
    mix(word);
  }
  return hash * 0x9FB2'1C65'1E98'DF25U;
}

}  // namespace

ValueCode Dictionary::intern_text(std::string_view value) {
  EQLAB_ASSERT(physical_ == Physical::text);
  if ((size_ + 1) * 2 > text_slots_.size()) {
    std::vector<std::uint32_t> grown(std::max<std::size_t>(64, text_slots_.size() * 2), 0);
    for (ValueCode code = 0; code < size_; ++code) {
      std::size_t slot = hash_text(text(code)) & (grown.size() - 1);
      while (grown[slot] != 0) slot = (slot + 1) & (grown.size() - 1);
      grown[slot] = code + 1;
    }
    text_slots_.swap(grown);
  }
  std::size_t slot = hash_text(value) & (text_slots_.size() - 1);
  while (text_slots_[slot] != 0) {
    const ValueCode code = text_slots_[slot] - 1;
    if (text(code) == value) return code;
    slot = (slot + 1) & (text_slots_.size() - 1);
  }
  EQLAB_ASSERT(bytes_.size() + value.size() < no_value);
  bytes_.append(value);
  ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  text_slots_[slot] = static_cast<std::uint32_t>(++size_);
  return static_cast<ValueCode>(size_ - 1);
}

ValueCode Dictionary::intern_word(std::uint64_t word) {
  const auto [found, added] = word_codes_.try_emplace(word, static_cast<ValueCode>(size_));
  if (added) {
    words_.push_back(word);
    ++size_;
  }
  return found->second;
}

ValueCode Dictionary::intern_integer(std::int64_t value) {
  EQLAB_ASSERT(physical_ == Physical::integer);
  return intern_word(static_cast<std::uint64_t>(value));
}

ValueCode Dictionary::intern_natural(std::uint64_t value) {
  EQLAB_ASSERT(physical_ == Physical::natural);
  return intern_word(value);
}

ValueCode Dictionary::intern_real(double value) {
  EQLAB_ASSERT(physical_ == Physical::real);
  return intern_word(std::bit_cast<std::uint64_t>(value));
}

ValueCode Dictionary::intern_boolean(bool value) {
  EQLAB_ASSERT(physical_ == Physical::boolean);
  return intern_word(value ? 1 : 0);
}

double Dictionary::real(ValueCode code) const { return std::bit_cast<double>(words_[code]); }

Value Dictionary::value(ValueCode code) const {
  switch (physical_) {
    case Physical::text:
      return std::string(text(code));
    case Physical::integer:
      return integer(code);
    case Physical::natural:
      return natural(code);
    case Physical::real:
      return real(code);
    case Physical::boolean:
      return boolean(code);
  }
  return {};
}

void Dictionary::clear() {
  size_ = 0;
  bytes_.clear();
  ends_.assign(1, 0);
  words_.clear();
  text_slots_.assign(text_slots_.size(), 0);
  word_codes_.clear();
}

void Column::push(ValueCode code) {
  codes_.push_back(code);
  if (has_arrays_) starts_.push_back(static_cast<std::uint32_t>(codes_.size()));
}

void Column::push_missing() {
  if (has_arrays_) {
    starts_.push_back(static_cast<std::uint32_t>(codes_.size()));
  } else {
    codes_.push_back(no_value);
  }
}

void Column::push(std::span<const ValueCode> codes) {
  if (codes.empty()) return push_missing();
  if (codes.size() == 1) return push(codes[0]);
  if (!has_arrays_) become_array();
  codes_.insert(codes_.end(), codes.begin(), codes.end());
  starts_.push_back(static_cast<std::uint32_t>(codes_.size()));
}

void Column::become_array() {
  starts_.assign(1, 0);
  std::size_t kept = 0;
  for (const ValueCode code : codes_) {
    if (code != no_value) codes_[kept++] = code;
    starts_.push_back(static_cast<std::uint32_t>(kept));
  }
  codes_.resize(kept);
  has_arrays_ = true;
}

void Column::clear() {
  dictionary_.clear();
  has_arrays_ = false;
  codes_.clear();
  starts_.clear();
}

}  // namespace eqlab::event

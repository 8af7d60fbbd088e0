#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/event/field_type.h"
#include "harness/event/value.h"

namespace eqlab::event {

using RowIndex = std::uint32_t;
/// Place of a value in its column's dictionary.
using ValueCode = std::uint32_t;
inline constexpr ValueCode no_value = 0xFFFF'FFFFU;

/// The distinct values of one column, in order of first appearance. Each physical type has its own
/// storage; only the one that `physical` names is used. Text is kept in one buffer.
class Dictionary {
 public:
  explicit Dictionary(Physical physical) : physical_(physical) {}

  [[nodiscard]] Physical physical() const { return physical_; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// The code of the value, which is added if new. O(length).
  ValueCode intern_text(std::string_view value);
  ValueCode intern_integer(std::int64_t value);
  ValueCode intern_natural(std::uint64_t value);
  ValueCode intern_real(double value);  ///< -0.0 and 0.0 are two values, as doc values keep them
  ValueCode intern_boolean(bool value);

  [[nodiscard]] std::string_view text(ValueCode code) const {
    return std::string_view(bytes_).substr(ends_[code], ends_[code + 1] - ends_[code]);
  }
  [[nodiscard]] std::int64_t integer(ValueCode code) const {
    return static_cast<std::int64_t>(words_[code]);
  }
  [[nodiscard]] std::uint64_t natural(ValueCode code) const { return words_[code]; }
  [[nodiscard]] double real(ValueCode code) const;
  [[nodiscard]] bool boolean(ValueCode code) const { return words_[code] != 0; }
  [[nodiscard]] Value value(ValueCode code) const;

  /// Forgets all values; keeps the memory.
  void clear();

 private:
  ValueCode intern_word(std::uint64_t word);

  Physical physical_;
  std::size_t size_ = 0;
  std::string bytes_;                      // text: all values one after another
  std::vector<std::uint32_t> ends_ = {0};  // text: value i is bytes_[ends_[i], ends_[i+1])
  std::vector<std::uint64_t> words_;       // the other types, as bits
  std::vector<std::uint32_t> text_slots_;  // text: open-addressing table of code + 1, 0 empty
  boost::unordered_flat_map<std::uint64_t, ValueCode> word_codes_;
};

/// The values of one field over the rows of a batch. A missing field has no codes; an array has
/// several. Codes of a row keep document order and repeats. While no row has two values the column
/// stores one code a row; the first array changes it to offsets, which callers see only through
/// `codes`.
class Column {
 public:
  explicit Column(Physical physical) : dictionary_(physical) {}

  [[nodiscard]] std::size_t row_count() const {
    return has_arrays_ ? starts_.size() - 1 : codes_.size();
  }
  [[nodiscard]] const Dictionary& dictionary() const { return dictionary_; }
  [[nodiscard]] Dictionary& dictionary() { return dictionary_; }

  [[nodiscard]] bool has_arrays() const { return has_arrays_; }
  /// Only without arrays: one code a row, `no_value` where missing. Sorted by row.
  [[nodiscard]] std::span<const ValueCode> single_codes() const { return codes_; }
  /// Only with arrays: row r has codes [starts()[r], starts()[r+1]) of `packed_codes`.
  [[nodiscard]] std::span<const std::uint32_t> starts() const { return starts_; }
  [[nodiscard]] std::span<const ValueCode> packed_codes() const { return codes_; }

  /// The values of one row, none if missing.
  [[nodiscard]] std::span<const ValueCode> codes(RowIndex row) const {
    if (has_arrays_) {
      return std::span(codes_).subspan(starts_[row], starts_[row + 1] - starts_[row]);
    }
    return std::span(codes_).subspan(row, codes_[row] == no_value ? 0 : 1);
  }

  /// Appends a row. One value, none, or several.
  void push(ValueCode code);
  void push_missing();
  void push(std::span<const ValueCode> codes);

  void clear();

 private:
  void become_array();

  Dictionary dictionary_;
  bool has_arrays_ = false;
  std::vector<ValueCode> codes_;
  std::vector<std::uint32_t> starts_;
};

}  // namespace eqlab::event

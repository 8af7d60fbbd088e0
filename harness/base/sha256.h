#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace eqlab {

/// SHA-256 of the bytes added, in lower-case hexadecimal digits.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view bytes);
  /// Once, at the end.
  [[nodiscard]] std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// A text made of parts that cannot run into one another: each stands behind its length.
class PartList {
 public:
  PartList& add(std::string_view part);
  /// How many there are, and then each.
  PartList& add_all(const std::vector<std::string>& parts);
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string digest() const { return sha256_hex(text_); }

 private:
  std::string text_;
};

}  // namespace eqlab

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "harness/event/batch.h"
#include "harness/event/batch_builder.h"
#include "harness/event/io/path_trie.h"

namespace eqlab::event {

/// What every thread of one reading shares: which paths of a document go to which targets of a
/// BatchBuilder. Immutable.
class ReadPlan {
 public:
  ReadPlan(const Projection& projection, std::size_t document_bytes_max, bool keep_sources);

  /// For documents that are walked through: nested objects and dotted keys.
  [[nodiscard]] const PathTrie& paths() const { return paths_; }
  /// The same for a hit's `fields`, which may also use the names of aliases and multi-fields.
  [[nodiscard]] const PathTrie& field_names() const { return field_names_; }
  /// Where the values of a dotted path go, for formats whose fields have one; often nowhere.
  [[nodiscard]] std::span<const BatchBuilder::Target> targets_of(std::string_view path) const;

  [[nodiscard]] const Projection& projection() const { return projection_; }
  [[nodiscard]] std::size_t document_bytes_max() const { return document_bytes_max_; }
  [[nodiscard]] bool keeps_sources() const { return keep_sources_; }

 private:
  void add(const Field& field, BatchBuilder::Target target);

  Projection projection_;
  std::size_t document_bytes_max_;
  bool keep_sources_;
  PathTrie paths_;
  PathTrie field_names_;
};

}  // namespace eqlab::event

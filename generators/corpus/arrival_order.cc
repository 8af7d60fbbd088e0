// Tested in tests/unit/generators/write_corpus_test.cc.
#include "generators/corpus/arrival_order.h"

namespace eqlab::generators {

void ArrivalOrder::add(IngestTime ingest, std::string_view document) {
  waiting_.push({.ingest = ingest, .number = number_++, .document = std::string(document)});
}

std::uint64_t ArrivalOrder::take(IngestTime until, std::string& out) {
  std::uint64_t taken = 0;
  for (; !waiting_.empty() && waiting_.top().ingest < until; waiting_.pop(), ++taken)
    out += waiting_.top().document;
  return taken;
}

}  // namespace eqlab::generators

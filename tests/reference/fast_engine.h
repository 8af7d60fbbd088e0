#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/batch.h"
#include "harness/eql/condition.h"
#include "harness/event/schema.h"
#include "tests/reference/finder.h"

/// The product's own engine behind the reference's signature, so that tests can ask both the same
/// question.
namespace eqlab::reference {

/// Appends a row to a batch of the projection; `index` is its place in the input, from 0.
void push_row(event::EventBatch& batch, const event::Projection& projection, const Row& row,
              std::size_t index);

/// How the input is cut; the answer must not depend on it.
struct Cut {
  std::size_t batch_rows = 1024;  ///< at least 1
  std::size_t logs = 1;           ///< parts that are scanned apart and merged
  bool empty_batches = false;     ///< a batch without rows before and after every other one
};

/// One query made ready once, to be asked about many inputs. Movable; `schema` need not outlive it.
class FastEngine {
 public:
  /// Parse, check, plan. Errors: E1xx and E2xx.
  [[nodiscard]] static Result<FastEngine> make(std::string_view query, const event::Schema& schema,
                                               const Options& options);
  /// The same for a query that is checked already.
  [[nodiscard]] static FastEngine of(eql::CheckedQuery query, const event::Schema& schema,
                                     const Options& options);
  FastEngine(FastEngine&&) noexcept;
  FastEngine& operator=(FastEngine&&) noexcept;
  ~FastEngine();

  /// Scan, merge, match. Errors: a script that fails, E216.
  [[nodiscard]] Result<std::vector<ReferenceMatch>> find(const std::vector<Row>& rows,
                                                         Cut cut) const;

 private:
  struct Prepared;
  explicit FastEngine(std::unique_ptr<Prepared> prepared);
  std::unique_ptr<Prepared> prepared_;
};

/// Both in one go.
[[nodiscard]] Result<std::vector<ReferenceMatch>> run_fast(std::string_view query,
                                                           const event::Schema& schema,
                                                           const Options& options,
                                                           const std::vector<Row>& rows,
                                                           Cut cut = {});

}  // namespace eqlab::reference

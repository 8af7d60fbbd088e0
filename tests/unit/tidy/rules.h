#pragma once

#include <vector>

#include "tests/unit/tidy/source_tree.h"

// The rules of the house that a program can check. Each takes files and gives every violation, in
// the order of the files and their lines.
namespace eqlab::tidy {

/// A layer includes itself and what lies under it; nothing includes tests. Also holds the DEPS of
/// the build against the same picture.
[[nodiscard]] std::vector<Violation> check_layers(const std::vector<SourceFile>& files);

/// Every header from outside is known, and included only from the folders that it was taken in for.
[[nodiscard]] std::vector<Violation> check_third_party(const std::vector<SourceFile>& files);

/// Below the command line nothing prints, exits, reads the environment or a clock, or draws numbers
/// whose sequence the standard library may choose.
[[nodiscard]] std::vector<Violation> check_banned_calls(const std::vector<SourceFile>& files);

/// Nothing depends on where a checkout or a home folder lies on someone's machine.
[[nodiscard]] std::vector<Violation> check_machine_paths(const std::vector<SourceFile>& files);

/// A test that a comment cites exists, no comment cites a specification that is not here, and tests
/// are named in one style.
[[nodiscard]] std::vector<Violation> check_comments_of_tests(const std::vector<SourceFile>& files);

/// Links and paths that a page of documentation names exist, anchors included.
[[nodiscard]] std::vector<Violation> check_links(const std::vector<SourceFile>& files);

/// Every folder of the product says in a README.md what it is for.
[[nodiscard]] std::vector<Violation> check_readmes(const std::vector<SourceFile>& files);

/// Every code of a message stands in harness/base/ERRORS.md and the other way round, and some test
/// or case produces it.
[[nodiscard]] std::vector<Violation> check_codes(const std::vector<SourceFile>& files);

}  // namespace eqlab::tidy

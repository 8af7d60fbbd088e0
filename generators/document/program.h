#pragma once

#include <span>
#include <string>
#include <string_view>

namespace eqlab::generators {

/// An executable file as events show it.
struct Program {
  std::string name;        ///< last element of `executable`
  std::string executable;  ///< real path; may hold `{user}`
  std::string signing_id;
  std::string subject;  ///< of the signature; empty: unsigned
  std::string team_id;
  std::string sha256;
  std::string md5;
  std::string sha1;
};

/// Who signed a program. `developer` takes a team id from the name, so it is the same everywhere.
enum class Signer : unsigned char { apple, developer, none };

[[nodiscard]] Program make_program(std::string executable, Signer signer);

/// A program that scenarios may name by its key alone: `curl` is `/usr/bin/curl`.
struct KnownProgram {
  std::string_view key;
  std::string_view executable;
  Signer signer;
};
[[nodiscard]] std::span<const KnownProgram> known_programs();
[[nodiscard]] const KnownProgram* find_program(std::string_view key);

}  // namespace eqlab::generators

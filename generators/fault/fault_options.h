#pragma once

#include <cstdint>

namespace eqlab::generators {

/// Which documents of one process or one connection an agent sends as one.
enum class Merging : std::uint8_t {
  off,
  by_version,  ///< agents from 8.18 on, which do so by default
  on           ///< all agents
};
/// When a merged document says that it happened: no public source says which, so both are offered.
enum class MergedTime : std::uint8_t {
  exec,  ///< when the process ran its last image, or the connection was opened
  end    ///< when the last of the merged events happened
};

/// What befalls events between the host and the index, as a profile switches it on (`[faults]`).
/// Shares are of 1. Ingest delay is the only fault that is on by default.
struct FaultOptions {
  double ingest_delay = 1;  ///< factor on every delay; 0: searchable at once
  double loss = 0;          ///< share of documents that never arrive
  double offline_loss = 0;  ///< of a spell offline, the oldest share of the time is dropped
  double duplicates = 0;    ///< share of documents that are sent twice, with the same `event.id`
  double reordering = 0;    ///< share of documents that are written up to two seconds late
  double truncation = 0;    ///< share of hosts whose agent cuts arguments and command lines short
  double clock_offset = 0;  ///< factor on the model of wrong clocks: N(0, 50 ms), some by minutes
  double clock_steps = 0;   ///< chance of a step of up to 5 s either way after each spell offline
  Merging merging = Merging::off;
  MergedTime merged_time = MergedTime::exec;

  friend bool operator==(const FaultOptions&, const FaultOptions&) = default;
};

}  // namespace eqlab::generators

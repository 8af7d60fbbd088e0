#include "harness/run/event_source.h"

#include "harness/base/text.h"

namespace eqlab::run {

NamedValues options_of(const EventSource& source, const generators::CorpusOptions& used) {
  NamedValues out;
  if (!source.files.empty()) {
    for (const std::string& file : source.files) out.emplace_back("input", file);
    return out;
  }
  if (!source.corpus_dir.empty()) return {{"corpus", source.corpus_dir}};
  out = {{"profile", used.profile}, {"seed", format("{}", used.seed)}};
  if (used.events > 0) out.emplace_back("events", format("{}", used.events));
  out.emplace_back("hosts", format("{}", used.hosts));
  out.emplace_back("days", format("{}", used.days));
  if (!used.only.empty()) out.emplace_back("only", join(used.only, ","));
  if (!used.without.empty()) out.emplace_back("without", join(used.without, ","));
  if (!used.scenarios_dir.empty()) out.emplace_back("scenarios", used.scenarios_dir);
  return out;
}

std::string name_of(const EventSource& source, const generators::CorpusOptions& used) {
  if (!source.files.empty()) return join(source.files, " ");
  return source.corpus_dir.empty() ? used.profile : source.corpus_dir;
}

}  // namespace eqlab::run

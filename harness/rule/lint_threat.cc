// Threat mappings, as far as they can be judged without ATT&CK's own tables (detection-rules'
// rule.py). Tested in tests/unit/rule/lint_threat_test.cc.
#include <algorithm>
#include <set>

#include "harness/base/text.h"
#include "harness/rule/lint_findings.h"

namespace eqlab::rule {
namespace {

constexpr std::string_view attack = "MITRE ATT&CK";
constexpr std::string_view atlas = "MITRE ATLAS";

/// `shape` has `0` for any digit.
bool has_shape(std::string_view text, std::string_view shape) {
  return std::ranges::equal(text, shape, [](char c, char wanted) {
    return wanted == '0' ? c >= '0' && c <= '9' : c == wanted;
  });
}

class ThreatLint {
 public:
  ThreatLint(const LintSubject& subject, Findings& findings)
      : threats_(subject.rule.threat), findings_(findings) {}

  void run() {
    for (std::size_t i = 0; i < threats_.size(); ++i) {
      const Threat& threat = threats_[i];
      const std::string path = format("threat.{}", i);
      check_repetition(i, path);
      if (threat.framework == atlas) continue;
      if (threat.framework != attack) {
        findings_.add(Severity::error, "L313", path + ".framework",
                      format("the framework {} is not known", threat.framework),
                      format("framework = \"{}\"", attack));
        continue;
      }
      check_reference(threat.tactic, path + ".tactic", "TA0000", "tactics");
      for (std::size_t j = 0; j < threat.techniques.size(); ++j)
        check_technique(threat.techniques[j], format("{}.technique.{}", path, j));
    }
  }

 private:
  void check_repetition(std::size_t at, const std::string& path) {
    if (!tactics_.emplace(threats_[at].framework, threats_[at].tactic.id).second) {
      findings_.add(Severity::error, "L313", path + ".tactic.id",
                    format("tactic {} is listed twice", threats_[at].tactic.id),
                    "put its techniques under one [[rule.threat]]");
    }
  }

  void check_technique(const ThreatTechnique& technique, const std::string& path) {
    check_reference(technique.technique, path, "T0000", "techniques");
    for (std::size_t k = 0; k < technique.subtechniques.size(); ++k) {
      const ThreatReference& sub = technique.subtechniques[k];
      const std::string sub_path = format("{}.subtechnique.{}", path, k);
      if (!sub.id.starts_with(technique.technique.id + ".")) {
        findings_.add(Severity::error, "L313", sub_path + ".id",
                      format("{} is not a sub-technique of {}", sub.id, technique.technique.id),
                      format("move it under {}", sub.id.substr(0, sub.id.find('.'))));
        continue;
      }
      check_reference(sub, sub_path, "T0000.000", "techniques");
    }
  }

  /// The address must name the id; a missing slash at its end is forgiven, as the publishers' tools
  /// add it.
  void check_reference(const ThreatReference& reference, const std::string& path,
                       std::string_view shape, std::string_view kind) {
    if (!has_shape(reference.id, shape)) {
      std::string example(shape);
      std::ranges::replace(example, '0', 'n');
      findings_.add(Severity::error, "L313", path + ".id",
                    format("{} is no id of ATT&CK's {}", reference.id, kind),
                    format("write it as {}", example));
      return;
    }
    std::string in_url = reference.id;
    std::ranges::replace(in_url, '.', '/');
    const std::string expected = format("https://attack.mitre.org/{}/{}/", kind, in_url);
    if (reference.reference == expected || reference.reference + "/" == expected) return;
    findings_.add(Severity::error, "L313", path + ".reference",
                  format("the address does not belong to {}", reference.id),
                  format("reference = \"{}\"", expected));
  }

  const std::vector<Threat>& threats_;
  Findings& findings_;
  std::set<std::pair<std::string_view, std::string_view>> tactics_;  ///< framework and id, seen
};

}  // namespace

void lint_threats(const LintSubject& subject, Findings& findings) {
  std::set<std::pair<std::string_view, std::string_view>> mappings;
  for (const auto& [framework, version] : subject.rule.threat_mappings) {
    if (mappings.emplace(framework, version).second) continue;
    findings.add(Severity::error, "L313", "threat_mappings",
                 format("{} {} is mapped twice", framework, version),
                 "keep one of the two under threat_mappings");
  }
  ThreatLint(subject, findings).run();
}

}  // namespace eqlab::rule

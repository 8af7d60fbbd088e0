// Tested in tests/unit/gate/change_set_test.cc.
#include "harness/gate/change_set.h"

#include <map>
#include <utility>

#include "harness/base/text.h"

namespace eqlab::gate {

std::string_view to_string(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::unchanged:
      return "unchanged";
    case ChangeKind::added:
      return "added";
    case ChangeKind::deleted:
      return "deleted";
    case ChangeKind::modified:
      return "modified";
  }
  return "";
}

ChangeKind RulePair::kind() const {
  if (!before) return ChangeKind::added;
  if (!after) return ChangeKind::deleted;
  return document_of(*before).text == document_of(*after).text ? ChangeKind::unchanged
                                                               : ChangeKind::modified;
}

std::vector<RulePair> pair_rules(std::vector<rule::Rule> before, std::vector<rule::Rule> after) {
  std::map<std::pair<std::string, std::string>, std::size_t> by_file_and_id;
  std::map<std::string, std::size_t> by_id;
  std::map<std::string, std::vector<std::size_t>> old_by_file;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string& id = before[i].rule_id;
    if (!id.empty()) {
      by_file_and_id.try_emplace({before[i].file, id}, i);
      by_id.try_emplace(id, i);
    }
    old_by_file[before[i].file].push_back(i);
  }
  std::map<std::string, std::size_t> new_in_file;
  for (const rule::Rule& rule : after) ++new_in_file[rule.file];

  std::vector<bool> taken(before.size(), false);
  std::vector<std::optional<std::size_t>> old_of(after.size());
  const auto take = [&](std::size_t of, std::size_t old) {
    if (old_of[of] || taken[old]) return;
    old_of[of] = old;
    taken[old] = true;
  };
  // The surest signs first over all rules, so that a copy does not take its original's place.
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto found = by_file_and_id.find({after[i].file, after[i].rule_id});
    if (found != by_file_and_id.end()) take(i, found->second);
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto found = by_id.find(after[i].rule_id);
    if (found != by_id.end()) take(i, found->second);
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto found = old_by_file.find(after[i].file);
    if (found != old_by_file.end() && found->second.size() == 1 && new_in_file[after[i].file] == 1)
      take(i, found->second.front());
  }
  // What is left was moved and given a new id at once, or has come and gone.
  std::map<std::string, std::vector<std::size_t>> old_by_name;
  std::map<std::string, std::size_t> new_by_name;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!taken[i] && !before[i].name.empty()) old_by_name[fold_ascii(before[i].name)].push_back(i);
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (!old_of[i]) ++new_by_name[fold_ascii(after[i].name)];
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    const std::string name = fold_ascii(after[i].name);
    const auto found = old_by_name.find(name);
    if (found != old_by_name.end() && found->second.size() == 1 && new_by_name[name] == 1)
      take(i, found->second.front());
  }

  std::vector<RulePair> out;
  for (std::size_t i = 0; i < after.size(); ++i) {
    RulePair pair;
    if (old_of[i]) pair.before = before[*old_of[i]];
    pair.after = std::move(after[i]);
    out.push_back(std::move(pair));
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (taken[i]) continue;
    RulePair pair;
    pair.before = std::move(before[i]);
    out.push_back(std::move(pair));
  }
  return out;
}

}  // namespace eqlab::gate

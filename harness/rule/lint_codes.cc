#include "harness/rule/lint_codes.h"

#include <algorithm>
#include <array>

namespace eqlab::rule {
namespace {

constexpr std::array<LintCode, 31> codes = {{
    {"L301", Severity::error,
     "Rule repositories refuse a rule whose id, name, dates or required keys are missing, "
     "malformed or taken. Ids and names must be unique over all rules checked together."},
    {"L302", Severity::error,
     "The schedule cannot be run as written: the interval is below the engine's minimum, the "
     "window is empty, or from has a unit that not all readers know."},
    {"L303", Severity::error,
     "The look-back (from to to) must reach over the interval and maxspan. Otherwise events, or "
     "sequences that use maxspan, lie in no run's window. Lengthen from."},
    {"L304", Severity::error,
     "A run sees only what lies in its window, so a maxspan as long as the window can never be "
     "used. Lengthen from or shorten maxspan."},
    {"L305", Severity::error,
     "Each severity has its band of risk scores, and the engine writes at most 1,000 alerts a run "
     "whatever max_signals says."},
    {"L307", Severity::error,
     "A rule reads an index list or a data view, and some index of the list must be able to hold "
     "each category of events that the query asks for."},
    {"L308", Severity::error,
     "A field that the documents do not have never matches, and a sequence joined by it never "
     "fires. What each stream of Elastic Defend maps is known; other data is not judged."},
    {"L309", Severity::error,
     "event.ingested has whole seconds and follows arrival, not happening: events of one second "
     "are ordered at random."},
    {"L310", Severity::error,
     "A stage ![…] at the end is judged at the end of the window, before its event can have "
     "happened or arrived, so it raises alerts too early."},
    {"L312", Severity::error,
     "Alert suppression needs version 8.14, on sequences 8.18, and a stated strategy for alerts "
     "without the fields of group_by."},
    {"L313", Severity::error,
     "Threat references must agree with themselves, a rule is not updated before it was created, "
     "and versions come from one place."},
    {"L314", Severity::error,
     "An export carries its exception lists and counts what it holds; where these do not agree, the "
     "rule would run otherwise than where it came from."},
    {"L315", Severity::warning,
     "An event can be found only while it lies in some run's window. Look-back less interval less "
     "maxspan is the delay that every match survives; it should cover the ingest delay to be "
     "expected (--delay) and late runs (--jitter)."},
    {"L316", Severity::warning,
     "A failed run is not repeated. Only a look-back of two intervals, maxspan and the ingest "
     "delay lets the next run find what it missed."},
    {"L317", Severity::warning,
     "Alerts that are known already still take places under max_signals in every run that sees "
     "their events again. Shorten from."},
    {"L318", Severity::warning,
     "Without maxspan a sequence may be as long as the window, and only short ones are sure to be "
     "seen whole."},
    {"L319", Severity::warning,
     "For single events timestamp_override = \"event.ingested\" makes ingest delay irrelevant. A "
     "sequence is ordered by another time than the window is cut by then, which loses and invents "
     "pairs."},
    {"L322", Severity::warning,
     "Severity, risk score and name overrides are applied to alerts of single events only."},
    {"L323", Severity::warning,
     "The alert of a sequence has only fields in which all its events agree; grouping by another "
     "puts unlike alerts into one group, or suppresses none."},
    {"L325", Severity::warning,
     "Items with value lists, expired items and lists of the endpoint take no part when an EQL rule "
     "runs."},
    {"L327", Severity::warning,
     "A rule over alerts waits for other rules first, so delays add up, and the engine keeps out "
     "only the alerts of the rule itself."},
    {"L329", Severity::warning,
     "Conventions that help those who run and read rules: timing and folder of building blocks, "
     "timeline id with title, tags of tactic and operating system, the title of the guide."},
    {"L331", Severity::warning,
     "==, !=, in and in~ compare whole values: a star or question mark there is that letter. : and "
     "like take wildcards."},
    {"L332", Severity::warning,
     "A regular expression on a field is Lucene's: it always covers the whole value, and ^, $, "
     "(?i) "
     "and \\b are no anchors, flags or boundaries there."},
    {"L333", Severity::info,
     "A pattern of stars alone asks whether the field has a value; != null says so."},
    {"L334", Severity::warning,
     "\"null\" is a text of four letters. A missing value is null without quotes."},
    {"L335", Severity::warning,
     "The condition is true for every event or for none, whatever it compares."},
    {"L336", Severity::warning,
     "endsWith and stringContains of a field run as wildcard queries, in which stars, question "
     "marks and backslashes of the constant are live."},
    {"L337", Severity::warning,
     "Wildcards are * and ?; what SQL or regular expressions write for them is taken literally."},
    {"L338", Severity::warning,
     "A keyword is ordered letter by letter: \"9\" comes after \"500\"."},
    {"L339", Severity::warning,
     "Dates are text in double quotes; numbers joined by minus signs are arithmetic."},
}};

}  // namespace

std::span<const LintCode> lint_codes() { return codes; }

const LintCode* find_lint_code(std::string_view code) {
  const auto* const found = std::ranges::find(codes, code, &LintCode::code);
  return found == codes.end() ? nullptr : &*found;
}

}  // namespace eqlab::rule

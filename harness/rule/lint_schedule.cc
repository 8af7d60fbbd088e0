// T is the interval, L look-back (from `from` to `to`),
// M maxspan, d ingest delay, G the largest spacing of runs that is still normal. Tested in
// tests/unit/rule/lint_schedule_test.cc.
#include <algorithm>

#include "harness/base/text.h"
#include "harness/rule/closed_forms.h"
#include "harness/rule/date_math.h"
#include "harness/rule/lint_findings.h"

namespace eqlab::rule {
namespace {

using std::chrono::seconds;

std::string in_seconds(Duration duration) {
  return format("{} s", group_digits(std::chrono::ceil<seconds>(duration).count()));
}

class ScheduleLint {
 public:
  ScheduleLint(const LintSubject& subject, Findings& findings)
      : subject_(subject),
        findings_(findings),
        schedule_(subject.rule.schedule),
        maxspan_(subject.maxspan()),
        from_(subject.has("from") ? "from" : "interval") {}

  void run() {
    check_units();
    if (schedule_.interval < std::chrono::minutes{1}) {
      findings_.add(Severity::error, "L302", "interval",
                    "a rule cannot run more often than once a minute", "interval = \"1m\"");
    }
    const Duration window = schedule_.look_back - schedule_.to;
    if (window <= Duration::zero()) {
      findings_.add(Severity::error, "L302", subject_.has("to") ? "to" : "from",
                    "the window ends before it begins: no event is ever read", from_for(wanted()));
      return;
    }
    if (maxspan_ >= window) {
      findings_.add(
          Severity::error, "L304", from_,
          format("maxspan {} is not shorter than the look-back {}: a run can never see a sequence "
                 "that long",
                 in_seconds(maxspan_), in_seconds(window)),
          from_for(wanted()));
    }
    if (window < schedule_.interval + maxspan_) {
      findings_.add(
          Severity::error, "L303", from_,
          window < schedule_.interval
              ? format("{} of every {} are never read", in_seconds(schedule_.interval - window),
                       in_seconds(schedule_.interval))
              : format("sequences that use maxspan can fall between two runs: the look-back is {} "
                       "too short; of those that use all of it {:.1f} % are lost",
                       in_seconds(schedule_.interval + maxspan_ - window),
                       100 * missed_share(Duration::zero())),
          from_for(wanted()));
      return;
    }
    check_delays();
    check_failures();
    check_sightings();
  }

 private:
  /// The look-back that stands the whole budget.
  [[nodiscard]] Duration wanted() const {
    return sufficient_look_back(schedule_, maxspan_, subject_.options.delay,
                                subject_.options.jitter);
  }
  /// The settle time of a sequence that uses maxspan and whose events all come as late as the
  /// budget allows.
  [[nodiscard]] Duration settle() const {
    return settle_time(schedule_, timing(subject_.options.delay));
  }
  [[nodiscard]] SequenceTiming timing(Duration delay) const {
    return {.span = maxspan_, .first_delay = delay, .last_delay = delay};
  }
  [[nodiscard]] double missed_share(Duration delay) const {
    return sightings(schedule_, timing(delay)).share(0);
  }
  static std::string from_for(Duration look_back) {
    return format("from = \"{}\"", now_minus(look_back));
  }

  void check_units() {
    const auto written = subject_.rule.texts.find("from");
    if (written == subject_.rule.texts.end() || written->second.empty()) return;
    const char unit = written->second.back();
    if (unit != 'w' && unit != 'H') return;
    const auto hours = std::chrono::floor<std::chrono::hours>(schedule_.look_back).count();
    findings_.add(
        Severity::error, "L302", "from",
        format("the unit {} of from is not understood by all who read rules; s, m, h and d are",
               unit),
        unit == 'H' ? format("from = \"now-{}h\"", hours)
                    : format("from = \"now-{}d\"", hours / 24));
  }

  void check_delays() {
    const Duration delay = subject_.options.delay;
    const Duration jitter = subject_.options.jitter;
    const Duration delay_max = guaranteed_delay(schedule_, maxspan_, Duration::zero());
    if (schedule_.look_back >= wanted()) {
      findings_.add(Severity::info, "L315", from_,
                    format("every match is seen if its events arrive within {}; the budget is {}",
                           in_seconds(delay_max), in_seconds(delay)),
                    {});
    } else {
      const double missed = missed_share(delay);
      const std::string outcome =
          missed > 0 ? format("{:.1f} % of the matches that come so late are missed", 100 * missed)
                     : "none of those is missed while runs keep time";
      // Shortening maxspan to less than it must be for anything to match is no advice.
      const Duration shorter = maxspan_ - (wanted() - schedule_.look_back);
      std::string hint = from_for(wanted());
      if (subject_.is_sequence() && shorter >= seconds{1}) {
        hint += format(", or maxspan={}s if the behaviour is that quick",
                       std::chrono::floor<seconds>(shorter).count());
      }
      findings_.add(Severity::warning, "L315", from_,
                    format("events that arrive more than {} late can be missed; the budget is {} "
                           "late, where {}, and a run {} late",
                           in_seconds(delay_max), in_seconds(delay), outcome, in_seconds(jitter)),
                    hint);
    }
    // A missing event at the end is judged at the end of the window, so the budget is no option.
    const bool ends_missing = subject_.is_sequence() && !subject_.query.stages.empty() &&
                              subject_.query.stages.back().missing;
    const Duration needed = sufficient_look_back(schedule_, maxspan_, delay, Duration::zero());
    if (ends_missing && schedule_.look_back < needed) {
      findings_.add(Severity::error, "L310", from_,
                    format("a sequence that ends in ![…] needs the look-back {}: interval, maxspan "
                           "and the delay of {}",
                           in_seconds(needed), in_seconds(delay)),
                    from_for(needed));
    }
  }

  void check_failures() {
    const Duration one = blind_spot(schedule_, settle(), 1);
    if (one == Duration::zero()) return;
    findings_.add(
        Severity::warning, "L316", from_,
        format("one failed run loses {} of events, two in a row {}; runs more than {} apart leave "
               "time that is never searched",
               in_seconds(one), in_seconds(blind_spot(schedule_, settle(), 2)),
               in_seconds(longest_caught_up_spacing(schedule_))),
        from_for(schedule_.look_back + one));
  }

  void check_sightings() {
    const Duration most = 3 * schedule_.interval;
    if (schedule_.look_back - schedule_.to <= most) return;
    // Long enough for the budget and for a failed run, when that is short enough.
    const Duration enough = std::max(
        wanted(), 2 * schedule_.interval + settle_time(schedule_, timing(subject_.options.delay)));
    // A long maxspan needs more than three intervals, and must keep them.
    const Duration needed = std::chrono::ceil<std::chrono::minutes>(wanted());
    const bool is_long = needed > most + schedule_.to;
    if (is_long && schedule_.look_back <= needed) return;
    const Duration shorter = is_long ? needed : std::min(most + schedule_.to, enough);
    std::string hint = from_for(shorter);
    // Its whole minutes may round up beyond three intervals.
    if (!is_long && shorter + std::chrono::minutes{1} > most + schedule_.to &&
        shorter % std::chrono::minutes{1} != Duration::zero())
      hint = format("from = \"now-{}s\"", std::chrono::floor<seconds>(shorter).count());
    findings_.add(Severity::warning, "L317", from_,
                  format("each match is found again in about {:.1f} runs, and takes a place under "
                         "max_signals each time",
                         sightings(schedule_, timing(subject_.options.delay)).mean()),
                  hint);
  }

  const LintSubject& subject_;
  Findings& findings_;
  const Schedule& schedule_;
  Duration maxspan_;
  std::string_view from_;
};

}  // namespace

void lint_schedule(const LintSubject& subject, Findings& findings) {
  ScheduleLint(subject, findings).run();
}

}  // namespace eqlab::rule

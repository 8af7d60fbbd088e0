// Objects are opened when their first value comes and closed when a field of another object
// follows, so that a field without value leaves no empty object behind. Which objects two fields
// share is worked out once. Tested in tests/unit/generators/document_test.cc.
#include "generators/document/json_document.h"

#include <algorithm>
#include <charconv>

#include "harness/base/check.h"
#include "harness/base/text.h"

namespace eqlab::generators {

/// Where a field stands in the nesting.
struct JsonPlace {
  std::vector<std::string> openings;  ///< `"process":{` for each enclosing object
  std::vector<std::uint16_t> nodes;   ///< the same as numbers, to compare
  std::string key;                    ///< `"pid":`
};

namespace {

using Place = JsonPlace;

std::vector<Place> make_places() {
  std::vector<Place> places;
  std::vector<std::string> paths;  // distinct object paths; the index is the node's number
  for (const FieldDefinition& field : field_definitions()) {
    Place place;
    std::size_t begin = 0;
    for (std::size_t dot = field.name.find('.'); dot != std::string_view::npos;
         dot = field.name.find('.', begin)) {
      place.openings.push_back(format("\"{}\":{{", field.name.substr(begin, dot - begin)));
      const std::string path(field.name.substr(0, dot));
      auto known = std::ranges::find(paths, path);
      if (known == paths.end()) known = paths.insert(paths.end(), path);
      place.nodes.push_back(static_cast<std::uint16_t>(known - paths.begin()));
      begin = dot + 1;
    }
    place.key = format("\"{}\":", field.name.substr(begin));
    places.push_back(std::move(place));
  }
  return places;
}

const std::vector<Place>& places() {
  static const std::vector<Place> made = make_places();
  return made;
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  std::size_t clean = 0;  // begin of what has not been copied yet
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean, i - clean);
    if (c < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else {
      out += '\\';
      out += text[i];
    }
    clean = i + 1;
  }
  out.append(text, clean);
  out += '"';
}

class JsonSink final : public ValueSink {
 public:
  explicit JsonSink(std::string& out) : out_(out) {}

  /// The last field written so far; what follows depends on nothing else.
  [[nodiscard]] const Place* last() const { return last_; }
  void copy(const std::string& text, const Place* last) {
    out_ += text;
    last_ = last;
  }

  void begin_field(std::size_t field, bool is_array) {
    field_ = field;
    is_array_ = is_array;
    values_ = 0;
  }
  void end_field() {
    if (values_ > 0 && is_array_) out_ += ']';
  }
  void finish() {
    const std::size_t depth = last_ == nullptr ? 0 : last_->nodes.size();
    out_.append(depth + 1, '}');
  }

  void text(std::string_view value) override {
    begin_value();
    append_quoted(value, out_);
  }
  void integer(std::int64_t value) override {
    begin_value();
    std::array<char, 24> digits{};
    out_.append(digits.data(),
                std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
  }
  void boolean(bool value) override {
    begin_value();
    out_ += value ? "true" : "false";
  }
  void real(double value) override {
    begin_value();
    out_ += shortest(value);
  }
  void date(std::int64_t nanoseconds, int digits) override {
    begin_value();
    std::array<char, 40> spelled{};
    std::size_t length = format_iso8601_into(spelled.data(), nanoseconds, digits) - 1;  // without Z
    if (digits > 0) {
      while (spelled[length - 1] == '0') --length;
      if (spelled[length - 1] == '.') --length;
    }
    spelled[length] = 'Z';
    out_ += '"';
    out_.append(spelled.data(), length + 1);
    out_ += '"';
  }

 private:
  void begin_value() {
    if (values_++ > 0) {
      EQLAB_ASSERT(is_array_);
      out_ += ',';
      return;
    }
    const Place& place = places()[field_];
    std::size_t shared = 0;
    if (last_ == nullptr) {
      out_ += '{';
    } else {
      while (shared < place.nodes.size() && shared < last_->nodes.size() &&
             place.nodes[shared] == last_->nodes[shared]) {
        ++shared;
      }
      out_.append(last_->nodes.size() - shared, '}');
      out_ += ',';
    }
    for (std::size_t i = shared; i < place.openings.size(); ++i) out_ += place.openings[i];
    out_ += place.key;
    if (is_array_) out_ += '[';
    last_ = &place;
  }

  std::string& out_;
  const Place* last_ = nullptr;
  std::size_t field_ = 0;
  bool is_array_ = false;
  int values_ = 0;
};

}  // namespace

JsonDocument::JsonDocument() : kinds_(field_definitions().size(), 0) {
  // Runs are cut for all kinds of agent; a field that a host's agent does not write is passed over.
  const auto definitions = field_definitions();
  for (unsigned kind = 0; kind < kind_count; ++kind) {
    std::vector<Run>& runs = runs_[kind];
    for (std::size_t i = 0; i < definitions.size(); ++i) {
      if (((static_cast<unsigned>(definitions[i].kinds) >> kind) & 1U) == 0) continue;
      const Domain domain =
          definitions[i].domain == Domain::kind ? Domain::host : definitions[i].domain;
      if (runs.empty() || runs.back().domain != domain)
        runs.push_back({.domain = domain, .fields = {}, .kept = {}});
      runs.back().fields.push_back(static_cast<std::uint16_t>(i));
    }
  }
}

void JsonDocument::start_host(const Host& host) {
  ++epoch_;
  const auto definitions = field_definitions();
  for (std::size_t i = 0; i < definitions.size(); ++i) kinds_[i] = kinds_on(definitions[i], host);
}

void JsonDocument::append(const EventView& view, std::string& out) {
  const auto definitions = field_definitions();
  const auto kind = static_cast<unsigned>(view.event.kind);
  JsonSink sink(out);
  for (Run& run : runs_[kind]) {
    Kept* kept = nullptr;
    if (run.domain != Domain::event) {
      const std::uint32_t key = key_of(run.domain, view.event);
      if (key >= run.kept.size()) run.kept.resize(key + 1);
      kept = &run.kept[key];
      if (kept->epoch == epoch_ && kept->after == sink.last()) {
        sink.copy(kept->text, kept->last);
        continue;
      }
      kept->after = sink.last();
    }
    const std::size_t begin = out.size();
    for (const std::uint16_t i : run.fields) {
      if (((static_cast<unsigned>(kinds_[i]) >> kind) & 1U) == 0) continue;
      sink.begin_field(i,
                       definitions[i].is_array ||
                           ((static_cast<unsigned>(definitions[i].array_kinds) >> kind) & 1U) != 0);
      definitions[i].produce(view, sink);
      sink.end_field();
    }
    if (kept != nullptr) {
      kept->epoch = epoch_;
      kept->last = sink.last();
      kept->text.assign(out, begin);
    }
  }
  sink.finish();
}

}  // namespace eqlab::generators

// Every document is parsed whole (simdjson's DOM), so that what counts as malformed never depends
// on the projection. One walk over the tree then does everything: keys are hashed once, for finding
// duplicates and for stepping through the path trie. Values go to the dictionaries at once, rows
// only when the whole document has proved sound. Tested in tests/unit/event/reader_*_test.cc.
#include "harness/event/io/chunk_parser.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "harness/base/text.h"
#include "harness/document/json_text.h"
#include "harness/event/coerce.h"

namespace eqlab::event {
namespace {

namespace dom = simdjson::dom;

static_assert(TextBuffer::padding >= simdjson::SIMDJSON_PADDING);

/// Larger documents get a parser of their own, so that its memory does not stay.
constexpr std::size_t large_document_bytes = std::size_t{8} << 20U;
/// Up to this many keys duplicates are found with a bit filter and a scan, above by sorting.
constexpr std::size_t filtered_keys_max = 64;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::uint64_t count_lines(std::string_view text) {
  std::uint64_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const void* found = std::memchr(text.data() + at, '\n', text.size() - at);
    if (found == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + 1;
  }
  return lines;
}

bool has_negative_zero(std::string_view text) {
  for (std::size_t at = text.find("-0"); at != std::string_view::npos;
       at = text.find("-0", at + 2)) {
    const bool begins =
        at > 0 && std::string_view(":[, \t\r\n").find(text[at - 1]) != std::string_view::npos;
    if (begins && at + 2 < text.size() &&
        std::string_view(",]} \t\r\n").find(text[at + 2]) != std::string_view::npos)
      return true;
  }
  return false;
}

std::string_view kind_of(std::string_view text) {
  switch (text.empty() ? '\0' : text[0]) {
    case '{':
      return "an object";
    case '[':
      return "a list";
    case '"':
      return "text";
    case 't':
    case 'f':
      return "a boolean";
    case 'n':
      return "null";
    default:
      return "a number";
  }
}

std::string shown(std::string_view text) {
  constexpr std::size_t shown_max = 60;
  if (text.size() <= shown_max) return printable(text);
  return printable(text.substr(0, shown_max)) + "…";
}

}  // namespace

Tally::Before Tally::enter(const Chunk& chunk, std::uint64_t lines, std::uint64_t events) {
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [&] { return next_ == chunk.number; });
  if (chunk.begins_file) {
    if (chunk.after_open_line) ++before_.lines;
    before_.file_lines = 0;
  }
  const Before before = before_;
  before_.lines += lines;
  before_.file_lines += lines;
  before_.events += events;
  ++next_;
  lock.unlock();
  turn_.notify_all();
  return before;
}

/// What all workers share.
struct ChunkParser::Plan {
  Projection projection;
  std::size_t document_bytes_max;
  bool keep_sources;
  PathTrie paths;  ///< of documents
  PathTrie
      fields;  ///< of a hit's `fields`, which may also use the names of aliases and multi-fields
  DateFormat timestamp_format;
  DateFormat ingest_format;
  /// Targets are columns, and after them:
  PathTrie::Target timestamp = 0;
  PathTrie::Target ingest = 0;
  PathTrie::Target id = 0;

  Plan(const Projection& wanted, std::size_t bytes_max, bool sources)
      : projection(wanted),
        document_bytes_max(bytes_max),
        keep_sources(sources),
        timestamp_format(field_of(wanted.timestamp_field).date_format),
        ingest_format(field_of(wanted.ingest_field).date_format) {
    const auto columns = static_cast<PathTrie::Target>(projection.columns.size());
    timestamp = columns;
    ingest = columns + 1;
    id = columns + 2;
    for (PathTrie::Target i = 0; i < columns; ++i) add(projection.columns[i], i);
    add(field_of(projection.timestamp_field), timestamp);
    add(field_of(projection.ingest_field), ingest);
    add(field_of(projection.id_field), id);
    paths.finish();
    fields.finish();
  }

  [[nodiscard]] std::size_t target_count() const { return projection.columns.size() + 3; }

 private:
  /// The projected field of that name, or one that documents carry under it.
  [[nodiscard]] Field field_of(const std::string& name) const {
    for (const Field& field : projection.columns) {
      if (field.name == name) return field;
    }
    return {.name = name, .source = name};
  }
  void add(const Field& field, PathTrie::Target target) {
    const std::string& source = field.source.empty() ? field.name : field.source;
    paths.add(source, target);
    fields.add(source, target);
    if (source != field.name) fields.add(field.name, target);
  }
};

/// The scratch of one thread.
class ChunkParser::Worker {
 public:
  explicit Worker(const Plan& plan) : plan_(plan) {
    for (const Field& field : plan.projection.columns) coercers_.emplace_back(field);
    codes_.resize(plan.projection.columns.size());
    seen_.resize(plan.target_count());
  }

  void run(const Chunk& chunk) {
    report_ = {};
    report_.file = chunk.file;
    batches_used_ = 0;
    pending_ = {};
    has_pending_ = false;
    text_ = chunk.buffer.text().substr(chunk.begin);
    line_ = 0;
    line_offset_ = 0;
    if (chunk.is_lines) {
      run_lines();
    } else {
      for (const Document& document : chunk.documents) {
        count_to(document.begin);
        take(document, true);
      }
    }
    if (has_pending_)
      malformed(pending_line_, "a bulk action without the document that it announces");
    count_to(text_.size());
  }

  /// Places everything in the whole input, once it is known what came before.
  void settle(const Tally::Before& before) {
    report_.lines_before_file = before.lines - before.file_lines;
    for (EventBatch& batch : batches()) {
      for (std::uint64_t& line : batch.line) line += before.lines + 1;
      for (std::uint64_t& ordinal : batch.ordinal) ordinal += before.events;
    }
    for (auto* notes : {&report_.problems, &report_.undated_places}) {
      for (ChunkReport::Note& note : *notes) {
        note.line += before.file_lines + 1;
        note.document_line += before.file_lines + 1;
        if (note.line == note.document_line) continue;
        note.message += format(" (in the document that begins on line {})", note.document_line);
      }
    }
  }

  [[nodiscard]] std::uint64_t lines() const { return line_; }
  [[nodiscard]] ChunkReport& report() { return report_; }
  [[nodiscard]] std::span<EventBatch> batches() { return std::span(batches_).first(batches_used_); }

 private:
  enum class Sound : std::uint8_t { yes, duplicate, needs_spelling };
  /// A document as it was given: its text, and whether it is known to be a hit.
  struct Given {
    std::string_view text;
    bool is_hit = false;
    char mark = 0;                  ///< see SpelledJson
    std::string_view spelled = {};  ///< what was parsed in place of `text`, if anything
  };

  void run_lines() {
    std::size_t begin = 0;
    while (begin < text_.size()) {
      const void* found = std::memchr(text_.data() + begin, '\n', text_.size() - begin);
      const std::size_t end =
          found == nullptr
              ? text_.size()
              : static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
      line_offset_ = begin;
      if (!is_blank(text_.substr(begin, end - begin))) take({.begin = begin, .end = end}, false);
      begin = end + 1;
      if (found != nullptr) ++line_;
    }
    line_offset_ = text_.size();
  }

  /// Moves the line counter to `offset`, which never goes back.
  void count_to(std::size_t offset) {
    line_ += count_lines(text_.substr(line_offset_, offset - line_offset_));
    line_offset_ = offset;
  }

  void malformed(std::uint64_t line, std::string message) {
    ++report_.read;
    ++report_.malformed;
    if (report_.problems.size() < limits::reported_problems_max) {
      report_.problems.push_back(
          {.line = line, .document_line = line, .message = std::move(message)});
    }
  }

  /// Takes what the splitter (`is_split`) or a line gave. A line that is not one document may hold
  /// several.
  void take(const Document& document, bool is_split) {
    const std::string_view text = text_.substr(document.begin, document.end - document.begin);
    if (document.is_broken) return refuse(text, document.problem, "");
    if (text.size() > plan_.document_bytes_max)
      return refuse(text, "the document is too large", "");
    const simdjson::error_code error = parse_text({.text = text, .is_hit = document.is_hit});
    if (error == simdjson::SUCCESS) return;
    if (is_split || error == simdjson::UTF8_ERROR || error == simdjson::DEPTH_ERROR) {
      return refuse(text, {}, simdjson::error_message(error), error == simdjson::UTF8_ERROR);
    }
    split(document, text, simdjson::error_message(error));
  }

  void split(const Document& whole, std::string_view text, std::string_view error) {
    Splitter splitter;
    std::vector<Document> parts;
    Document part;
    for (std::size_t at = 0; splitter.next(text, at, true, part) == Splitter::Step::document;)
      parts.push_back(part);
    if (parts.empty()) return;
    if (parts.size() == 1 && parts[0].is_broken) return refuse(text, parts[0].problem, error);
    for (Document& one : parts) {
      one.begin += whole.begin;
      one.end += whole.begin;
      count_to(one.begin);
      take(one, true);
    }
  }

  /// Says what is wrong with a document, if there is still room to say it.
  void refuse(std::string_view text, std::string_view problem, std::string_view error,
              bool is_not_utf8 = false) {
    has_pending_ = false;
    if (report_.problems.size() >= limits::reported_problems_max) return malformed(line_, {});
    std::uint64_t line = line_;
    std::string message(problem);
    if (message.empty() && is_not_utf8) {
      message = "not valid UTF-8";
    } else if (message.empty()) {
      const std::size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
      const auto fault = document::find_json_fault(text, limits::document_depth_max);
      if (first < text.size() && text[first] != '{' && (!fault || fault->at == first)) {
        message = fault ? format("a document is an object in {{}}, this is not JSON: {}",
                                 shown(trim(text.substr(0, text.find('\n')))))
                        : format("a document is an object in {{}}, this is {}",
                                 kind_of(text.substr(first)));
      } else if (fault) {
        line += count_lines(text.substr(0, fault->at));
        message = fault->message;
      } else {
        message = error.empty() ? "not a JSON document"
                                : format("not a JSON document ({})", fold_ascii(error));
      }
    }
    malformed(line, std::move(message));
    report_.problems.back().document_line = line_;
  }

  simdjson::error_code parse_with(dom::parser& parser, std::string_view text, dom::element& root) {
    if (parser.max_depth() != parser_depth || parser.capacity() < text.size()) {
      const std::size_t capacity =
          std::max<std::size_t>(text.size() + text.size() / 2, std::size_t{16} << 10U);
      const simdjson::error_code error = parser.allocate(capacity, parser_depth);
      if (error != simdjson::SUCCESS) return error;
    }
    return parser.parse(text.data(), text.size(), false).get(root);
  }

  simdjson::error_code parse_text(Given given) {
    dom::element root;
    dom::parser large;
    const bool is_large = given.text.size() > large_document_bytes;
    const simdjson::error_code error = parse_with(is_large ? large : parser_, given.text, root);
    if (error == simdjson::SUCCESS && take_root(root, given) != Sound::needs_spelling) return error;
    if (error != simdjson::SUCCESS && error != simdjson::NUMBER_ERROR &&
        error != simdjson::STRING_ERROR) {
      return error;
    }
    // Rare: a number or escape whose spelling matters, or that simdjson does not take though JSON
    // allows it.
    if (document::find_json_fault(given.text, limits::document_depth_max)) return error;
    document::SpelledJson spelled = document::spell_numbers(given.text);
    given.mark = spelled.mark;
    const std::size_t size = spelled.text.size();
    spelled.text.resize(size + simdjson::SIMDJSON_PADDING);
    given.spelled = std::string_view(spelled.text).substr(0, size);
    const simdjson::error_code second = parse_with(is_large ? large : parser_, given.spelled, root);
    if (second == simdjson::SUCCESS) take_root(root, given);
    return second;
  }

  /// Finds out what kind of document it is.
  Sound take_root(const dom::element& root, const Given& given) {
    dom::object object;
    if (root.get(object) != simdjson::SUCCESS) {
      refuse(given.text, {}, {});
      return Sound::yes;
    }
    std::size_t keys = 0;
    dom::element source;
    dom::element fields;
    bool has_source = false;
    bool has_fields = false;
    bool has_hits = false;
    std::string_view hit_id;
    std::string_view hit_index;
    bool is_missing = false;
    std::string_view first_key;
    for (const auto [key, value] : object) {
      if (keys++ == 0) first_key = key;
      switch (key.size()) {
        case 3:
          if (key == "_id" && value.is_string()) hit_id = std::string_view(value);
          break;
        case 4:
          if (key == "hits" && value.is_object()) has_hits = true;
          break;
        case 6:
          if (key == "fields" && value.is_object()) {
            fields = value;
            has_fields = true;
          } else if (key == "_index" && value.is_string()) {
            hit_index = std::string_view(value);
          }
          break;
        case 7:
          if (key == "_source" && value.is_object()) {
            source = value;
            has_source = true;
          } else if (key == "missing" && given.is_hit && value.is_bool()) {
            is_missing = bool(value);
          }
          break;
        default:
          break;
      }
    }
    if (is_missing) return Sound::yes;  // the place of an event that is not there
    if (!has_source && !given.is_hit) {
      if (has_pending_) return take_announced(object, given);
      if (keys == 1 && take_action(object, first_key)) return Sound::yes;
      if (has_hits && looks_like_response(given.text)) {
        const Document whole{.begin = static_cast<std::size_t>(given.text.data() - text_.data()),
                             .end = 0};
        split(whole, given.text, {});
        return Sound::yes;
      }
    }
    const bool is_hit =
        has_source || given.is_hit || (has_fields && !hit_id.empty() && !hit_index.empty());
    Event event{.object = object, .id = hit_id, .index = hit_index};
    if (is_hit) {
      event.source_key = "_source";
      event.has_fields = has_fields;
      if (has_fields) event.fields = fields;
    }
    has_pending_ = false;
    return take_event(event, given);
  }

  /// `{"index":{"_id":"7"}}`: remembers it for the document that follows.
  bool take_action(const dom::object& object, std::string_view key) {
    const bool is_delete = key == "delete";
    if (!is_delete && key != "index" && key != "create" && key != "update") return false;
    dom::object settings;
    if (object.begin().value().get(settings) != simdjson::SUCCESS) return false;
    if (is_delete) return true;
    has_pending_ = true;
    pending_line_ = line_;
    pending_ = {.is_update = key == "update"};
    for (const auto [name, value] : settings) {
      if (name == "_id" && value.is_string()) pending_.id = std::string(std::string_view(value));
      if (name == "_index" && value.is_string())
        pending_.index = std::string(std::string_view(value));
    }
    return true;
  }

  /// The document after an action line. That of an update has it in `doc`, or in `upsert`.
  Sound take_announced(const dom::object& object, const Given& given) {
    Event event{.object = object, .id = pending_.id, .index = pending_.index};
    if (pending_.is_update) {
      for (const std::string_view key : {"upsert", "doc"}) {
        dom::object inner;
        if (object.at_key(key).get(inner) == simdjson::SUCCESS) event.source_key = key;
      }
      if (event.source_key.empty()) {  // a script alone: there is no event
        has_pending_ = false;
        return Sound::yes;
      }
    }
    const Sound sound = take_event(event, given);
    if (sound != Sound::needs_spelling) has_pending_ = false;
    return sound;
  }

  /// An event inside an object: all of it, or the value of `source_key`.
  struct Event {
    dom::object object;
    std::string_view source_key = {};
    std::string_view id = {};
    std::string_view index = {};
    bool has_fields = false;
    dom::element fields = {};
  };

  Sound take_event(const Event& event, const Given& given) {
    begin_row(given);
    trie_ = &plan_.paths;
    bool sound = true;
    if (event.source_key.empty()) {
      sound = walk_object(event.object, PathTrie::root, {});
    } else {
      sound = walk_object(event.object, PathTrie::none, event.source_key);
    }
    if (sound && event.has_fields) {
      // Only for what the source lacks; dotted names of their own.
      trie_ = &plan_.fields;
      only_missing_ = true;
      for (std::size_t i = 0; i < seen_.size(); ++i) locked_[i] = seen_[i];
      sound = walk(event.fields, PathTrie::root);
    }
    if (!sound) {
      malformed(line_, format("duplicate key \"{}\"", shown(duplicate_)));
      return Sound::duplicate;
    }
    if (needs_spelling_ && given.spelled.empty()) return Sound::needs_spelling;
    for (std::size_t i = 0; i < coercers_.size(); ++i) {
      const Field& field = plan_.projection.columns[i];
      if (seen_[i] != 0 || (field.source != "_index" && field.source != "_id")) continue;
      const std::string_view value = field.source == "_id" ? event.id : event.index;
      if (!value.empty())
        store({.kind = Scalar::Kind::text, .text = value}, static_cast<PathTrie::Target>(i));
    }
    end_row(event, given);
    return Sound::yes;
  }

  void begin_row(const Given& given) {
    if (batches_used_ == 0 || batches_[batches_used_ - 1].row_count() == limits::batch_rows_max) {
      if (batches_used_ == batches_.size()) batches_.emplace_back(plan_.projection);
      batches_[batches_used_++].clear();
    }
    batch_ = &batches_[batches_used_ - 1];
    for (std::vector<ValueCode>& codes : codes_) codes.clear();
    std::ranges::fill(seen_, std::uint8_t{0});
    locked_.assign(seen_.size(), 0);
    only_missing_ = false;
    needs_spelling_ = false;
    mark_ = given.mark;
    is_second_try_ = !given.spelled.empty();
    given_text_ = given.text;
    ill_typed_ = 0;
    cut_values_ = 0;
    has_time_ = false;
    has_ingest_ = false;
    time_text_.clear();
    id_.clear();
  }

  void end_row(const Event& event, const Given& given) {
    for (std::size_t i = 0; i < codes_.size(); ++i) {
      Column& column = batch_->columns[i];
      const std::vector<ValueCode>& codes = codes_[i];
      if (codes.size() == 1) {
        column.push(codes[0]);
      } else {
        column.push(std::span<const ValueCode>(codes));
      }
    }
    batch_->event_time.emplace_back(Duration{has_time_ ? time_ : 0});
    batch_->has_event_time.push_back(has_time_ ? 1 : 0);
    batch_->ingest_time.emplace_back(Duration{has_ingest_ ? ingest_ : (has_time_ ? time_ : 0)});
    batch_->line.push_back(line_);
    batch_->ordinal.push_back(report_.usable);
    batch_->ids.push(seen_[plan_.id] != 0 ? std::string_view(id_) : event.id);
    if (plan_.keep_sources) {
      const std::string_view source = event.source_key.empty()
                                          ? given.text
                                          : document::member_text(given.text, event.source_key);
      batch_->sources.push(source.empty() ? "{}" : document::without_blanks(source));
    }
    ++report_.read;
    ++report_.usable;
    report_.ill_typed += ill_typed_;
    report_.cut_values += cut_values_;
    if (has_time_) return;
    ++report_.undated;
    if (report_.undated_places.size() >= limits::reported_problems_max) return;
    const std::string& name = plan_.projection.timestamp_field;
    report_.undated_places.push_back(
        {.line = line_,
         .document_line = line_,
         .message = seen_[plan_.timestamp] == 0
                        ? format("no {}", name)
                        : format("{} is not a date: {}", name, shown(time_text_))});
  }

  /// Walks an object at `node`. With `source_key` that member is the event (the root of the paths)
  /// and the others only have to be sound. False: a key occurs twice.
  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits::document_depth_max, which the parser
  // keeps
  bool walk_object(const dom::object& object, PathTrie::Node node, std::string_view source_key) {
    if (object.size() > filtered_keys_max && !check_many_keys(object)) return false;
    const bool is_filtered = object.size() <= filtered_keys_max;
    std::array<std::uint32_t, filtered_keys_max>
        hashes;  // NOLINT(cppcoreguidelines-pro-type-member-init): the first `keys` are
    std::size_t keys = 0;
    std::array<std::uint64_t, 4> filter{};
    for (const auto [key, value] : object) {
      const std::uint32_t hash = hash_key(key);
      if (is_filtered) {
        const std::uint64_t bit = std::uint64_t{1} << (hash & 63U);
        std::uint64_t& bits = filter[(hash >> 6U) & 3U];
        if ((bits & bit) != 0 &&
            std::find(hashes.begin(), hashes.begin() + keys, hash) != hashes.begin() + keys &&
            occurs_before(object, key, keys)) {
          duplicate_ = key;
          return false;
        }
        bits |= bit;
        hashes[keys++] = hash;
      }
      PathTrie::Node next = PathTrie::none;
      if (node != PathTrie::none) {
        next = trie_->step(node, key, hash);
      } else if (!source_key.empty() && key == source_key) {
        next = PathTrie::root;
      }
      const bool is_container = value.is_object() || value.is_array();
      if ((is_container || next != PathTrie::none) && !walk(value, next)) return false;
    }
    return true;
  }

  static bool occurs_before(const dom::object& object, std::string_view key, std::size_t count) {
    for (const auto [other, value] : object) {
      if (count-- == 0) return false;
      if (other == key) return true;
    }
    return false;
  }

  bool check_many_keys(const dom::object& object) {
    std::vector<std::string_view> keys;
    for (const auto [key, value] : object) keys.push_back(key);
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    if (twice == keys.end()) return true;
    duplicate_ = *twice;
    return false;
  }

  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits::document_depth_max, which the parser
  // keeps
  bool walk(const dom::element& value, PathTrie::Node node) {
    switch (value.type()) {
      case dom::element_type::OBJECT:
        if (node != PathTrie::none && node != PathTrie::root) hold_container(node);
        return walk_object(dom::object(value), node, {});
      case dom::element_type::ARRAY:
        for (const dom::element element : dom::array(value)) {
          if (!walk(element, node)) return false;
        }
        return true;
      case dom::element_type::STRING:
        if (node != PathTrie::none) hold_text(std::string_view(value), node);
        return true;
      case dom::element_type::INT64:
        if (node != PathTrie::none) {
          hold({.kind = Scalar::Kind::integer, .integer = std::int64_t(value)}, node);
        }
        return true;
      case dom::element_type::UINT64:
        if (node != PathTrie::none)
          hold({.kind = Scalar::Kind::natural, .natural = std::uint64_t(value)}, node);
        return true;
      case dom::element_type::DOUBLE:
        if (node != PathTrie::none) hold({.kind = Scalar::Kind::real, .real = double(value)}, node);
        return true;
      case dom::element_type::BOOL:
        if (node != PathTrie::none)
          hold({.kind = Scalar::Kind::boolean, .boolean = bool(value)}, node);
        return true;
      case dom::element_type::NULL_VALUE:
        if (node != PathTrie::none) hold({}, node);
        return true;
    }
    return true;
  }

  void hold_text(std::string_view text, PathTrie::Node node) {
    if (mark_ != 0 && !text.empty() && text[0] == mark_) {
      hold({.kind = Scalar::Kind::number_text, .text = text.substr(1)}, node);
    } else {
      hold({.kind = Scalar::Kind::text, .text = text}, node);
    }
  }

  void hold(const Scalar& scalar, PathTrie::Node node) {
    for (const PathTrie::Target target : trie_->targets(node)) store(scalar, target);
  }

  /// An object where a field's value should be.
  void hold_container(PathTrie::Node node) {
    for (const PathTrie::Target target : trie_->targets(node)) {
      if (target < coercers_.size() && !coercers_[target].is_opaque() &&
          !(only_missing_ && locked_[target] != 0))
        ++ill_typed_;
    }
  }

  void store(const Scalar& scalar, PathTrie::Target target) {
    if (only_missing_ && locked_[target] != 0) return;
    if (target >= coercers_.size()) return store_place(scalar, target);
    std::vector<ValueCode>& codes = codes_[target];
    if (codes.size() == limits::values_per_field_max) {
      ++cut_values_;
      return;
    }
    ValueCode code = no_value;
    switch (coercers_[target].store(scalar, batch_->columns[target].dictionary(), code)) {
      case Coercer::Outcome::kept:
        seen_[target] = 1;
        codes.push_back(code);
        // The parser forgets the sign of -0.
        if (scalar.kind == Scalar::Kind::integer && scalar.integer == 0 &&
            coercers_[target].physical() == Physical::text && has_negative_zero(given_text_)) {
          needs_spelling_ = true;
        }
        return;
      case Coercer::Outcome::absent:
        return;
      case Coercer::Outcome::ill_typed:
        ++ill_typed_;
        return;
      case Coercer::Outcome::needs_spelling:
        if (is_second_try_) {  // every mark is taken: close enough
          codes.push_back(batch_->columns[target].dictionary().intern_text(shortest(scalar.real)));
          seen_[target] = 1;
        }
        needs_spelling_ = true;
        return;
    }
  }

  /// What an event is placed by: the first value counts.
  void store_place(const Scalar& scalar, PathTrie::Target target) {
    if (scalar.kind == Scalar::Kind::null || seen_[target] != 0) return;
    seen_[target] = 1;
    if (target == plan_.id) {
      id_ = spelling(scalar);
      return;
    }
    const DateFormat& dates =
        target == plan_.timestamp ? plan_.timestamp_format : plan_.ingest_format;
    std::optional<std::int64_t> time;
    if (scalar.kind == Scalar::Kind::text || scalar.kind == Scalar::Kind::number_text)
      time = dates.parse(scalar.text);
    if (scalar.kind == Scalar::Kind::integer) time = dates.parse(scalar.integer);
    if (scalar.kind == Scalar::Kind::real) time = dates.parse(scalar.real);
    if (target == plan_.timestamp) {
      has_time_ = time.has_value();
      time_ = time.value_or(0);
      if (!time) time_text_ = spelling(scalar);
    } else {
      has_ingest_ = time.has_value();
      ingest_ = time.value_or(0);
    }
  }

  static std::string spelling(const Scalar& scalar) {
    switch (scalar.kind) {
      case Scalar::Kind::null:
        return "null";
      case Scalar::Kind::boolean:
        return scalar.boolean ? "true" : "false";
      case Scalar::Kind::integer:
        return format("{}", scalar.integer);
      case Scalar::Kind::natural:
        return format("{}", scalar.natural);
      case Scalar::Kind::real:
        return shortest(scalar.real);
      case Scalar::Kind::text:
      case Scalar::Kind::number_text:
        break;
    }
    return std::string(scalar.text);
  }

  static constexpr std::size_t parser_depth =
      static_cast<std::size_t>(limits::document_depth_max) + 1;

  const Plan& plan_;
  dom::parser parser_;
  std::vector<Coercer> coercers_;
  std::vector<EventBatch> batches_;
  std::size_t batches_used_ = 0;
  ChunkReport report_;

  // Where in the chunk
  std::string_view text_;
  std::uint64_t line_ = 0;  // line breaks before line_offset_
  std::size_t line_offset_ = 0;

  // The action line that waits for its document
  struct Action {
    bool is_update = false;
    std::string id = {};
    std::string index = {};
  };
  bool has_pending_ = false;
  std::uint64_t pending_line_ = 0;
  Action pending_;

  // The row that is being made
  EventBatch* batch_ = nullptr;
  const PathTrie* trie_ = nullptr;
  std::vector<std::vector<ValueCode>> codes_;
  std::vector<std::uint8_t> seen_;    // by target: has a value
  std::vector<std::uint8_t> locked_;  // by target: had one before `fields` came
  bool only_missing_ = false;
  bool needs_spelling_ = false;
  bool is_second_try_ = false;
  char mark_ = 0;
  std::string_view given_text_;
  std::uint64_t ill_typed_ = 0;
  std::uint64_t cut_values_ = 0;
  bool has_time_ = false;
  bool has_ingest_ = false;
  std::int64_t time_ = 0;
  std::int64_t ingest_ = 0;
  std::string time_text_;
  std::string id_;
  std::string duplicate_;
};

ChunkParser::ChunkParser(const Projection& projection, std::size_t document_bytes_max,
                         bool keep_sources)
    : plan_(std::make_unique<const Plan>(projection, document_bytes_max, keep_sources)) {}
ChunkParser::~ChunkParser() = default;

std::unique_ptr<ChunkParser::Worker> ChunkParser::take_worker() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Worker> worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  return std::make_unique<Worker>(*plan_);
}

void ChunkParser::give_back(std::unique_ptr<Worker> worker) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

ChunkReport ChunkParser::parse(Chunk& chunk, const Scan& scan) {
  std::unique_ptr<Worker> worker;
  try {
    worker = take_worker();
    worker->run(chunk);
  } catch (...) {  // out of memory: the chunks that follow must not wait for this one
    tally_.enter(chunk, 0, 0);
    throw;
  }
  const Tally::Before before = tally_.enter(chunk, worker->lines(), worker->report().usable);
  worker->settle(before);
  for (const EventBatch& batch : worker->batches()) {
    if (batch.row_count() > 0) scan(batch);
  }
  ChunkReport report = std::move(worker->report());
  give_back(std::move(worker));
  return report;
}

}  // namespace eqlab::event

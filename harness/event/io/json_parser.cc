// Every document is parsed whole (simdjson's DOM), so that what counts as malformed never depends
// on the projection. One walk over the tree then does everything: keys are hashed once, for finding
// duplicates and for stepping through the path trie. Values go to the dictionaries at once, rows
// only when the whole document has proved sound. Tested in tests/unit/event/reader_*_test.cc.
#include "harness/event/io/json_parser.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "harness/base/text.h"
#include "harness/document/json_text.h"
#include "harness/event/io/chunk_rows.h"
#include "harness/event/io/splitter.h"

namespace eqlab::event {
namespace {

namespace dom = simdjson::dom;

static_assert(TextBuffer::padding >= simdjson::SIMDJSON_PADDING);

/// Larger documents get a parser of their own, so that its memory does not stay.
constexpr std::size_t large_document_bytes = std::size_t{8} << 20U;
/// Up to this many keys duplicates are found with a bit filter and a scan, above by sorting.
constexpr std::size_t filtered_keys_max = 64;

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

class JsonParser final : public Parser {
 public:
  enum class Form : std::uint8_t { lines, documents };

  JsonParser(const ReadPlan& plan, Form form)
      : plan_(plan), form_(form), locked_(plan.projection().columns.size() + 3) {}

  void parse(const Chunk& chunk, ChunkRows& rows) override {
    rows_ = &rows;
    text_ = chunk.text();
    pending_ = {};
    has_pending_ = false;
    if (form_ == Form::lines) {
      rows.for_each_line([this](std::string_view line, std::size_t begin) {
        take({.begin = begin, .end = begin + line.size()}, false);
      });
    } else {
      for (const Document& document : chunk.documents) {
        rows.at(document.begin);
        take(document, true);
      }
    }
    if (has_pending_)
      rows.malformed_on(pending_line_, "a bulk action without the document that it announces");
  }

 private:
  enum class Sound : std::uint8_t { yes, duplicate, needs_spelling };
  /// A document as it was given: its text, and whether it is known to be a hit.
  struct Given {
    std::string_view text;
    bool is_hit = false;
    char mark = 0;                  ///< see document::SpelledJson
    std::string_view spelled = {};  ///< what was parsed in place of `text`, if anything
  };

  /// Takes what the splitter (`is_split`) or a line gave. A line that is not one document may hold
  /// several.
  void take(const Document& document, bool is_split) {
    const std::string_view text = text_.substr(document.begin, document.end - document.begin);
    if (document.is_broken) return refuse(text, document.problem, "");
    if (text.size() > plan_.document_bytes_max())
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
      rows_->at(one.begin);
      take(one, true);
    }
  }

  /// Says what is wrong with a document, if there is still room to say it.
  void refuse(std::string_view text, std::string_view problem, std::string_view error,
              bool is_not_utf8 = false) {
    has_pending_ = false;
    if (!rows_->wants_messages()) return rows_->malformed({});
    std::uint64_t line = 0;
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
        line = count_lines(text.substr(0, fault->at));
        message = fault->message;
      } else {
        message = error.empty() ? "not a JSON document"
                                : format("not a JSON document ({})", fold_ascii(error));
      }
    }
    rows_->malformed(std::move(message), line);
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
    pending_line_ = rows_->line();
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
    trie_ = &plan_.paths();
    bool sound = true;
    if (event.source_key.empty()) {
      sound = walk_object(event.object, PathTrie::root, {});
    } else {
      sound = walk_object(event.object, PathTrie::none, event.source_key);
    }
    if (sound && event.has_fields) {
      // Only for what the source lacks; dotted names of their own.
      trie_ = &plan_.field_names();
      only_missing_ = true;
      for (PathTrie::Target i = 0; i < locked_.size(); ++i) locked_[i] = row_->has(i) ? 1 : 0;
      sound = walk(event.fields, PathTrie::root);
    }
    if (!sound) {
      rows_->malformed(format("duplicate key \"{}\"", shown(duplicate_)));
      return Sound::duplicate;
    }
    if (needs_spelling_ && given.spelled.empty()) return Sound::needs_spelling;
    for (ColumnIndex i = 0; i < plan_.projection().columns.size(); ++i) {
      const std::string& source = plan_.projection().columns[i].source;
      if (row_->has(i) || (source != "_index" && source != "_id")) continue;
      const std::string_view value = source == "_id" ? event.id : event.index;
      if (!value.empty()) store({.kind = Scalar::Kind::text, .text = value}, i);
    }
    end_row(event, given);
    return Sound::yes;
  }

  void begin_row(const Given& given) {
    row_ = &rows_->begin_row();
    only_missing_ = false;
    needs_spelling_ = false;
    mark_ = given.mark;
    is_second_try_ = !given.spelled.empty();
    given_text_ = given.text;
  }

  void end_row(const Event& event, const Given& given) {
    if (!plan_.keeps_sources()) return rows_->end_row(event.id);
    const std::string_view source =
        event.source_key.empty() ? given.text : document::member_text(given.text, event.source_key);
    rows_->end_row(event.id, source.empty() ? "{}" : document::without_blanks(source));
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
      if (!only_missing_ || locked_[target] == 0) row_->store_object(target);
    }
  }

  void store(const Scalar& scalar, PathTrie::Target target) {
    if (only_missing_ && locked_[target] != 0) return;
    const Coercer::Outcome outcome = row_->store(target, scalar);
    if (outcome == Coercer::Outcome::needs_spelling) {
      needs_spelling_ = true;
      // Every mark is taken: close enough.
      if (is_second_try_)
        row_->store(target, {.kind = Scalar::Kind::number_text, .text = shortest(scalar.real)});
    } else if (scalar.kind == Scalar::Kind::integer && scalar.integer == 0 &&
               outcome == Coercer::Outcome::kept && row_->is_text(target) &&
               has_negative_zero(given_text_)) {
      needs_spelling_ = true;  // the parser forgets the sign of -0
    }
  }

  static constexpr std::size_t parser_depth =
      static_cast<std::size_t>(limits::document_depth_max) + 1;

  const ReadPlan& plan_;
  const Form form_;
  dom::parser parser_;
  ChunkRows* rows_ = nullptr;
  std::string_view text_;  // of the chunk

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
  BatchBuilder* row_ = nullptr;
  const PathTrie* trie_ = nullptr;
  std::vector<std::uint8_t> locked_;  // by target: had a value before `fields` came
  bool only_missing_ = false;
  bool needs_spelling_ = false;
  bool is_second_try_ = false;
  char mark_ = 0;
  std::string_view given_text_;
  std::string duplicate_;
};

}  // namespace

std::unique_ptr<Parser> make_json_line_parser(const ReadPlan& plan) {
  return std::make_unique<JsonParser>(plan, JsonParser::Form::lines);
}
std::unique_ptr<Parser> make_json_parser(const ReadPlan& plan) {
  return std::make_unique<JsonParser>(plan, JsonParser::Form::documents);
}

}  // namespace eqlab::event

#include "harness/cli/console.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "harness/base/check.h"
#include "harness/base/message_codes.h"
#include "harness/base/text.h"

namespace eqlab::cli {
namespace {

std::stop_source& interruption() {
  static std::stop_source source;
  return source;
}

std::atomic<bool>& must_clean_up() {
  static std::atomic<bool> must = false;
  return must;
}

/// Signals are taken by a thread of their own, so that no handler runs in the middle of anything.
void listen_for_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    int signal = 0;
    sigwait(&signals, &signal);
    interruption().request_stop();
    const timespec patience{.tv_sec = 1, .tv_nsec = 0};
    if (sigtimedwait(&signals, nullptr, &patience) < 0 && must_clean_up())
      sigwait(&signals, &signal);
    ::_exit(static_cast<int>(Exit::interrupted));
  }).detach();
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool wants_colour(bool is_terminal) {
  const auto set = [](const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  if (set("NO_COLOR")) return false;
  if (set("CLICOLOR_FORCE")) return true;
  const char* const term = std::getenv("TERM");
  return is_terminal && term != nullptr && std::strcmp(term, "dumb") != 0;
}

std::string system_error() { return std::strerror(errno); }

}  // namespace

Exit exit_for(const Diagnostic& diagnostic) {
  const MessageCode* const known = find_message_code(diagnostic.code);
  EQLAB_ASSERT(known != nullptr);
  return static_cast<Exit>(known->status);
}

Console::Console()
    : output_is_terminal_(::isatty(STDOUT_FILENO) != 0),
      error_is_terminal_(::isatty(STDERR_FILENO) != 0) {
  output_has_colour_ = wants_colour(output_is_terminal_);
  error_has_colour_ = wants_colour(error_is_terminal_);
  winsize size{};
  if (output_is_terminal_ && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    columns_ = size.ws_col;
  started_ms_ = now_ms();
  listen_for_signals();
}

bool Console::print(std::string_view text) {
  end_progress();
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) output_failed_ = true;
  return !output_failed_;
}

void Console::note(std::string_view text) {
  end_progress();
  // In the order of writing, where both streams go to one place.
  if (std::fflush(stdout) != 0) output_failed_ = true;
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void Console::report(const Diagnostic& diagnostic) {
  std::string text = render(diagnostic);
  if (error_has_colour_) {
    const std::string_view word = to_string(diagnostic.severity);
    const std::string marked = format("{} {}", word, diagnostic.code);
    const std::string_view colour = diagnostic.severity == Severity::error     ? "\x1b[1;31m"
                                    : diagnostic.severity == Severity::warning ? "\x1b[1;33m"
                                                                               : "\x1b[1;36m";
    if (const std::size_t at = text.find(marked); at != std::string::npos)
      text.replace(at, marked.size(), format("{}{}\x1b[0m", colour, marked));
  }
  note(text);
}

std::stop_token Console::stop() const { return interruption().get_token(); }

void Console::wait_for_clean_up() { must_clean_up() = true; }

void Console::progress(std::string_view what, std::uint64_t done, std::uint64_t total) {
  if (!error_is_terminal_) return;
  const std::int64_t now = now_ms();
  if (now - started_ms_ < 1'000 || now - last_progress_ms_ < 100) return;
  last_progress_ms_ = now;
  std::string line;
  if (total > 0) {
    constexpr std::size_t width = 30;
    const std::size_t filled = std::min<std::size_t>(
        width,
        static_cast<std::size_t>(static_cast<double>(done) / static_cast<double>(total) * width));
    for (std::size_t i = 0; i < width; ++i) line += i < filled ? "█" : "░";
    line += format(" {:3.0f} %  {}", 100.0 * static_cast<double>(done) / static_cast<double>(total),
                   what);
  } else {
    line = format("{}  {}", what, group_digits(static_cast<std::int64_t>(done)));
  }
  std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
  std::fflush(stderr);
  progress_shown_ = true;
}

void Console::end_progress() {
  if (!progress_shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  progress_shown_ = false;
}

run::Watcher Console::watcher() {
  return {.progress = [this](std::string_view what, std::uint64_t done,
                             std::uint64_t total) { progress(what, done, total); },
          .report = [this](const Diagnostic& diagnostic) { report(diagnostic); },
          .note = [this](std::string_view line) { note(line); },
          .stop = stop()};
}

Exit Console::finish(Exit status) {
  end_progress();
  if (std::fflush(stdout) != 0) output_failed_ = true;
  if (stop().stop_requested()) return Exit::interrupted;
  if (output_failed_) {
    note("error E902: standard output cannot be written: " + system_error() + "\n");
    return Exit::io_failed;
  }
  return status;
}

Status write_file(const std::string& path, std::string_view content) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto failed = [&path](std::string_view what, const std::string& why) {
    return fail(error_in(path, "E902", format("{}: {}", what, why)));
  };
  std::error_code not_there;  // a file that is new is no trouble
  const fs::path target =
      fs::is_symlink(path, not_there) ? fs::weakly_canonical(path, error) : fs::path(path);
  if (target.has_parent_path()) fs::create_directories(target.parent_path(), error);
  if (error) return failed("its folder cannot be made", error.message());
  const fs::file_status status = fs::status(target, error);
  const bool in_place = fs::exists(status) && !fs::is_regular_file(status);
  const fs::path written =
      in_place ? target : fs::path(format("{}.{}.tmp", target.string(), ::getpid()));
  {
    std::ofstream out(written, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.flush();
    if (!out) {
      const std::string why = system_error();
      if (!in_place) fs::remove(written, error);
      return failed("cannot be written", why);
    }
  }
  if (in_place) return ok();
  // A file that is replaced keeps its permissions; where that is not allowed, its content counts.
  if (fs::exists(status)) fs::permissions(written, status.permissions(), error);
  fs::rename(written, target, error);
  if (error) {
    const std::string why = error.message();
    fs::remove(written, error);
    return failed("cannot be written", why);
  }
  return ok();
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string quote_command(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ' ';
    const bool plain =
        !word.empty() &&
        word.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+") ==
            std::string::npos;
    if (plain) {
      out += word;
      continue;
    }
    out += '\'';
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    out += '\'';
  }
  return out;
}

}  // namespace eqlab::cli

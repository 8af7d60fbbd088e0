#include "program.h"

#include <unistd.h>

#include <boost/process.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

namespace eqlab::test {

namespace process = boost::process;

TemporaryFolder::TemporaryFolder() {
  static int number = 0;
  folder_ = std::filesystem::temp_directory_path() /
            ("eqlab_cli_" + std::to_string(::getpid()) + "_" + std::to_string(number++));
  std::filesystem::create_directories(folder_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& content) const {
  std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
  std::ofstream(folder_ / name, std::ios::binary) << content;
  return path(name);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

namespace {

Outcome run_file(const std::string& path, const std::vector<std::string>& arguments,
                 const Running& how) {
  const TemporaryFolder folder;
  const std::string in = folder.write("in", how.input);
  const std::string out = how.output_to.empty() ? folder.path("out") : how.output_to;
  const std::string err = folder.path("err");
  process::environment environment = boost::this_process::environment();
  for (const std::string& entry : how.environment) {
    const std::size_t equals = entry.find('=');
    environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  process::child child(process::exe = path, process::args = arguments,
                       process::start_dir = how.folder, environment,
                       process::std_in<in, process::std_out> out, process::std_err > err);
  if (how.interrupt_when) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!how.interrupt_when() && child.running() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (child.running()) ::kill(child.id(), SIGINT);
  }
  child.wait();
  return {child.exit_code(), how.output_to.empty() ? read_file(out) : std::string(),
          read_file(err)};
}

}  // namespace

Outcome eqlab(const std::vector<std::string>& arguments, const Running& how) {
  return run_file(EQLAB_BINARY, arguments, how);
}

Outcome run(const std::string& program, const std::vector<std::string>& arguments,
            const Running& how) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_file("/usr/bin/env", words, how);
}

}  // namespace eqlab::test

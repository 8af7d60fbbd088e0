#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace eqlab::test {

/// Writes a file of the running test's own and answers its path.
inline std::string written(const std::string& name, const std::string& content) {
  const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) /
      (std::string("eqlab_run_") + test->test_suite_name() + "_" + test->name());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / name) << content;
  return (folder / name).string();
}

inline constexpr const char* curl_rule = R"([rule]
name = "Curl"
rule_id = "6d1b3c3e-0d9c-4f7c-9d55-000000000001"
type = "eql"
language = "eql"
description = "For a test."
risk_score = 21
severity = "low"
index = ["logs-endpoint.events.*"]
interval = "5m"
from = "now-6m"
query = '''
process where process.name == "curl"
'''
)";

/// Three events of two hosts; the second curl arrives twenty minutes late.
inline constexpr const char* three_events =
    R"({"@timestamp":"2026-03-02T10:00:00Z","event":{"id":"a","category":"process","ingested":"2026-03-02T10:00:01Z"},"host":{"id":"h1"},"process":{"name":"curl"}}
{"@timestamp":"2026-03-02T10:01:00Z","event":{"id":"b","category":"process","ingested":"2026-03-02T10:21:00Z"},"host":{"id":"h2"},"process":{"name":"curl"}}
{"@timestamp":"2026-03-02T10:30:00Z","event":{"id":"c","category":"process","ingested":"2026-03-02T10:30:01Z"},"host":{"id":"h2"},"process":{"name":"bash"}}
)";

}  // namespace eqlab::test

#include "harness/event/defend_streams.h"

#include <gtest/gtest.h>

namespace eqlab::event {
namespace {

TEST(DefendStreams, FieldsAreWhereTheTableSays) {
  EXPECT_TRUE(may_carry(DefendStream::process, "process.args"));
  EXPECT_FALSE(may_carry(DefendStream::network, "process.args"));
  EXPECT_FALSE(may_carry(DefendStream::process, "destination.ip"));
  EXPECT_TRUE(may_carry(DefendStream::file, "process.entity_id"));
  EXPECT_FALSE(may_carry(DefendStream::process, "registry.path"));
  EXPECT_TRUE(may_carry(DefendStream::process, "acme.own")) << "unknown fields may be anywhere";
  EXPECT_FALSE(may_carry(DefendStream::network, "process.parent.executable"));
  EXPECT_FALSE(may_carry(DefendStream::process, "email.subject")) << "of no Defend document";
  EXPECT_TRUE(may_carry(DefendStream::process, "cloud.entity.metrics")) << "an object";
}

TEST(DefendStreams, CommonKeysAreInAllStreams) {
  for (const std::string_view field :
       {"@timestamp", "event.category", "event.ingested", "event.id", "host.id", "host.os.type",
        "user.id", "process.entity_id", "process.name", "agent.id"}) {
    for (const DefendStream stream :
         {DefendStream::process, DefendStream::network, DefendStream::file}) {
      EXPECT_TRUE(may_carry(stream, field)) << field << " " << to_string(stream);
    }
  }
}

TEST(DefendStreams, OnlyANamedStreamIsKnownNotToHold) {
  EXPECT_TRUE(may_hold("logs-endpoint.events.process-*", "process"));
  EXPECT_FALSE(may_hold("logs-endpoint.events.process-*", "network"));
  EXPECT_FALSE(may_hold("far:logs-endpoint.events.process-default", "file"));
  EXPECT_TRUE(may_hold("logs-endpoint.events.library-*", "driver"));
  EXPECT_FALSE(may_hold("logs-endpoint.events.network", "dns"));
  EXPECT_TRUE(may_hold("logs-endpoint.events.*", "network"));
  EXPECT_TRUE(may_hold("logs-*", "network"));
  EXPECT_TRUE(may_hold("", "network"));
  EXPECT_TRUE(may_hold("logs-endpoint.events.", "network"));
  EXPECT_TRUE(may_hold("logs-endpoint.events.processes-*", "network"));
  EXPECT_TRUE(is_defend_pattern("*:logs-endpoint.events.file-*"));
  EXPECT_FALSE(is_defend_pattern("logs-endpoint.alerts-*"));
  EXPECT_EQ(defend_stream_of("file"), DefendStream::file);
  EXPECT_EQ(defend_stream_of("registry"), std::nullopt);
}

}  // namespace
}  // namespace eqlab::event

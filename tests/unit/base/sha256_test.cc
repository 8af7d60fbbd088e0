#include "harness/base/sha256.h"

#include <gtest/gtest.h>

namespace eqlab {
namespace {

TEST(Sha256, IsTheStandardOne) {
  // FIPS 180-2, appendix B.1.
  constexpr std::string_view known =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(sha256_hex("abc"), known);
  Sha256 digest;
  digest.add("ab");
  digest.add("c");
  EXPECT_EQ(digest.hex(), known);
}

TEST(PartList, PartsDoNotRunIntoOneAnother) {
  EXPECT_EQ(PartList().add("ab").add("c").text(), "2:ab1:c");
  EXPECT_NE(PartList().add("ab").add("c").digest(), PartList().add("a").add("bc").digest());
  EXPECT_NE(PartList().add_all({"a"}).add_all({"b"}).text(), PartList().add_all({"a", "b"}).text());
  EXPECT_NE(PartList().add_all({"a", "b"}).text(), PartList().add_all({"b", "a"}).text());
}

}  // namespace
}  // namespace eqlab

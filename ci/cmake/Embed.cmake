# Called by eqlab_embed: writes OUT.h and OUT.cc, which hold the bytes of IN as string literals.
# Lines become one literal each (adjacent literals join), so that no compiler limit is met.
file(READ ${IN} hex HEX)
string(LENGTH "${hex}" hex_length)
math(EXPR size "${hex_length} / 2")
string(REGEX REPLACE "(................................................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" hex "${hex}")
string(REGEX REPLACE "([^\n]+)" "    \"\\1\"" hex "${hex}")
if(hex STREQUAL "")
  set(hex "    \"\"")
endif()
file(WRITE ${OUT}.h
"#pragma once
#include <string_view>
namespace eqlab::embedded {
extern const std::string_view ${NAME};
}
")
file(WRITE ${OUT}.cc
"#include \"embedded/${NAME}.h\"
namespace eqlab::embedded {
namespace {
constexpr char bytes[] =
${hex};
}
extern const std::string_view ${NAME};
const std::string_view ${NAME}{bytes, ${size}};
}
")

# Everything comes from the distribution's packages: ci/packages lists them, ci/quickstart installs
# them, README.md says why each is here.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(simdjson REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(pugixml REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)

# Not every supported distribution ships CMake files for these two.
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
if(NOT TARGET re2::re2)
  add_library(re2::re2 ALIAS PkgConfig::RE2)
endif()
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
add_library(zstd::zstd ALIAS PkgConfig::ZSTD)

# Headers alone, without any file that a build system could ask for.
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h)
if(NOT RANDOM123_INCLUDE_DIR)
  message(FATAL_ERROR "Random123/philox.h is missing: install librandom123-dev, or run ci/quickstart")
endif()
mark_as_advanced(RANDOM123_INCLUDE_DIR)

# Tests run other programs with Boost.Process. With the standard library's paths it is headers alone;
# with Boost's own it would bring in two more libraries.
add_library(eqlab_process INTERFACE)
add_library(eqlab::process ALIAS eqlab_process)
target_link_libraries(eqlab_process INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(eqlab_process INTERFACE BOOST_PROCESS_USE_STD_FS)

# eqlab_layer(NAME FOLDER [DEPS …]): one static library from every .cc under FOLDER.
# Sources are found by pattern, so that a new file needs no edit here.

add_library(eqlab_warnings INTERFACE)
add_library(eqlab::warnings ALIAS eqlab_warnings)
# Multiply-add must not be fused: scores are the same bytes on every machine.
target_compile_options(eqlab_warnings INTERFACE -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow
  -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(eqlab_warnings INTERFACE -Wduplicated-cond -Wlogical-op -Wzero-as-null-pointer-constant)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
    # g++ 12 to 14 warn of overlaps inside their own std::string that cannot happen (GCC bug 105651), and of
    # std::variant members that are not the active one (GCC bug 105593).
    target_compile_options(eqlab_warnings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
  endif()
endif()
if(EQLAB_DEV)
  target_compile_options(eqlab_warnings INTERFACE -Werror)
endif()
if(EQLAB_SANITIZE)
  add_compile_options(-fsanitize=${EQLAB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${EQLAB_SANITIZE})
  if(EQLAB_SANITIZE MATCHES "address")
    add_compile_definitions(_GLIBCXX_ASSERTIONS)
  endif()
endif()

if(EQLAB_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "EQLAB_FUZZ needs clang: -DCMAKE_CXX_COMPILER=clang++; ci/fuzz sees to it")
  endif()
  # Everything reports what it reaches; only the targets themselves get libFuzzer's main.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

function(eqlab_layer name folder)
  cmake_parse_arguments(arg "" "" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
  list(SORT sources)
  if(NOT sources)
    file(WRITE ${CMAKE_BINARY_DIR}/empty_${name}.cc "")
    set(sources ${CMAKE_BINARY_DIR}/empty_${name}.cc)
  endif()
  add_library(eqlab_${name} STATIC ${sources})
  add_library(eqlab::${name} ALIAS eqlab_${name})
  target_include_directories(eqlab_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(eqlab_${name} PUBLIC ${arg_DEPS} PRIVATE eqlab::warnings)
endfunction()

# eqlab_embed(TARGET FILE NAME): FILE's bytes as `std::string_view eqlab::embedded::NAME`,
# declared in the generated header embedded/NAME.h. FILE is taken from the root of the checkout; a full
# path may name a file that the build makes.
function(eqlab_embed target file name)
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
  set(out ${CMAKE_BINARY_DIR}/generated/embedded/${name})
  add_custom_command(
    OUTPUT ${out}.cc ${out}.h
    COMMAND ${CMAKE_COMMAND} -DIN=${file} -DOUT=${out} -DNAME=${name}
            -P ${CMAKE_SOURCE_DIR}/ci/cmake/Embed.cmake
    DEPENDS ${file} ${CMAKE_SOURCE_DIR}/ci/cmake/Embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out}.cc ${out}.h)
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()

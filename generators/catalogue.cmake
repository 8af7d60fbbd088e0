# All scenario and profile files as one text, built into the generators library: a program that was copied
# somewhere else still has its catalogue. Each file is preceded by a line `#@file PATH`.
file(GLOB catalogue_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/generators/scenarios/*.toml
     ${CMAKE_SOURCE_DIR}/generators/profiles/*.toml)
list(SORT catalogue_files)
string(REPLACE ";" "\n" catalogue_lines "${catalogue_files}")
set(catalogue_list ${CMAKE_BINARY_DIR}/generated/catalogue_files.txt)
file(GENERATE OUTPUT ${catalogue_list} CONTENT "${catalogue_lines}\n")
set(catalogue_text ${CMAKE_BINARY_DIR}/generated/catalogue.toml)
add_custom_command(
  OUTPUT ${catalogue_text}
  COMMAND ${CMAKE_COMMAND} -DLIST=${catalogue_list} -DROOT=${CMAKE_SOURCE_DIR} -DOUT=${catalogue_text}
          -P ${CMAKE_SOURCE_DIR}/generators/concatenate.cmake
  DEPENDS ${catalogue_list} ${catalogue_files} ${CMAKE_SOURCE_DIR}/generators/concatenate.cmake VERBATIM)
set(catalogue_out ${CMAKE_BINARY_DIR}/generated/embedded/catalogue_toml)
add_custom_command(
  OUTPUT ${catalogue_out}.cc ${catalogue_out}.h
  COMMAND ${CMAKE_COMMAND} -DIN=${catalogue_text} -DOUT=${catalogue_out} -DNAME=catalogue_toml
          -P ${CMAKE_SOURCE_DIR}/ci/cmake/Embed.cmake
  DEPENDS ${catalogue_text} ${CMAKE_SOURCE_DIR}/ci/cmake/Embed.cmake VERBATIM)
target_sources(eqlab_generators PRIVATE ${catalogue_out}.cc ${catalogue_out}.h)
target_include_directories(eqlab_generators PRIVATE ${CMAKE_BINARY_DIR}/generated)

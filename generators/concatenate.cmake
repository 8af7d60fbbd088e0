# Called by catalogue.cmake. Byte for byte: file(READ) and file(APPEND) would trip over brackets and
# semicolons, so the platform's own concatenation does the work.
file(STRINGS ${LIST} paths ENCODING UTF-8)
set(parts)
foreach(path ${paths})
  file(RELATIVE_PATH name ${ROOT} ${path})
  string(MAKE_C_IDENTIFIER ${name} id)
  file(WRITE ${OUT}.parts/${id}.head "#@file ${name}\n")
  list(APPEND parts ${OUT}.parts/${id}.head ${path})
endforeach()
execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${parts} OUTPUT_FILE ${OUT} COMMAND_ERROR_IS_FATAL ANY)

# Called by the target web_page: builds the page from a copy of its sources in the build tree, so that
# the checkout stays as it is. Never fails unless REQUIRED: OUT is then empty, which the program
# understands as "no page", and the reason is printed.
#
#   cmake -DSOURCE=web -DWORK=build/web -DOUT=build/web/report.html -DNODE=… -DNPM=… -DREQUIRED=OFF -P page.cmake
function(without_page why)
  if(REQUIRED)
    message(FATAL_ERROR "the report page cannot be built: ${why}")
  endif()
  message(STATUS "no report page: ${why}")
  message(STATUS "HTML reports are left out of this build; to try again, remove ${OUT} and build")
  file(WRITE ${OUT} "")
endfunction()

file(MAKE_DIRECTORY ${WORK})
foreach(part src build.mjs package.json package-lock.json)
  file(REMOVE_RECURSE ${WORK}/${part})
  file(COPY ${SOURCE}/${part} DESTINATION ${WORK})
endforeach()

# Packages are fetched when the list of them has changed, and only those that building needs.
set(stamp ${WORK}/node_modules/.installed)
file(SHA256 ${WORK}/package-lock.json wanted)
set(installed "")
if(EXISTS ${stamp})
  file(READ ${stamp} installed)
endif()
if(NOT installed STREQUAL wanted)
  execute_process(COMMAND ${NPM} ci --omit=dev --ignore-scripts --no-audit --no-fund --fetch-retries=1
                          --fetch-timeout=30000
                  WORKING_DIRECTORY ${WORK} TIMEOUT 300
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status STREQUAL "0")
    string(STRIP "${output}" output)
    without_page("npm ci ended with ${status}\n${output}")
    return()
  endif()
  file(WRITE ${stamp} ${wanted})
endif()

execute_process(COMMAND ${NODE} build.mjs --out ${OUT} WORKING_DIRECTORY ${WORK} TIMEOUT 120
                RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT status STREQUAL "0")
  string(STRIP "${output}" output)
  without_page("node build.mjs ended with ${status}\n${output}")
endif()

# `cmake --install build/release` and the Debian package, `cpack -G DEB` in the build folder (which
# needs dpkg-dev and file, to find the libraries that the program depends on).
include(GNUInstallDirs)

install(TARGETS eqlab RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# What the program prints about itself. A program for another machine cannot be run here.
if(NOT CMAKE_CROSSCOMPILING)
  set(self_description ${CMAKE_BINARY_DIR}/self-description)
  add_custom_command(
    OUTPUT ${self_description}/eqlab.1
    COMMAND ${CMAKE_COMMAND} -E make_directory ${self_description}
    COMMAND eqlab completions bash > ${self_description}/eqlab
    COMMAND eqlab completions zsh > ${self_description}/_eqlab
    COMMAND eqlab completions fish > ${self_description}/eqlab.fish
    COMMAND eqlab manual > ${self_description}/eqlab.1
    DEPENDS eqlab VERBATIM COMMENT "Completions and manual page")
  add_custom_target(self_description ALL DEPENDS ${self_description}/eqlab.1)
  install(FILES ${self_description}/eqlab DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${self_description}/_eqlab DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${self_description}/eqlab.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  install(FILES ${self_description}/eqlab.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
install(DIRECTORY rules/ DESTINATION ${CMAKE_INSTALL_DATADIR}/eqlab/rules
        FILES_MATCHING PATTERN "*.toml" PATTERN "*.case" PATTERN "*.eql" PATTERN "*.ndjson" PATTERN "*.md")
install(DIRECTORY harness/report/schemas/ DESTINATION ${CMAKE_INSTALL_DATADIR}/eqlab/schemas
        FILES_MATCHING PATTERN "*.json")
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/guide FILES_MATCHING PATTERN "*.md")
install(FILES README.md CHANGELOG.md NOTICE LICENSE LICENSES/Elastic-2.0.txt
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES harness/eql/SYNTAX.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
# The name under which Debian looks for the licence of a package.
install(FILES ci/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME eqlab)
set(CPACK_PACKAGE_VENDOR "eqlab maintainers")
set(CPACK_PACKAGE_CONTACT "eqlab maintainers <maintainers@eqlab.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
"eqlab tells what an EQL detection rule will do before it ships: what it
catches, what it misses and why, how many false alarms it raises, and how
late the alert comes. It generates labelled endpoint events, or reads real
ones, and evaluates the rule as the detection engine would.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)

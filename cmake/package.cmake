# What `cmake --install` puts where, so that other projects find the library: find_package(redoubt), then link
# redoubt::redoubt. The static library's own dependencies are found again by redoubtConfig.cmake.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/redoubt)

install(DIRECTORY include/redoubt TYPE INCLUDE FILES_MATCHING PATTERN *.hpp)
install(TARGETS redoubt redoubt-json EXPORT redoubtTargets)
install(TARGETS redoubt-api redoubt-program)
install(EXPORT redoubtTargets NAMESPACE redoubt:: DESTINATION ${package_folder})

configure_package_config_file(cmake/redoubtConfig.cmake.in redoubtConfig.cmake INSTALL_DESTINATION ${package_folder}
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change the interface (https://semver.org, item 4).
write_basic_package_version_file(redoubtConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/redoubtConfig.cmake ${PROJECT_BINARY_DIR}/redoubtConfigVersion.cmake
  DESTINATION ${package_folder})

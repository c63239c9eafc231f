# embed_docs_page(TARGET): adds the docs page's assets to TARGET, made anew when anything in web/ changes.

function(embed_docs_page target)
  set(web ${PROJECT_SOURCE_DIR}/web)
  set(out ${PROJECT_BINARY_DIR}/docs_page)
  file(GLOB inputs CONFIGURE_DEPENDS ${web}/docs/* ${web}/fallback/*)
  add_custom_command(
    OUTPUT ${out}/docs_assets.cpp
    COMMAND ${CMAKE_COMMAND} -D WEB=${web} -D OUT=${out} -P ${PROJECT_SOURCE_DIR}/cmake/docs_assets.cmake
    DEPENDS ${inputs} ${web}/package-lock.json ${web}/build.mjs
            ${PROJECT_SOURCE_DIR}/cmake/docs_assets.cmake ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    COMMENT "Building the docs page"
    VERBATIM)
  target_sources(${target} PRIVATE ${out}/docs_assets.cpp)
endfunction()

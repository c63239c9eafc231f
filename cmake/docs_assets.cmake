# Run at build time: cmake -D WEB=… -D OUT=… -P docs_assets.cmake
# Makes OUT/docs_assets.cpp, the docs page's files as bytes of the library. npm gives Swagger UI (web/package-lock.json);
# where it cannot, the build goes on with a page that says so.

find_program(NPM npm)
find_program(NODE NAMES node nodejs)
set(page ${OUT}/page)
set(why "")

if(NOT NPM OR NOT NODE)
  set(why "npm is not on this machine")
else()
  # Installed in the build tree, so that a build never writes among the sources.
  file(COPY ${WEB}/package.json ${WEB}/package-lock.json ${WEB}/.npmrc ${WEB}/build.mjs ${WEB}/docs DESTINATION ${OUT}/web)
  file(SHA256 ${WEB}/package-lock.json lock)
  if(NOT EXISTS ${OUT}/web/installed-${lock})
    execute_process(COMMAND ${NPM} ci --prefer-offline WORKING_DIRECTORY ${OUT}/web TIMEOUT 180
      RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(status EQUAL 0)
      file(TOUCH ${OUT}/web/installed-${lock})
    else()
      string(STRIP "${output}" output)
      set(why "npm ci failed (${status}): ${output}")
    endif()
  endif()
  if(NOT why)
    execute_process(COMMAND ${NODE} ${OUT}/web/build.mjs ${page} COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE ${OUT}/not-built)
  endif()
endif()

if(why)
  message(WARNING "The docs page is built without its assets: ${why}\n"
    "Everything else is built. /docs will say so and point to /openapi.json.")
  file(REMOVE_RECURSE ${page})
  file(COPY ${WEB}/fallback/ DESTINATION ${page})
  file(TOUCH ${OUT}/not-built)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
embed(${page} ${OUT}/docs_assets.cpp)

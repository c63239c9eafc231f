# embed(FOLDER SOURCE): writes a C++ source that defines redoubt::docs_assets() over the files of FOLDER (see
# src/server/docs/assets.hpp). NAME.gz is the compressed form of NAME. The assembler takes the bytes in by itself, which
# costs no compile time; each file's digest stands in the source, so that changed bytes are a changed source.

set(media_types
  html "text/html\\; charset=utf-8"
  css  "text/css\\; charset=utf-8"
  js   "text/javascript\\; charset=utf-8"
  txt  "text/plain\\; charset=utf-8"
  svg  image/svg+xml
  png  image/png
  jpg  image/jpeg)

function(embed folder source)
  file(GLOB files RELATIVE ${folder} ${folder}/*)
  list(SORT files)
  set(bytes "")
  set(table "")
  set(number 0)
  foreach(file IN LISTS files)
    if(file MATCHES "\\.gz$")
      continue()
    endif()
    cmake_path(GET file EXTENSION LAST_ONLY extension)
    string(SUBSTRING ${extension} 1 -1 extension)
    list(FIND media_types ${extension} index)
    if(index EQUAL -1)
      message(FATAL_ERROR "embed: ${file}: no media type is known for .${extension} (add it to cmake/embed.cmake)")
    endif()
    math(EXPR index "${index} + 1")
    list(GET media_types ${index} media_type)
    file(SHA256 ${folder}/${file} digest)
    string(SUBSTRING ${digest} 0 32 tag)

    string(APPEND bytes "REDOUBT_EMBED(plain_${number}, \"${folder}/${file}\")\n")
    set(gzip "{}")
    if(EXISTS ${folder}/${file}.gz)
      string(APPEND bytes "REDOUBT_EMBED(gzip_${number}, \"${folder}/${file}.gz\")\n")
      set(gzip "{gzip_${number}_begin, gzip_${number}_end}")
    endif()
    string(APPEND table "    {\"${file}\", \"${media_type}\", \"W/\\\"${tag}\\\"\",\n"
      "     {plain_${number}_begin, plain_${number}_end}, ${gzip}},\n")
    math(EXPR number "${number} + 1")
  endforeach()

  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[// Made by cmake/embed.cmake.
#include "docs/assets.hpp"

#define REDOUBT_EMBED(name, path)                                                                 \
  extern "C" {                                                                                    \
  __attribute__((visibility("hidden"))) extern const char name##_begin[] __asm__("redoubt_docs_" #name "_begin"); \
  __attribute__((visibility("hidden"))) extern const char name##_end[] __asm__("redoubt_docs_" #name "_end");     \
  }                                                                                               \
  __asm__(".pushsection .rodata\n"                                                                \
          ".hidden redoubt_docs_" #name "_begin\n.globl redoubt_docs_" #name "_begin\n"           \
          ".hidden redoubt_docs_" #name "_end\n.globl redoubt_docs_" #name "_end\n"               \
          "redoubt_docs_" #name "_begin:\n.incbin \"" path "\"\nredoubt_docs_" #name "_end:\n"    \
          ".popsection\n");

@bytes@
namespace redoubt {

std::span<const Asset> docs_assets() {
  static const Asset assets[] = {
@table@  };
  return assets;
}

}  // namespace redoubt
]])
endfunction()

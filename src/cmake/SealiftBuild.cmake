# How a floor is built.
#
# sl_module(NAME PUBLIC_HEADERS err.h ... SOURCES a.c ... USES lower ... LIBRARIES imported ...)
#
# makes the static library sl_NAME from src/NAME. What it can include is only
#   - its own src/NAME and src/NAME/include,
#   - src/LOWER/include of the modules it USES (and of what those use),
#   - those public headers <sealift/...> that it or a module it USES owns: each module gets a directory with links to
#     just its own public headers, so that an include of a higher floor's header does not compile.
# A module in USES that is not declared yet is an error, so a circle cannot be configured.

include(GNUInstallDirs)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

add_library(sl_options INTERFACE)
target_compile_definitions(sl_options INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
target_compile_options(
  sl_options
  INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
            -Werror -fno-strict-aliasing -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -fvisibility=hidden)
if(SEALIFT_SANITIZE)
  target_compile_options(sl_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer
                                              -fno-sanitize-recover=undefined)
  target_link_options(sl_options INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(sl_options INTERFACE SEALIFT_ARENA_MALLOC)
else()
  target_compile_options(sl_options INTERFACE -fstack-protector-strong)
  target_compile_options(sl_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
  target_link_options(sl_options INTERFACE -Wl,-z,relro,-z,now)
endif()
if(SEALIFT_FUZZ)
  target_compile_options(sl_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(SEALIFT_COVERAGE)
  target_compile_options(sl_options INTERFACE --coverage)
  target_link_options(sl_options INTERFACE --coverage)
  # One malloc per arena allocation, so that the tests of failing allocations reach each.
  target_compile_definitions(sl_options INTERFACE SEALIFT_ARENA_MALLOC)
endif()

set_property(GLOBAL PROPERTY SEALIFT_MODULES "")

function(sl_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PUBLIC_HEADERS;SOURCES;USES;LIBRARIES")
  foreach(lower IN LISTS arg_USES)
    if(NOT TARGET sl_${lower})
      message(FATAL_ERROR "module ${name} uses ${lower}, which is not declared above it in src/CMakeLists.txt")
    endif()
  endforeach()

  set(directory "${CMAKE_CURRENT_SOURCE_DIR}/${name}")
  list(TRANSFORM arg_SOURCES PREPEND "${directory}/")
  add_library(sl_${name} STATIC ${arg_SOURCES})

  set(public "${CMAKE_BINARY_DIR}/floors/${name}")
  file(MAKE_DIRECTORY "${public}/sealift")
  foreach(header IN LISTS arg_PUBLIC_HEADERS)
    file(CREATE_LINK "${CMAKE_SOURCE_DIR}/include/sealift/${header}" "${public}/sealift/${header}" SYMBOLIC)
  endforeach()

  target_include_directories(sl_${name} PUBLIC "${public}" PRIVATE "${directory}")
  if(IS_DIRECTORY "${directory}/include")
    target_include_directories(sl_${name} PUBLIC "${directory}/include")
  endif()
  list(TRANSFORM arg_USES PREPEND sl_ OUTPUT_VARIABLE lower_targets)
  target_link_libraries(sl_${name} PRIVATE sl_options PUBLIC ${lower_targets} ${arg_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY SEALIFT_MODULES ${name})
endfunction()

# sl_pkg(NAME PKG): the imported target PkgConfig::NAME of a pkg-config package, or a plain error that says what to do.
function(sl_pkg name package)
  pkg_check_modules(${name} IMPORTED_TARGET GLOBAL ${package})
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR "the library ${package} is missing; scripts/quickstart installs everything that is needed")
  endif()
endfunction()

# sl_archives(VARIABLE NAME...): the static archives libNAME.a, in this order. Debian's -dev packages have them.
function(sl_archives variable)
  set(found "")
  foreach(name IN LISTS ARGN)
    find_library(SEALIFT_ARCHIVE_${name} NAMES lib${name}.a)
    if(NOT SEALIFT_ARCHIVE_${name})
      message(FATAL_ERROR "the static archive lib${name}.a is missing; -DSEALIFT_SHARED=ON links the command with shared "
                          "libraries, and starts more slowly")
    endif()
    list(APPEND found ${SEALIFT_ARCHIVE_${name}})
  endforeach()
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

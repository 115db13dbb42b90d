# cmake -DFOLDER=... -DOUTPUT=... -P EmbedFiles.cmake: writes a C file that holds every file below FOLDER, for
# src/pack/template.h. Needs nothing but CMake.
file(GLOB_RECURSE names RELATIVE "${FOLDER}" "${FOLDER}/*")
list(SORT names COMPARE STRING)
set(arrays "")
set(table "")
set(number 0)
foreach(name IN LISTS names)
  file(READ "${FOLDER}/${name}" hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1, " bytes "${hex}")
  # One byte more than the file has: an array of C cannot be empty.
  string(APPEND arrays "static const unsigned char file_${number}[] = {${bytes}0};\n")
  set(executable false)
  if(hex MATCHES "^2321")
    set(executable true)
  endif()
  string(APPEND table "    {\"${name}\", file_${number}, ${size}, ${executable}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(
  WRITE "${OUTPUT}"
  "#include \"template.h\"\n\n${arrays}\nconst struct template_file template_files[] = {\n${table}};\n"
  "const size_t template_file_count = sizeof template_files / sizeof template_files[0];\n")

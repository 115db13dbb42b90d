# cmake -DFOLDER=... -DOUTPUT=... [-DNAME=template -DHEADER=template.h] -P EmbedFiles.cmake: writes a C file that holds
# every file below FOLDER as NAME_files[] and NAME_file_count, which HEADER declares (see src/pack/template.h). Needs
# nothing but CMake.
if(NOT NAME)
  set(NAME template)
  set(HEADER template.h)
endif()
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
  "#include \"${HEADER}\"\n\n${arrays}\nconst struct ${NAME}_file ${NAME}_files[] = {\n${table}};\n"
  "const size_t ${NAME}_file_count = sizeof ${NAME}_files / sizeof ${NAME}_files[0];\n")

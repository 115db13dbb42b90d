# sl_test_with_faults(NAME): lets the test program test_NAME put faults at system calls; tests/support/sys_fault.h says how.
#
# The functions are read from io/sys.h, so that a new one without a wrapper in sys_fault.c fails to link.
set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS src/io/include/io/sys.h)
file(STRINGS "${CMAKE_SOURCE_DIR}/src/io/include/io/sys.h" declarations REGEX "^[a-z_]+ sl_sys_[a-z_]+\\(")
set(SEALIFT_FAULT_LINK_OPTIONS "")
foreach(declaration IN LISTS declarations)
  string(REGEX REPLACE "^.* (sl_sys_[a-z_]+)\\(.*$" "\\1" function "${declaration}")
  list(APPEND SEALIFT_FAULT_LINK_OPTIONS "-Wl,--wrap=${function}")
endforeach()

function(sl_test_with_faults name)
  target_sources(test_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/support/sys_fault.c")
  target_link_options(test_${name} PRIVATE ${SEALIFT_FAULT_LINK_OPTIONS})
endfunction()

# Bundles are unpacked in the test's own process: support/unisolated.c says why.
function(sl_test_unisolated name)
  target_sources(test_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/support/unisolated.c")
  target_link_options(test_${name} PRIVATE -Wl,--wrap=sl_source_isolated,--wrap=sl_source_isolation)
endfunction()

# kube.c includes tables that are made from types.tsv and resources.tsv while building.
set(kube "${CMAKE_CURRENT_SOURCE_DIR}/docops/kube")
set(kube_table "${CMAKE_CURRENT_BINARY_DIR}/kube/kube_table.inc")

add_executable(sl_kube_generate "${kube}/generate.c")
target_link_libraries(sl_kube_generate PRIVATE sl_options)
add_custom_command(
  OUTPUT "${kube_table}"
  COMMAND sl_kube_generate "${kube}/types.tsv" "${kube}/resources.tsv" "${kube_table}"
  DEPENDS sl_kube_generate "${kube}/types.tsv" "${kube}/resources.tsv"
  VERBATIM)
file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/kube")
target_sources(sl_docops PRIVATE "${kube_table}")
target_include_directories(sl_docops PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/kube")

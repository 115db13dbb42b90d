/* Any text: no YAML, or read as release.yaml, cluster-config.yaml and sealift.yaml, with what is wrong as findings. */
#include "fuzz.h"

#include "base/limits.h"
#include "doc/yaml.h"
#include "model/config.h"
#include "model/customer.h"
#include "model/release.h"

static void check_release(const struct sl_release_file *file)
{
    FUZZ_REQUIRE(file->sequence <= SL_INTEGER_MAX);
    FUZZ_REQUIRE(file->version.len <= SL_LABEL_MAX);
    FUZZ_REQUIRE(file->support_from.len == 0 || file->support_from.len == 10);
    for (size_t i = 0; i < file->upgrade_from_count; i++)
        FUZZ_REQUIRE(file->upgrade_from[i].len > 0 && file->upgrade_from[i].len <= SL_LABEL_MAX);
    for (size_t i = 0; i < file->alias_count; i++)
        FUZZ_REQUIRE(file->aliases[i].application.len > 0);
}

static void check_config(const struct sl_config_file *file)
{
    for (size_t i = 0; i < file->exception_count; i++) {
        const struct sl_config_exception *exception = &file->exceptions[i];
        FUZZ_REQUIRE(exception->rule.len > 0 && exception->reason.len > 0 && exception->expires.len == 10);
        if (exception->file.len == 0 || exception->file.len > SL_PATH_MAX)
            continue;
        /* A pattern without stars fits itself. */
        bool has_star = memchr(exception->file.ptr, '*', exception->file.len) != NULL;
        FUZZ_REQUIRE(sl_glob_match(exception->file, exception->file) || has_star);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str text = {(const char *)data, size};
    struct sl_err err = {0};
    struct sl_node *root = NULL;
    struct sl_findings *findings = NULL;
    struct sl_doc doc;
    sl_doc_init(&doc);
    FUZZ_REQUIRE(sl_findings_new(&findings, &err) == 0);
    if (sl_yaml_read_one(&root, &doc, text, SL_STR("x.yaml"), SL_YAML_VALUES, &err) == 0) {
        struct sl_release_file release;
        struct sl_customer_file customer;
        struct sl_config_file config;
        FUZZ_REQUIRE(sl_release_file_read(&release, &doc, root, findings, &err) == 0);
        FUZZ_REQUIRE(sl_customer_file_read(&customer, &doc, root, findings, &err) == 0);
        FUZZ_REQUIRE(sl_config_file_read(&config, &doc, root, findings, &err) == 0);
        check_release(&release);
        check_config(&config);
        FUZZ_REQUIRE(customer.environment.len <= SL_LABEL_MAX);
        sl_findings_sort(findings);
    }
    sl_findings_free(findings);
    sl_doc_release(&doc);
    return 0;
}

#include "manifest_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define OBJECTS_FILE "releases/v1.0/clusters/production-cluster.yaml"

static char text[64 * 1024];

static void SL_PRINTF(1, 2) print(const char *format, ...)
{
    va_list args;
    size_t used = strlen(text);
    va_start(args, format);
    int length = vsnprintf(text + used, sizeof text - used, format, args);
    va_end(args);
    cr_assert(length >= 0 && (size_t)length < sizeof text - used);
}

enum form { FORM_PLACES, FORM_MESSAGES, FORM_VERDICTS, FORM_SEVERITIES };

static void print_finding(const struct sl_finding *finding, enum form form)
{
    bool other_file = strcmp(finding->file.ptr, OBJECTS_FILE) != 0;
    if (form == FORM_VERDICTS) {
        print("%s %s:%u %s\n", sl_severity_name(finding->severity), finding->file.ptr, finding->line,
              finding->message.ptr);
        return;
    }
    if (form == FORM_SEVERITIES) {
        print("%s %s (%s)\n", sl_severity_name(finding->severity), finding->pointer.ptr, finding->hint.ptr);
        return;
    }
    print("%s %s%s%u:%u%s%s", finding->rule, other_file ? finding->file.ptr : "", other_file ? ":" : "",
          finding->line, finding->column, finding->pointer.len ? " " : "", finding->pointer.ptr);
    if (form == FORM_MESSAGES)
        print(": %s (%s)", finding->message.ptr, finding->hint.ptr);
    print("\n");
}

static void print_findings(struct sl_findings *findings, const char *area, enum form form)
{
    text[0] = '\0';
    sl_findings_sort(findings);
    for (size_t i = 0; i < sl_findings_count(findings); i++) {
        const struct sl_finding *finding = sl_findings_at(findings, i);
        if (strncmp(finding->rule, area, strlen(area)) != 0)
            continue;
        print_finding(finding, form);
    }
}

static void write_repository(const struct temp_dir *dir, const struct delivery *delivery)
{
    char config[256];
    (void)snprintf(config, sizeof config, "customer: customer-a\n%s%s%s",
                   delivery->version ? "cluster: {version: \"" : "",
                   delivery->version ? delivery->version : "", delivery->version ? "\"}\n" : "");
    temp_dir_write_text(dir, "releases/v1.0/release.yaml", "version: v1.0\nsequence: 3\n");
    temp_dir_write_text(dir, "overlays/customer-a/cluster-config.yaml", config);
    if (delivery->objects)
        temp_dir_write_text(dir, OBJECTS_FILE, delivery->objects);
    for (size_t i = 0; i < sizeof delivery->files / sizeof delivery->files[0]; i++)
        if (delivery->files[i].path)
            temp_dir_write_text(dir, delivery->files[i].path, delivery->files[i].text);
    if (delivery->chart) {
        char path[PATH_MAX];
        temp_dir_make_dir(dir, "releases/v1.0/artifacts");
        tgz_write(temp_dir_join(dir, "releases/v1.0/artifacts/chart.tgz", path), delivery->chart,
                  delivery->chart_count);
    }
}

/* What pack would pack of it, but for the manifests. */
static struct sl_validation_files packed_files(struct sl_validation_file *items, size_t max,
                                               const struct sl_layout *layout, const char *values)
{
    cr_assert_lt(layout->artifacts.count, max);
    for (size_t i = 0; i < layout->artifacts.count; i++) {
        const struct sl_artifact *artifact = &layout->artifacts.items[i];
        items[i] = (struct sl_validation_file){
            .path = artifact->path, .origin = artifact->path, .size = artifact->size};
    }
    size_t count = layout->artifacts.count;
    if (values)
        items[count++] =
            (struct sl_validation_file){.path = SL_STR("values/web.yaml"), .text = sl_str_from(values)};
    return (struct sl_validation_files){items, count};
}

void manifest_kit_open(struct manifest_kit *kit, const struct delivery *delivery)
{
    struct sl_err err = {0};
    struct sl_layout_query query = {.release = SL_STR("v1.0"), .customer = SL_STR("customer-a")};
    *kit = (struct manifest_kit){0};
    temp_dir_make(&kit->dir);
    write_repository(&kit->dir, delivery);
    cr_assert_eq(sl_tree_open_directory(&kit->tree, kit->dir.path, &err), 0, "%s", err.message);
    cr_assert_eq(sl_findings_new(&kit->findings, &err), 0);
    sl_reading_init(&kit->reading, kit->tree, kit->findings);
    if (sl_layout_resolve(&kit->layout, &kit->reading, &query, &err) < 0) {
        print_findings(kit->findings, "", FORM_MESSAGES);
        cr_assert_fail("%s\n%s", err.message, text);
    }
    cr_assert_eq(sl_validation_shared_new(&kit->shared, kit->dir.path, NULL, &err), 0);
    kit->subject =
        (struct sl_validation_subject){.reading = &kit->reading,
                                       .layout = &kit->layout,
                                       .files = packed_files(kit->files, 8, &kit->layout, delivery->values),
                                       .shared = kit->shared};
}

void manifest_kit_close(struct manifest_kit *kit)
{
    sl_validation_shared_free(kit->shared);
    sl_reading_release(&kit->reading);
    sl_findings_free(kit->findings);
    sl_tree_free(kit->tree);
    temp_dir_remove(&kit->dir);
}

static const char *validate(const struct delivery *delivery, const char *area, enum form form)
{
    struct manifest_kit kit;
    struct sl_err err = {0};
    manifest_kit_open(&kit, delivery);
    cr_assert_eq(sl_validate_subject(&kit.subject, &err), 0, "%s", err.message);
    print_findings(kit.findings, area, form);
    manifest_kit_close(&kit);
    return text;
}

const char *manifest_kit_findings(const struct delivery *delivery, const char *area)
{
    return validate(delivery, area, FORM_PLACES);
}

const char *manifest_kit_messages(const struct delivery *delivery, const char *area)
{
    return validate(delivery, area, FORM_MESSAGES);
}

const char *manifest_kit_verdicts(const struct delivery *delivery, const char *area)
{
    return validate(delivery, area, FORM_VERDICTS);
}

const char *manifest_kit_severities(const struct delivery *delivery, const char *area)
{
    return validate(delivery, area, FORM_SEVERITIES);
}

void manifest_kit_expect(const struct manifest_case *cases, size_t count, const char *area)
{
    for (size_t i = 0; i < count; i++) {
        struct delivery delivery = {.objects = cases[i].objects};
        const char *found = manifest_kit_findings(&delivery, area);
        cr_expect_str_eq(found, cases[i].findings, "%s:\n%s\ninstead of\n%s", cases[i].name, found,
                         cases[i].findings);
    }
}

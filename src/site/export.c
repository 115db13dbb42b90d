/*
 * Receipts as they lie in state/receipts, for the way back to the ops side. Whether they are whole is for the ops side to say.
 */
#include "enrolled.h"

#include "base/cleanup.h"
#include "io/file.h"

#include <sealift/text.h>
#include <stdio.h>

struct exporting {
    struct sl_buf *out;
    int dir;
    uint64_t from;
    uint64_t count;
};

/* "000000017.json": its number, or 0. */
static uint64_t number_of(struct sl_str name)
{
    uint64_t number = 0;
    if (!sl_str_ends_with(name, SL_STR(".json")) || name.len < 14 || name.len > 20)
        return 0;
    for (size_t i = 0; i < name.len - 5; i++) {
        if (name.ptr[i] < '0' || name.ptr[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(name.ptr[i] - '0');
    }
    return number;
}

static int visit(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    struct exporting *exporting = context;
    uint64_t number = number_of(sl_str_from(entry->path));
    if (S_ISDIR(entry->info.st_mode))
        return 1;
    if (number == 0 || number < exporting->from)
        return 0;
    SL_CLEANUP(sl_buf_release) struct sl_buf json;
    SL_CLEANUP(sl_buf_release) struct sl_buf signature;
    sl_buf_init(&json, SL_RECEIPT_BYTES_MAX);
    sl_buf_init(&signature, SL_SIGNATURE_FILE_MAX);
    char name[64];
    (void)snprintf(name, sizeof name, "%s.minisig", entry->path);
    if (sl_file_read_beneath(&json, exporting->dir, entry->path, SL_RECEIPT_BYTES_MAX, err) < 0)
        return -1;
    /* One that was lost must not keep the others here: the check says which it is. */
    if (sl_file_read_beneath(&signature, exporting->dir, name, SL_SIGNATURE_FILE_MAX, err) < 0 &&
        err->code != SL_E_NOT_FOUND)
        return -1;
    sl_err_clear(err);
    exporting->count++;
    return sl_receipt_export(exporting->out, sl_buf_view(&json), sl_buf_view(&signature), err);
}

int sl_site_receipts(struct sl_buf *out, uint64_t *count, const struct sl_site_options *options,
                     uint64_t from, struct sl_err *err)
{
    SL_CLEANUP(site_release) struct site site;
    bool missing;
    site_init(&site, options->root);
    if (site_open(&site, err) < 0 || site_require(&site, err) < 0 || site_load_identity(&site, err) < 0 ||
        site_check_enrolment(&site, err) < 0)
        return -1;
    SL_CLEANUP(sl_closep) int dir = site_open_dir(&site, SITE_STATE "/" SITE_RECEIPTS, &missing, err);
    if (missing) {
        (void)sl_fail(err, SL_E_NOT_FOUND, "%s has no receipts: it is not enrolled", site.shown);
        return sl_hint(err, "`sealift enrol` makes a site that writes them");
    }
    struct exporting exporting = {.out = out, .dir = dir, .from = from};
    if (dir < 0 || sl_dir_walk(dir, visit, &exporting, err) < 0)
        return sl_wrap(err, "%s/" SITE_STATE "/" SITE_RECEIPTS, site.shown);
    *count = exporting.count;
    return 0;
}

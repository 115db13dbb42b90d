#include "reading.h"

#include "bundle/container.h"
#include "bundle/reader.h"
#include <criterion/criterion.h>
#include <string.h>

void find_spans(struct span spans[MEMBERS], const struct sample_bundle *sample)
{
    const struct sl_manifest *manifest = sl_plan_manifest(sample->plan);
    size_t at = 0;
    for (int i = 0; i < MEMBERS; i++) {
        struct sl_tar_member member = {.top = manifest->bundle, .path = SL_STR("manifest.json")};
        member.size = sample->manifest.len;
        if (i == FIRST_SIGNATURE || i == SECOND_SIGNATURE)
            member.size = sample->signatures[i - FIRST_SIGNATURE].text.len;
        if (i >= SUMS) {
            member.path = manifest->files[i - SUMS].path;
            member.size = manifest->files[i - SUMS].size;
        }
        struct sl_buf header;
        struct sl_err err = {0};
        sl_buf_init(&header, SL_TAR_HEADER_MAX);
        cr_assert_eq(sl_tar_header_write(&header, &member, &err), 0);
        spans[i].header = at;
        spans[i].content = at + header.len;
        spans[i].padding = spans[i].content + member.size;
        spans[i].end = spans[i].padding + sl_tar_padding(member.size);
        at = spans[i].end;
        sl_buf_release(&header);
    }
    cr_assert_eq(at + SL_TAR_END, sample->container.len);
}

/* Reads to the end. What verify does, without keys: the raw head must be the one that was written. */
int read_all(struct sl_bundle_reader *reader, const struct sample_bundle *sample, struct sl_err *err)
{
    if (!sl_str_equal(sl_bundle_reader_manifest(reader), sl_buf_view(&sample->manifest)))
        return sl_fail(err, SL_E_REFUSED, "the manifest is another");
    for (size_t i = 0; i < sl_bundle_reader_signature_count(reader); i++) {
        struct sl_str name;
        struct sl_str text;
        sl_bundle_reader_signature(reader, i, &name, &text);
        if (!sl_str_equal(text, sample->signatures[i].text) ||
            !strstr(name.ptr, sample->signatures[i].key_id))
            return sl_fail(err, SL_E_REFUSED, "a signature is another");
    }
    if (sl_bundle_reader_signature_count(reader) != SAMPLE_SIGNATURES)
        return sl_fail(err, SL_E_REFUSED, "there are more or fewer signatures");
    if (sl_bundle_reader_bind(reader, sl_plan_manifest(sample->plan), err) < 0)
        return -1;
    const struct sl_manifest_file *file;
    int more;
    while ((more = sl_bundle_reader_next(reader, &file, err)) > 0) {
        const void *bytes;
        ssize_t got;
        while ((got = sl_bundle_reader_read(reader, &bytes, err)) > 0) {
        }
        if (got < 0)
            return -1;
    }
    return more;
}

int read_container(struct sl_str bytes, const struct sample_bundle *sample, struct sl_err *err)
{
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    if (sl_source_memory(&source, bytes, err) < 0 ||
        sl_bundle_reader_open_container(&reader, source, err) < 0)
        return -1;
    int result = read_all(reader, sample, err);
    sl_bundle_reader_free(reader);
    return result;
}

int read_bundle(struct sl_str bytes, const struct sample_bundle *sample, struct sl_err *err)
{
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    if (sl_source_memory(&source, bytes, err) < 0 || sl_bundle_reader_open(&reader, source, err) < 0)
        return -1;
    int result = read_all(reader, sample, err);
    sl_bundle_reader_free(reader);
    return result;
}

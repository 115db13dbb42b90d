#include <criterion/criterion.h>

#include "delivery.h"
#include "judge.h"

#include "crypto/minisig.h"

/* The same key once more, under another id. */
static void sign_again_as_key_2(void *context, struct delivery_signatures *all, struct sl_str manifest)
{
    struct sl_secret_key key;
    struct sl_err err = {0};
    (void)context;
    delivery_key(1, &key, NULL);
    memset(key.id, 2, sizeof key.id);
    struct sl_buf *text = &all->items[all->count].text;
    (void)sl_key_id_text(all->items[all->count++].key_id, key.id);
    sl_buf_init(text, SL_SIGNATURE_FILE_MAX);
    cr_assert_eq(sl_minisig_write(text, &key, manifest, SL_STR("again"), &err), 0, "%s", err.message);
}

Test(judge, one_key_under_two_ids_counts_once)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){.alter_signatures = sign_again_as_key_2});
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_source_memory(&source, sl_buf_view(&bundle), &err), 0);
    cr_assert_eq(sl_bundle_reader_open(&reader, source, &err), 0, "%s", err.message);

    struct sl_public_key keys[2];
    delivery_key(1, NULL, &keys[0]);
    delivery_key(1, NULL, &keys[1]);
    memset(keys[1].id, 2, sizeof keys[1].id);
    struct sl_policy policy = {.keys = keys, .key_count = 2};
    struct trust_judgement judgement;
    cr_assert_eq(trust_judge(&judgement, reader, &policy, &err), 0, "%s", err.message);
    cr_expect_eq(judgement.count, 2);
    cr_expect(judgement.signers[0].trusted);
    cr_expect(judgement.signers[1].trusted);
    cr_expect_eq(judgement.trusted, 1, "a threshold of two would be reached by one key");
    sl_bundle_reader_free(reader);
    sl_buf_release(&bundle);
}

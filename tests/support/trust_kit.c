#include "trust_kit.h"

#include "base/limits.h"
#include "crypto/minisig.h"
#include "delivery.h"

#include <stdio.h>
#include <stdlib.h>

static _Noreturn void give_up(const char *what, const struct sl_err *err)
{
    (void)fprintf(stderr, "trust kit: %s: %s\n", what, err ? err->message : "failed");
    abort();
}

void trust_kit_add(struct sl_trust *trust, unsigned number, enum sl_trust_role role)
{
    struct sl_public_key key;
    struct sl_err err = {0};
    delivery_key(number, NULL, &key);
    if (sl_trust_add_key(trust, &key, role, &err) < 0)
        give_up("add", &err);
}

void trust_kit_name(unsigned char sha256[32], unsigned number)
{
    struct sl_public_key key;
    delivery_key(number, NULL, &key);
    sl_trust_key_name(sha256, &key);
}

struct sl_trust *trust_kit_first(void)
{
    static const struct {
        unsigned number;
        enum sl_trust_role role;
    } keys[] = {{11, SL_ROLE_ROOT},   {12, SL_ROLE_ROOT},   {13, SL_ROLE_ROOT},
                {1, SL_ROLE_RELEASE}, {2, SL_ROLE_RELEASE}, {21, SL_ROLE_GRANT}};
    struct sl_trust *trust = calloc(1, sizeof *trust);
    if (!trust)
        give_up("memory", NULL);
    trust->version = 1;
    trust->epoch = 1;
    (void)snprintf(trust->customer, sizeof trust->customer, "customer-a");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        trust_kit_add(trust, keys[i].number, keys[i].role);
    trust->thresholds[SL_ROLE_ROOT] = 2;
    trust->thresholds[SL_ROLE_RELEASE] = 1;
    trust->thresholds[SL_ROLE_GRANT] = 1;
    return trust;
}

struct sl_trust *trust_kit_next(const struct sl_trust *trust)
{
    struct sl_trust *next = malloc(sizeof *next);
    if (!next)
        give_up("memory", NULL);
    *next = *trust;
    next->version++;
    return next;
}

void trust_kit_sign(struct trust_kit_step *step, unsigned number)
{
    struct sl_err err = {0};
    struct sl_secret_key key;
    size_t at = step->step.signature_count++;
    delivery_key(number, &key, NULL);
    sl_buf_init(&step->texts[at], SL_SIGNATURE_FILE_MAX);
    if (sl_minisig_write(&step->texts[at], &key, step->step.json, SL_STR("trust kit"), &err) < 0)
        give_up("sign", &err);
    (void)sl_key_id_text(step->signatures[at].key_id, key.id);
    step->signatures[at].text = sl_buf_view(&step->texts[at]);
    step->step.signatures = step->signatures;
}

void trust_kit_sign_text(struct trust_kit_step *out, uint64_t version, struct sl_str json,
                         const unsigned *signers)
{
    *out = (struct trust_kit_step){.step = {.version = version}};
    sl_buf_init(&out->json, 2 * SL_TRUST_FILE_MAX);
    sl_buf_str(&out->json, json);
    out->step.json = sl_buf_view(&out->json);
    for (; *signers; signers++)
        trust_kit_sign(out, *signers);
}

void trust_kit_write(struct trust_kit_step *out, const struct sl_trust *trust, const unsigned *signers)
{
    struct sl_err err = {0};
    struct sl_buf json;
    sl_buf_init(&json, SL_TRUST_FILE_MAX);
    if (sl_trust_write(&json, trust, &err) < 0)
        give_up("write", &err);
    trust_kit_sign_text(out, trust->version, sl_buf_view(&json), signers);
    sl_buf_release(&json);
}

void trust_kit_release(struct trust_kit_step *step)
{
    sl_buf_release(&step->json);
    for (size_t i = 0; i < TRUST_KIT_SIGNATURES; i++)
        sl_buf_release(&step->texts[i]);
}

#include "enrolled_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fill(void *context, void *out, size_t len, struct sl_err *err)
{
    (void)err;
    unsigned char *next = context;
    memset(out, (*next)++, len);
    return 0;
}

static void must(int result, const char *what, const struct sl_err *err)
{
    if (result == 0)
        return;
    (void)fprintf(stderr, "enrolled_kit: %s: %s\n", what, err->message);
    abort();
}

static void write_step(struct site_kit *kit, const struct trust_kit_step *step)
{
    char name[128];
    temp_dir_write(&kit->temp, "trust/1.json", step->json.ptr, step->json.len);
    for (size_t i = 0; i < step->step.signature_count; i++) {
        (void)snprintf(name, sizeof name, "trust/1.json.%s.minisig", step->signatures[i].key_id);
        temp_dir_write(&kit->temp, name, step->signatures[i].text.ptr, step->signatures[i].text.len);
    }
}

void enrolled_kit_make(struct site_kit *kit, const struct sl_trust *trust, struct sl_public_key *site)
{
    struct trust_kit_step step;
    char path[PATH_MAX];
    unsigned char seed = 1;
    struct sl_err err = {0};
    struct sl_trust_steps *steps = NULL;
    struct sl_enrolled made;
    struct sl_enrolment request = {.random = {fill, &seed}};
    trust_kit_write(&step, trust, (const unsigned[]){11, 12, 0});
    write_step(kit, &step);
    must(sl_trust_steps_load(&steps, temp_dir_join(&kit->temp, "trust", path), &err), "load", &err);
    sl_trust_fingerprint(request.fingerprint, sl_buf_view(&step.json));
    request.steps = steps;
    must(sl_site_enrol(&made, &kit->options, &request, &err), "enrol", &err);
    if (site)
        must(sl_public_key_read(site, sl_str_from(made.receipt_key), "site", &err), "key", &err);
    sl_trust_steps_free(steps);
    trust_kit_release(&step);
}

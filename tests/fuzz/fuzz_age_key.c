/*
 * Files of age identities and recipients: what is read is written as it was.
 */
#include "fuzz.h"

#include <sealift/age.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sl_age_identities identities;
    static struct sl_age_recipients recipients;
    struct sl_str text = {(const char *)data, size};
    struct sl_err err = {0};
    identities.count = 0;
    recipients.count = 0;
    if (sl_age_identities_read(&identities, text, "fuzz", &err) == 0) {
        char secret[SL_AGE_IDENTITY_TEXT];
        for (size_t i = 0; i < identities.count; i++) {
            (void)sl_age_identity_text(secret, &identities.items[i]);
            FUZZ_REQUIRE(memmem(data, size, secret, sizeof secret - 1));
        }
    } else {
        FUZZ_REQUIRE(err.code == SL_E_INPUT || err.code == SL_E_LIMIT || err.code == SL_E_UNSUPPORTED);
    }
    if (sl_age_recipients_read(&recipients, text, "fuzz", &err) == 0) {
        char shown[SL_AGE_RECIPIENT_TEXT];
        for (size_t i = 0; i < recipients.count; i++) {
            (void)sl_age_recipient_text(shown, &recipients.items[i]);
            FUZZ_REQUIRE(memmem(data, size, shown, sizeof shown - 1));
        }
    } else {
        FUZZ_REQUIRE(err.code == SL_E_INPUT || err.code == SL_E_LIMIT);
    }
    sl_age_identities_wipe(&identities);
    return 0;
}

/*
 * What is asked of a provenance. The statements are written out here: pack's own are checked in tests/cli.
 */
#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "crypto/dsse.h"
#include "delivery.h"
#include "made_text.h"

#include <sealift/provenance.h>
#include <stdio.h>

#define TYPE "application/vnd.in-toto+json"

/* Two files besides those that no statement can be about. */
static struct sl_manifest_file files[] = {
    {.path = SL_STR_INIT("SHA256SUMS")},
    {.path = SL_STR_INIT("a"), .sha256 = {0x01}},
    {.path = SL_STR_INIT("provenance.intoto.json")},
    {.path = SL_STR_INIT("sbom.cdx.json"), .sha256 = {0x02}},
};
static const struct sl_manifest manifest = {.customer = SL_STR_INIT("customer-a"),
                                            .release = SL_STR_INIT("v1.0"),
                                            .environment = SL_STR_INIT("production"),
                                            .sequence = 17,
                                            .files = files,
                                            .file_count = 4};

#define ZEROS "00000000000000000000000000000000000000000000000000000000000000"
#define TYPES                                                                                                \
    "\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"https://slsa.dev/provenance/v1\""
#define SUBJECT_A    "{\"name\":\"a\",\"digest\":{\"sha256\":\"01" ZEROS "\"}}"
#define SUBJECT_SBOM "{\"name\":\"sbom.cdx.json\",\"digest\":{\"sha256\":\"02" ZEROS "\"}}"
#define SUBJECTS     "\"subject\":[" SUBJECT_A "," SUBJECT_SBOM "]"
#define NAMES        "\"customer\":\"customer-a\",\"release\":\"v1.0\",\"environment\":\"production\""
#define PARAMETERS   "{" NAMES ",\"sequence\":17,\"helm_compat\":\"4.2\"}"
#define BUILD(type, parameters)                                                                              \
    "\"buildDefinition\":{\"buildType\":\"" type "\",\"externalParameters\":" parameters "}"
#define PACK    "https://sealift.dev/build/pack/v1"
#define DETAILS "\"runDetails\":{\"builder\":{\"id\":\"https://ci.example/1\"}}"
#define STATEMENT(parameters)                                                                                \
    "{" TYPES ",\"predicate\":{" BUILD(PACK, parameters) "," DETAILS "}," SUBJECTS "}"

struct statement_case {
    const char *text;
    const char *message; /* NULL: right */
};

static const struct statement_case statement_cases[] = {
    {STATEMENT(PARAMETERS), NULL},
    {STATEMENT("{" NAMES ",\"sequence\":17}"), NULL},
    {"{" TYPES ",\"more\":1,\"predicate\":{" BUILD(PACK, PARAMETERS) "," DETAILS "}," SUBJECTS "}", NULL},
    {"", "provenance.intoto.json"},
    {"{", "provenance.intoto.json"},
    {"[]", "it is no in-toto statement"},
    {"{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"https://slsa.dev/provenance/v0.2\"}",
     "it is no in-toto statement"},
    {"{\"_type\":1,\"predicateType\":\"https://slsa.dev/provenance/v1\"}", "it is no in-toto statement"},
    {"{" TYPES ",\"predicate\":{" BUILD("x", PARAMETERS) "," DETAILS "}," SUBJECTS "}",
     "another kind of build"},
    {"{" TYPES ",\"predicate\":{" BUILD(PACK, PARAMETERS) "}," SUBJECTS "}", "it does not say who built"},
    {STATEMENT("[]"), "it has no external parameters"},
    {STATEMENT("{" NAMES "}"), "it does not say the sequence"},
    {STATEMENT("{\"customer\":\"customer-a\",\"release\":\"v1.0\",\"sequence\":17}"),
     "it does not say the environment"},
    {STATEMENT("{" NAMES ",\"sequence\":18}"), "its sequence is not the bundle's"},
    {STATEMENT("{" NAMES ",\"sequence\":-17}"), "its sequence is not the bundle's"},
    {STATEMENT("{" NAMES ",\"sequence\":\"17\"}"), "its sequence is not the bundle's"},
    {STATEMENT(
         "{\"customer\":\"customer-b\",\"release\":\"v1.0\",\"environment\":\"production\",\"sequence\":17}"),
     "its customer is not the bundle's"},
    {STATEMENT(
         "{\"customer\":\"customer-a\",\"release\":\"v1.1\",\"environment\":\"production\",\"sequence\":17}"),
     "its release is not the bundle's"},
    {STATEMENT("{\"customer\":\"customer-a\",\"release\":\"v1.0\",\"environment\":1,\"sequence\":17}"),
     "its environment is not the bundle's"},
    {STATEMENT("{" NAMES ",\"sequence\":17,\"\\u001b[31m\":1}"),
     "the external parameter \"\\x1b[31m\" is not known"},
    {"{" TYPES ",\"predicate\":{" BUILD(PACK, PARAMETERS) "," DETAILS "},\"subject\":[" SUBJECT_A "]}",
     "it is not about sbom.cdx.json as it is in the bundle"},
    {"{" TYPES ",\"predicate\":{" BUILD(PACK, PARAMETERS) "," DETAILS "},\"subject\":[" SUBJECT_SBOM
                                                          "," SUBJECT_A "]}",
     "it is not about a as it is in the bundle"},
    {"{" TYPES ",\"predicate\":{" BUILD(PACK, PARAMETERS) "," DETAILS "},\"subject\":[" SUBJECT_A
                                                          "," SUBJECT_SBOM "," SUBJECT_A "]}",
     "it is about more files"},
    {"{" TYPES ",\"predicate\":{" BUILD(PACK, PARAMETERS) "," DETAILS "},\"subject\":[{\"name\":\"a\","
                                                          "\"digest\":{\"sha256\":\"02" ZEROS
                                                          "\"}}," SUBJECT_SBOM "]}",
     "it is not about a as it is in the bundle"},
    {"{" TYPES ",\"predicate\":{" BUILD(PACK, PARAMETERS) "," DETAILS "}}", "it is not about a as"},
};

/* The envelope around it, signed with key number `number`. */
static void wrap(struct sl_buf *out, const char *statement, const char *type, unsigned number)
{
    struct sl_secret_key key;
    struct sl_err err = {0};
    delivery_key(number, &key, NULL);
    sl_buf_init(out, SL_MIB);
    const struct sl_str body = sl_str_from(statement);
    const struct sl_maker maker = text_maker(&body);
    unsigned char signature[SL_SIGNATURE_BYTES];
    cr_assert_eq(sl_dsse_sign(signature, &key, sl_str_from(type), &maker, &err), 0);
    cr_assert_eq(sl_dsse_write(out, &key, signature, sl_str_from(type), &maker, &err), 0);
}

static int check(struct sl_provenance *out, struct sl_str text, struct sl_err *err)
{
    struct sl_public_key keys[2];
    delivery_key(3, NULL, &keys[0]);
    delivery_key(2, NULL, &keys[1]);
    return sl_provenance_check(out, text, &manifest, keys, 2, err);
}

Test(provenance, a_statement_must_be_about_this_bundle_and_nothing_else)
{
    for (size_t i = 0; i < sizeof statement_cases / sizeof statement_cases[0]; i++) {
        const struct statement_case *test = &statement_cases[i];
        struct sl_buf text;
        struct sl_provenance provenance;
        struct sl_err err = {0};
        wrap(&text, test->text, TYPE, 2);
        int result = check(&provenance, sl_buf_view(&text), &err);
        cr_expect_eq(result, test->message ? -1 : 0, "case %zu: %s", i, err.message);
        cr_expect(!test->message || strstr(err.message, test->message), "case %zu: %s", i, err.message);
        cr_expect_eq(err.code, test->message ? SL_E_REFUSED : SL_OK, "case %zu: %s", i, err.message);
        cr_expect(test->message || strcmp(provenance.builder, "https://ci.example/1") == 0);
        sl_buf_release(&text);
    }
}

struct envelope_case {
    const char *text;
    const char *message;
};

static const struct envelope_case envelope_cases[] = {
    {"", "provenance.intoto.json"},
    {"{}", "it is no envelope with an in-toto statement"},
    {STATEMENT(PARAMETERS), "it is a statement that nobody signed"},
    {"{\"payloadType\":\"" TYPE "\",\"payload\":\"?\"}", "its payload is not base64"},
    {"{\"payloadType\":\"" TYPE "\",\"payload\":\"e30=\"}", "the envelope has no signatures"},
    {"{\"payloadType\":\"" TYPE "\",\"payload\":\"e30=\",\"signatures\":[]}",
     "the envelope has no signatures"},
    {"{\"payloadType\":\"" TYPE "\",\"payload\":\"e30=\",\"signatures\":{}}",
     "the envelope has no signatures"},
    {"{\"payloadType\":\"" TYPE
     "\",\"payload\":\"e30=\",\"signatures\":[1,{\"sig\":\"?\"},{\"sig\":\"AA==\"}]}",
     "none of the given keys signed it"},
    {"{\"payloadType\":\"" TYPE "\",\"payload\":\"e30=\",\"signatures\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}",
     "more than 16 signatures"},
    {"{\"payloadType\":\"text/plain\",\"payload\":\"e30=\"}", "it is no envelope with an in-toto statement"},
};

Test(provenance, an_envelope_must_be_signed_with_a_given_key)
{
    struct sl_provenance provenance;
    struct sl_err err = {0};
    for (size_t i = 0; i < sizeof envelope_cases / sizeof envelope_cases[0]; i++) {
        cr_expect_eq(check(&provenance, sl_str_from(envelope_cases[i].text), &err), -1, "case %zu", i);
        cr_expect_eq(err.code, SL_E_REFUSED);
        cr_expect(strstr(err.message, envelope_cases[i].message), "case %zu: %s", i, err.message);
    }
    struct sl_buf text;
    wrap(&text, STATEMENT(PARAMETERS), TYPE, 1);
    cr_expect_eq(check(&provenance, sl_buf_view(&text), &err), -1);
    cr_expect_str_eq(err.message, "provenance.intoto.json: none of the given keys signed it");
    sl_buf_release(&text);
}

/* The second of two signatures is the one that counts, and there are fields nobody knows. */
Test(provenance, other_signatures_and_unknown_fields_do_not_matter)
{
    struct sl_buf first;
    struct sl_buf second;
    struct sl_buf text;
    wrap(&first, STATEMENT(PARAMETERS), TYPE, 1);
    wrap(&second, STATEMENT(PARAMETERS), TYPE, 2);
    const char *mark = "\"signatures\":[";
    const char *list = strstr(second.ptr, mark) + strlen(mark);
    sl_buf_init(&text, SL_MIB);
    sl_buf_append(&text, first.ptr, first.len - 2);
    sl_buf_byte(&text, ',');
    sl_buf_append(&text, list, strlen(list) - 1);
    sl_buf_text(&text, ",\"extra\":{\"a\":[]}}");
    struct sl_provenance provenance;
    struct sl_err err = {0};
    cr_assert_eq(check(&provenance, sl_buf_view(&text), &err), 0, "%s", err.message);
    cr_expect_eq(provenance.signatures, 2);
    struct sl_public_key key;
    char id[SL_DSSE_KEY_ID + 1];
    delivery_key(2, NULL, &key);
    cr_expect_str_eq(provenance.signer, sl_dsse_key_id(id, &key));
    sl_buf_release(&first);
    sl_buf_release(&second);
    sl_buf_release(&text);
}

Test(provenance, running_out_of_memory_is_reported_at_every_allocation)
{
    struct sl_buf text;
    wrap(&text, STATEMENT(PARAMETERS), TYPE, 2);
    for (size_t nth = 1;; nth++) {
        struct sl_provenance provenance;
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = check(&provenance, sl_buf_view(&text), &err);
        bool happened = alloc_fault_disarm();
        /* Without memory for a file's name only marks lead nowhere. */
        cr_expect(result == 0 || happened, "allocation %zu: %s", nth, err.message);
        if (!happened)
            break;
        cr_expect(result == 0 || err.code == SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    sl_buf_release(&text);
}

#include <criterion/criterion.h>

#include "trust_kit.h"

#include "alloc_fault.h"
#include "base/limits.h"
#include "sys_fault.h"
#include "temp_dir.h"
#include "trust/steps_dir.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct temp_dir temp;
static struct trust_kit_step kits[2];

static void put(const char *name, struct sl_str text)
{
    temp_dir_write(&temp, name, text.ptr, text.len);
}

/* DIR/N.json with both its signatures. */
static void put_step(const char *dir, const struct trust_kit_step *kit)
{
    char name[128];
    (void)snprintf(name, sizeof name, "%s/%llu.json", dir, (unsigned long long)kit->step.version);
    put(name, kit->step.json);
    for (size_t i = 0; i < kit->step.signature_count; i++) {
        (void)snprintf(name, sizeof name, "%s/%llu.json.%s.minisig", dir,
                       (unsigned long long)kit->step.version, kit->signatures[i].key_id);
        put(name, kit->signatures[i].text);
    }
}

static void setup(void)
{
    temp_dir_make(&temp);
    struct sl_trust *first = trust_kit_first();
    struct sl_trust *tenth = trust_kit_next(first);
    tenth->version = 10;
    trust_kit_write(&kits[0], first, (const unsigned[]){11, 12, 0});
    trust_kit_write(&kits[1], tenth, (const unsigned[]){12, 13, 0});
    free(first);
    free(tenth);
    put_step("all", &kits[0]);
    put_step("all", &kits[1]);
}

static void teardown(void)
{
    trust_kit_release(&kits[0]);
    trust_kit_release(&kits[1]);
    temp_dir_remove(&temp);
}

TestSuite(steps, .init = setup, .fini = teardown);

static int load(struct sl_trust_steps **out, const char *name, struct sl_err *err)
{
    char path[PATH_MAX];
    *out = NULL;
    return sl_trust_steps_load(out, temp_dir_join(&temp, name, path), err);
}

static void expect_step(const struct sl_trust_step *step, const struct trust_kit_step *kit)
{
    cr_expect_eq(step->version, kit->step.version);
    cr_expect(sl_str_equal(step->json, kit->step.json));
    cr_assert_eq(step->signature_count, kit->step.signature_count);
    for (size_t i = 0; i < step->signature_count; i++) {
        cr_expect_str_eq(step->signatures[i].key_id, kit->signatures[i].key_id);
        cr_expect(sl_str_equal(step->signatures[i].text, kit->signatures[i].text));
    }
}

Test(steps, a_directory_gives_all_its_versions_by_number)
{
    struct sl_trust_steps *steps = NULL;
    struct sl_err err = {0};
    put("all/2.json.0B0B0B0B0B0B0B0B.minisig", SL_STR("a signature without its document"));
    put("all/notes.txt", SL_STR("for people"));
    put("all/02.json", SL_STR("no version"));
    put("all/old/3.json", SL_STR("below"));
    cr_assert_eq(load(&steps, "all", &err), 0, "%s", err.message);
    cr_assert_eq(sl_trust_steps_count(steps), 2);
    expect_step(sl_trust_steps_at(steps, 0), &kits[0]);
    expect_step(sl_trust_steps_at(steps, 1), &kits[1]);
    struct sl_trust *newest = NULL;
    cr_expect_eq(sl_trust_chain(&newest, steps, &err), -1);
    cr_expect(strstr(err.message, "version 2 is missing"), "%s", err.message);
    sl_trust_steps_free(steps);
}

Test(steps, a_file_gives_itself_with_the_signatures_beside_it)
{
    static const char *const names[] = {"all/1.json", "named/trust.json"};
    char name[128];
    put("named/trust.json", kits[0].step.json);
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(name, sizeof name, "named/trust.json.%s.minisig", kits[0].signatures[i].key_id);
        put(name, kits[0].signatures[i].text);
    }
    put("named/trust.json.backup", SL_STR("not a signature"));
    put("named/trust.json-0B0B0B0B0B0B0B0B.minisig", SL_STR("not one either"));
    put("named/trust.json.0b0b0b0b0b0b0b0b.minisig", SL_STR("nor this"));
    put("named/trust.json.0B0B0B0B0B0B0B0B.minisix", SL_STR("nor this"));
    put("named/trust.jso", SL_STR("a beginning"));
    for (size_t i = 0; i < 2; i++) {
        struct sl_trust_steps *steps = NULL;
        struct sl_trust *trust = NULL;
        struct sl_err err = {0};
        cr_assert_eq(load(&steps, names[i], &err), 0, "%s", err.message);
        cr_assert_eq(sl_trust_steps_count(steps), 1, "%s", names[i]);
        expect_step(sl_trust_steps_at(steps, 0), &kits[0]);
        cr_expect_eq(sl_trust_chain(&trust, steps, &err), 0, "%s", err.message);
        sl_trust_free(trust);
        sl_trust_steps_free(steps);
    }
}

Test(steps, a_line_holds_or_is_refused_as_a_whole)
{
    static const struct {
        const char *what, *dir;
        unsigned signers[2][3];
        const char *refused; /* NULL: it holds */
    } rows[] = {
        {"every step is signed", "good", {{11, 12}, {12, 13}}, NULL},
        {"the first is not", "first", {{11}, {12, 13}}, "/first/1.json has 1 of 2 root signatures"},
        {"the second is not", "second", {{11, 12}, {12}}, "/second/2.json has 1 of 2 root signatures"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_trust *trust = trust_kit_first();
        struct sl_trust_steps *steps = NULL;
        struct sl_trust *newest = NULL;
        struct sl_err err = {0};
        for (size_t k = 0; k < 2; k++) {
            struct trust_kit_step step;
            trust_kit_write(&step, trust, rows[i].signers[k]);
            put_step(rows[i].dir, &step);
            trust_kit_release(&step);
            trust->version++;
        }
        cr_assert_eq(load(&steps, rows[i].dir, &err), 0, "%s", err.message);
        cr_expect_eq(sl_trust_chain(&newest, steps, &err), rows[i].refused ? -1 : 0, "%s: %s", rows[i].what,
                     err.message);
        cr_expect(rows[i].refused ? strstr(err.message, rows[i].refused) != NULL : newest->version == 2,
                  "%s: %s", rows[i].what, err.message);
        sl_trust_free(newest);
        sl_trust_steps_free(steps);
        free(trust);
    }
}

Test(steps, a_directory_that_is_open_is_read_as_well)
{
    struct sl_trust_steps *steps = NULL;
    struct sl_err err = {0};
    char path[PATH_MAX];
    int all = open(temp_dir_join(&temp, "all", path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    temp_dir_make_dir(&temp, "none");
    int none = open(temp_dir_join(&temp, "none", path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert(all >= 0 && none >= 0);
    cr_assert_eq(sl_trust_steps_load_dir(&steps, all, "state", &err), 0, "%s", err.message);
    expect_step(sl_trust_steps_at(steps, 1), &kits[1]);
    sl_trust_steps_free(steps);
    cr_expect_eq(sl_trust_steps_load_dir(&steps, none, "state", &err), -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND);
    cr_expect(strstr(err.message, "state holds no version of trust.json"), "%s", err.message);
    alloc_fault_arm(1);
    cr_expect_eq(sl_trust_steps_load_dir(&steps, all, "state", &err), -1);
    cr_expect(alloc_fault_disarm());
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
    (void)close(all);
    (void)close(none);
}

Test(steps, every_call_that_fails_is_reported)
{
    static const char *const names[] = {"all", "all/1.json"};
    for (size_t i = 0; i < 2; i++) {
        for (size_t nth = 1;; nth++) {
            struct sl_trust_steps *steps = NULL;
            struct sl_err err = {0};
            sys_fault_arm((struct sys_fault){.action = SYS_FAULT_FAIL, .nth = nth, .number = EIO});
            int result = load(&steps, names[i], &err);
            bool happened = sys_fault_disarm();
            sl_trust_steps_free(steps);
            if (!happened) {
                cr_expect_eq(result, 0, "%s: %s", names[i], err.message);
                cr_expect_gt(nth, 6);
                break;
            }
            /* A close that fails after reading is no news. */
            cr_expect(result == 0 || err.code == SL_E_IO || err.code == SL_E_INPUT, "%s, call %zu: %s: %s",
                      names[i], nth, sl_code_name(err.code), err.message);
        }
    }
}

/* More than one bundle may carry: what a directory holds is bound by the number of versions that there may be. */
Test(steps, a_line_of_more_versions_than_a_bundle_carries_is_read_and_proved)
{
    enum { MANY = 3 * SL_TRUST_STEPS_MAX + 1 };
    struct sl_trust *trust = trust_kit_first();
    for (unsigned i = 1; i <= MANY; i++, trust->version++) {
        struct trust_kit_step kit;
        trust_kit_write(&kit, trust, (const unsigned[]){11, 12, 0});
        put_step("long", &kit);
        trust_kit_release(&kit);
    }
    free(trust);
    struct sl_trust_steps *steps = NULL;
    struct sl_trust *newest = NULL;
    struct sl_err err = {0};
    cr_assert_eq(load(&steps, "long", &err), 0, "%s", err.message);
    cr_expect_eq(sl_trust_steps_count(steps), MANY);
    cr_expect_eq(sl_trust_chain(&newest, steps, &err), 0, "%s", err.message);
    cr_expect_eq(newest->version, MANY);
    sl_trust_free(newest);
    sl_trust_steps_free(steps);
}

Test(steps, a_file_in_the_current_directory_needs_no_slash)
{
    struct sl_trust_steps *steps = NULL;
    struct sl_err err = {0};
    char path[PATH_MAX];
    cr_assert_eq(chdir(temp_dir_join(&temp, "all", path)), 0);
    cr_expect_eq(sl_trust_steps_load(&steps, "1.json", &err), 0, "%s", err.message);
    expect_step(sl_trust_steps_at(steps, 0), &kits[0]);
    sl_trust_steps_free(steps);
    cr_assert_eq(chdir("/"), 0);
    cr_expect_eq(sl_trust_steps_load(&steps, "/nothing-here.json", &err), -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND);
}

Test(steps, what_cannot_be_read_is_said)
{
    char many[64];
    for (unsigned i = 1; i <= SL_TRUST_VERSIONS_MAX + 1; i++) {
        (void)snprintf(many, sizeof many, "many/%u.json", i);
        put(many, SL_STR("{}"));
    }
    put("signed/1.json", kits[0].step.json);
    for (unsigned i = 0; i <= SL_SIGNATURES_MAX; i++) {
        (void)snprintf(many, sizeof many, "signed/1.json.%016X.minisig", i);
        put(many, SL_STR("x"));
    }
    struct sl_buf large;
    sl_buf_init(&large, SL_TRUST_FILE_MAX + 1);
    for (size_t i = 0; i <= SL_TRUST_FILE_MAX; i++)
        sl_buf_byte(&large, ' ');
    put("large/1.json", sl_buf_view(&large));
    put("bad/1.json", SL_STR("[]"));
    put("misnamed/4.json", kits[0].step.json);
    temp_dir_make_dir(&temp, "empty");
    put("lone/1.json.0B0B0B0B0B0B0B0B.minisig", SL_STR("a signature without its document"));
    temp_dir_link(&temp, "link/1.json", "../all/1.json");
    static const struct {
        const char *name;
        enum sl_code code;
        const char *why;
    } rows[] = {
        {"missing", SL_E_NOT_FOUND, "missing"},
        {"empty", SL_E_NOT_FOUND, "holds no version of trust.json"},
        {"lone", SL_E_NOT_FOUND, "holds no version of trust.json"},
        {"bad", SL_E_REFUSED, "bad/1.json, byte 1: a map is expected"},
        {"bad/1.json", SL_E_REFUSED, "byte 1: a map is expected"},
        {"misnamed", SL_E_INPUT, "misnamed/4.json says that it is version 1"},
        {"large", SL_E_LIMIT, "large"},
        {"large/1.json", SL_E_LIMIT, "large"},
        {"many", SL_E_REFUSED, "more than 4096 versions"},
        {"signed", SL_E_REFUSED, "version 1 of trust.json has more than 16 signatures"},
        {"link", SL_E_INPUT, "1.json"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_trust_steps *steps = NULL;
        struct sl_err err = {0};
        cr_expect_eq(load(&steps, rows[i].name, &err), -1, "%s", rows[i].name);
        cr_expect_eq(err.code, rows[i].code, "%s: %s: %s", rows[i].name, sl_code_name(err.code), err.message);
        cr_expect(strstr(err.message, rows[i].why), "%s: %s", rows[i].name, err.message);
    }
    struct sl_err err = {0};
    struct sl_trust_steps *steps = NULL;
    char endless[5000];
    memset(endless, 'a', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    cr_expect_eq(sl_trust_steps_load(&steps, endless, &err), -1);
    sl_buf_release(&large);
}

Test(steps, without_memory_loading_fails_cleanly)
{
    static const char *const names[] = {"all", "all/1.json"};
    for (size_t i = 0; i < 2; i++) {
        for (size_t nth = 1;; nth++) {
            struct sl_trust_steps *steps = NULL;
            struct sl_err err = {0};
            alloc_fault_arm(nth);
            int result = load(&steps, names[i], &err);
            bool happened = alloc_fault_disarm();
            sl_trust_steps_free(steps);
            if (!happened)
                break;
            cr_expect_eq(result, -1, "%s, allocation %zu", names[i], nth);
        }
    }
}

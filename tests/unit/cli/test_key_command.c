/*
 * What only a program can see that starts key commands itself; all else is tested through the command (tests/cli/test_sign.py).
 */
#include <criterion/criterion.h>

#include "key_command.h"

#include <signal.h>
#include <string.h>

#define ANSWER                                                                                               \
    "sh -c 'echo public-key 7f858d7c0db0ce60ccec8efe2ef8d891bf5d600589d01b9c2c74ca14aadc8441; exit "

Test(key_command, an_end_that_nobody_knows_is_no_answer)
{
    static const struct {
        const char *command;
        bool ignored;        /* SIGCHLD, so that the kernel forgets how it ended */
        const char *message; /* NULL: the answer counts */
    } rows[] = {
        {ANSWER "0'", false, NULL},
        {ANSWER "3'", false, "the key command ended with status 3: "},
        {ANSWER "0'", true, "the key command ended, and how is not known"},
        {ANSWER "3'", true, "the key command ended, and how is not known"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)signal(SIGCHLD, rows[i].ignored ? SIG_IGN : SIG_DFL);
        struct cli_key_command command;
        struct sl_signing_key key;
        struct sl_err err = {0};
        int result = cli_key_command_open(&key, &command, rows[i].command, "bundle", 0, &err);
        cr_expect_eq(result, rows[i].message ? -1 : 0, "row %zu: %s", i, err.message);
        if (rows[i].message)
            cr_expect(strstr(err.message, rows[i].message) && err.code == SL_E_IO, "row %zu: %s", i,
                      err.message);
    }
}

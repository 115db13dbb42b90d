/*
 * A secret that was pasted where the path of its file belongs, or its public half. Nothing that is said of it may repeat it:
 * messages end up in logs, and in what people send to each other.
 */
#include "cli.h"

#include <sealift/text.h>
#include <string.h>
#include <strings.h>

struct kind {
    const char *begins;
    bool any_case;
    const char *alphabet;
    size_t least; /* so many characters of the alphabet follow */
    const char *name;
};

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char bech32[] = "023456789ACDEFGHJKLMNPQRSTUVWXYZacdefghjklmnpqrstuvwxyz";

/* An identity has 58 characters more; twelve are enough, since one that was cut or folded is a secret as well. The name of a
 * file, as "age-secret-key-1.txt", has not even those. What the text of minisign's secret keys begins with: algorithm, how its
 * password is stretched (not at all, scrypt), checksum. */
static const struct kind kinds[] = {
    {"AGE-SECRET-KEY-1", true, bech32, 12, "an identity of age"},
    {"RWQAAEIy", false, base64, 32, "a secret key of minisign"},
    {"RWRTY0Iy", false, base64, 32, "a secret key of minisign"},
};

static const struct kind *find_secret(const char *text)
{
    for (; *text; text++)
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            const struct kind *kind = &kinds[i];
            size_t len = strlen(kind->begins);
            bool begins = kind->any_case ? strncasecmp(text, kind->begins, len) == 0
                                         : strncmp(text, kind->begins, len) == 0;
            if (begins && strspn(text + len, kind->alphabet) >= kind->least)
                return kind;
        }
    return NULL;
}

/* "--name" or "--name=value": the name with its dashes; empty where it is none, so that nothing else is repeated. */
static struct sl_str option_of(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
    bool option = strncmp(text, "--", 2) == 0 && len > 2 && (text[len] == '=' || text[len] == '\0');
    return (struct sl_str){text, option ? len : 0};
}

static int refuse(const struct kind *kind, struct sl_str option, struct sl_err *err)
{
    char shown[64];
    (void)sl_fail(err, SL_E_USAGE, "%s was given %s itself, the secret half, which is not repeated here",
                  option.len ? sl_escape(shown, sizeof shown, option) : "the command", kind->name);
    bool recipient = sl_str_equal(option, SL_STR("--encrypt-to"));
    return sl_hint(err, "%s; others may read it in the shell's history",
                   recipient ? "give the recipient, \"age1...\", which stands in the identity's file"
                             : "give the path of the file that holds it");
}

int cli_refuse_secrets(int argc, char **argv, struct sl_err *err)
{
    for (int i = 1; i < argc && argv[i]; i++) {
        const struct kind *kind = find_secret(argv[i]);
        if (!kind)
            continue;
        struct sl_str option = option_of(argv[i]);
        return refuse(kind, option.len ? option : option_of(argv[i - 1]), err);
    }
    return 0;
}

#include "secret_scan.h"

#include <limits.h>

/* Which characters follow the beginning. */
enum set {
    WORD,   /* letters, digits, "_", "-" */
    ALNUM,  /* letters and digits */
    UPPER,  /* capitals and digits */
    HEX,    /* 0-9, a-f */
    BASE64, /* of base64, with "=" */
    DOTTED, /* as WORD, with "." and "/" */
};

/*
 * Tokens that say what they are by how they begin, with the number of characters that follow.
 * Sources: the token formats as their makers publish them (GitHub "authentication token formats", GitLab "token
 * prefixes", AWS IAM "unique identifiers", Slack "token types", age(1), minisign(1) and others).
 */
static const struct shape {
    const char *begins, *what;
    unsigned short shortest, longest; /* what follows */
    unsigned char set;
} shapes[] = {
    {"AGE-SECRET-KEY-1", "an age secret key", 58, 58, UPPER},
    {"AIza", "a Google API key", 35, 35, WORD},
    {"AKIA", "an AWS access key", 16, 16, UPPER},
    {"ASIA", "an AWS access key", 16, 16, UPPER},
    {"AccountKey=", "an Azure storage key", 80, 100, BASE64},
    {"PuTTY-User-Key-File-", "a private key", 1, USHRT_MAX, ALNUM},
    {"RWQAAEIy", "a minisign secret key", 190, 220, BASE64},
    {"RWRTY0Iy", "a minisign secret key", 190, 220, BASE64},
    {"SG.", "a SendGrid key", 66, 66, DOTTED},
    {"dckr_pat_", "a Docker Hub token", 24, 64, WORD},
    {"dop_v1_", "a DigitalOcean token", 64, 64, HEX},
    {"gho_", "a GitHub token", 36, 255, ALNUM},
    {"ghp_", "a GitHub token", 36, 255, ALNUM},
    {"ghr_", "a GitHub token", 36, 255, ALNUM},
    {"ghs_", "a GitHub token", 36, 255, ALNUM},
    {"ghu_", "a GitHub token", 36, 255, ALNUM},
    {"github_pat_", "a GitHub token", 40, 255, WORD},
    {"glagent-", "a GitLab token", 40, 255, WORD},
    {"glcbt-", "a GitLab token", 20, 255, WORD},
    {"gldt-", "a GitLab token", 20, 255, WORD},
    {"glpat-", "a GitLab token", 20, 255, WORD},
    {"glptt-", "a GitLab token", 20, 255, WORD},
    {"glrt-", "a GitLab token", 20, 255, WORD},
    {"glsoat-", "a GitLab token", 20, 255, WORD},
    {"hvb.", "a Vault token", 24, USHRT_MAX, WORD},
    {"hvs.", "a Vault token", 24, USHRT_MAX, WORD},
    {"https://hooks.slack.com/services/T", "a Slack webhook", 30, 128, DOTTED},
    {"npm_", "an npm token", 36, 36, ALNUM},
    {"pypi-AgEIcHlwaS5vcmc", "a PyPI token", 40, 255, WORD},
    {"rk_live_", "a Stripe key", 20, 255, ALNUM},
    {"sk-ant-", "an Anthropic key", 24, 255, WORD},
    {"sk-proj-", "an OpenAI key", 24, 255, WORD},
    {"sk_live_", "a Stripe key", 20, 255, ALNUM},
    {"xapp-", "a Slack token", 24, 255, WORD},
    {"xoxa-", "a Slack token", 20, 255, WORD},
    {"xoxb-", "a Slack token", 20, 255, WORD},
    {"xoxe-", "a Slack token", 20, 255, WORD},
    {"xoxp-", "a Slack token", 20, 255, WORD},
    {"xoxr-", "a Slack token", 20, 255, WORD},
    {"xoxs-", "a Slack token", 20, 255, WORD},
    {"ya29.", "a Google OAuth token", 40, USHRT_MAX, WORD},
};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

bool secret_shape_may_start(char byte)
{
    switch (byte) {
    case 'A':
    case 'P':
    case 'R':
    case 'S':
    case 'd':
    case 'g':
    case 'h':
    case 'n':
    case 'p':
    case 'r':
    case 's':
    case 'x':
    case 'y':
        return true;
    default:
        return false;
    }
}

static bool is_alnum(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

int secret_base64_digit(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9')
        return byte - '0' + 52;
    return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

bool secret_is_base64(char byte)
{
    return secret_base64_digit(byte) >= 0 || byte == '=';
}

static bool is_in(enum set set, char byte)
{
    switch (set) {
    case ALNUM:
        return is_alnum(byte);
    case UPPER:
        return (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
    case HEX:
        return (byte >= 'a' && byte <= 'f') || (byte >= '0' && byte <= '9');
    case BASE64:
        return secret_is_base64(byte);
    case DOTTED:
        return is_alnum(byte) || byte == '_' || byte == '-' || byte == '.' || byte == '/';
    case WORD:
    default:
        return is_alnum(byte) || byte == '_' || byte == '-';
    }
}

bool secret_is_sample(struct sl_str text)
{
    unsigned char seen[256] = {0};
    unsigned distinct = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        distinct += seen[byte] == 0;
        seen[byte] = 1;
    }
    if (distinct < 6)
        return true;
    for (size_t i = 0; i + 7 <= text.len; i++)
        if (memcmp(text.ptr + i, "EXAMPLE", 7) == 0 || memcmp(text.ptr + i, "example", 7) == 0)
            return true;
    return false;
}

bool secret_shape_at(struct sl_str text, size_t at, struct secret_hit *out)
{
    if (at > 0 && (is_alnum(text.ptr[at - 1]) || text.ptr[at - 1] == '_'))
        return false;
    for (size_t i = 0; i < SHAPES; i++) {
        const struct shape *shape = &shapes[i];
        if (shape->begins[0] != text.ptr[at])
            continue;
        size_t begins = strlen(shape->begins);
        if (text.len - at < begins + shape->shortest || memcmp(text.ptr + at, shape->begins, begins) != 0)
            continue;
        size_t end = at + begins;
        size_t limit = end + shape->longest + 1;
        while (end < text.len && end < limit && is_in(shape->set, text.ptr[end]))
            end++;
        size_t follows = end - at - begins;
        if (follows < shape->shortest || follows > shape->longest ||
            (follows > 1 && secret_is_sample(sl_str_slice(text, at + begins, end))))
            continue;
        *out = (struct secret_hit){shape->what, at, end - at, true};
        return true;
    }
    return false;
}

#include "secret_scan.h"

enum {
    PEM_LABEL_MAX = 64,    /* "-----BEGIN ...": longer labels than "OPENSSH PRIVATE KEY" are rare */
    PEM_HEADERS_MAX = 512, /* lines such as "Proc-Type:" before the key itself */
    PEM_LINE_MIN = 32,     /* of the key itself, in one line */
    USER_INFO_MAX = 512,
    JWT_PART_MIN = 10,
    JWT_SIGNATURE_MIN = 20,
    AUTH_MIN = 8,
    AWS_SECRET = 40
};

static bool begins_at(struct sl_str text, size_t at, const char *with)
{
    size_t length = strlen(with);
    return at <= text.len && text.len - at >= length && memcmp(text.ptr + at, with, length) == 0;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool is_url64(char byte)
{
    return byte == '-' || byte == '_' ||
           (secret_is_base64(byte) && byte != '+' && byte != '/' && byte != '=');
}

/* Length of the run of characters from `at` on that `is` accepts, at most to `end`. */
static size_t run(struct sl_str text, size_t at, size_t end, bool (*is)(char byte))
{
    size_t i = at;
    while (i < text.len && i < end && is(text.ptr[i]))
        i++;
    return i - at;
}

/* "-----BEGIN [...] PRIVATE KEY[ BLOCK]-----" with a key behind it, not only dots. */
static bool pem_at(struct sl_str text, size_t at, struct secret_hit *out)
{
    if (!begins_at(text, at, "-----BEGIN "))
        return false;
    size_t label = at + strlen("-----BEGIN ");
    size_t end = label;
    while (end < text.len && end < label + PEM_LABEL_MAX && text.ptr[end] != '-')
        end++;
    struct sl_str name = sl_str_slice(text, label, end);
    if (!begins_at(text, end, "-----") || (!sl_str_ends_with(name, SL_STR("PRIVATE KEY")) &&
                                           !sl_str_ends_with(name, SL_STR("PRIVATE KEY BLOCK"))))
        return false;
    size_t limit = end + PEM_HEADERS_MAX;
    for (size_t i = end + 5; i < text.len && i < limit; i++) {
        size_t length = run(text, i, i + PEM_LINE_MIN, secret_is_base64);
        if (length < PEM_LINE_MIN) {
            i += length;
            continue;
        }
        if (secret_is_sample(sl_str_slice(text, i, i + length)))
            return false;
        *out = (struct secret_hit){"a private key", at, i + length - at, false};
        return true;
    }
    return false;
}

/* Three parts of base64url, of which the first two are JSON. */
static bool jwt_at(struct sl_str text, size_t at, struct secret_hit *out)
{
    if (!begins_at(text, at, "eyJ") || (at > 0 && (is_url64(text.ptr[at - 1]) || text.ptr[at - 1] == '.')))
        return false;
    size_t first = run(text, at, text.len, is_url64);
    size_t second_at = at + first + 1;
    if (first < JWT_PART_MIN || !begins_at(text, at + first, ".eyJ"))
        return false;
    size_t second = run(text, second_at, text.len, is_url64);
    size_t third_at = second_at + second + 1;
    if (second < JWT_PART_MIN || !begins_at(text, second_at + second, "."))
        return false;
    size_t third = run(text, third_at, text.len, is_url64);
    if (third < JWT_SIGNATURE_MIN || secret_is_sample(sl_str_slice(text, third_at, third_at + third)))
        return false;
    *out = (struct secret_hit){"a JSON Web Token", at, third_at + third - at, false};
    return true;
}

static bool ends_authority(char byte)
{
    return is_space(byte) || byte == '/' || byte == '?' || byte == '#' || byte == '"' || byte == '\'' ||
           byte == '<' || byte == '>' || byte == '`' || byte == '\\' || byte == '|';
}

/* "://USER:PASSWORD@" */
static bool url_at(struct sl_str text, size_t at, struct secret_hit *out)
{
    if (!begins_at(text, at, "://"))
        return false;
    size_t begin = at + 3;
    size_t colon = 0;
    for (size_t i = begin; i < text.len && i < begin + USER_INFO_MAX && !ends_authority(text.ptr[i]); i++) {
        if (text.ptr[i] == ':' && colon == 0)
            colon = i;
        if (text.ptr[i] != '@')
            continue;
        struct sl_str password = sl_str_slice(text, colon + 1, i);
        if (colon == 0 || secret_is_placeholder(password))
            return false;
        *out = (struct secret_hit){"a password in a URL", begin, i - begin, false};
        return true;
    }
    return false;
}

/* Whether base64 stands for "USER:PASSWORD" in printable ASCII. */
static bool is_user_and_password(struct sl_str digits)
{
    unsigned bits = 0;
    unsigned count = 0;
    size_t colon = 0;
    size_t bytes = 0;
    for (size_t i = 0; i < digits.len && digits.ptr[i] != '='; i++) {
        bits = (bits << 6 | (unsigned)secret_base64_digit(digits.ptr[i])) & 0xffffU;
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        unsigned byte = bits >> count & 0xffU;
        if (byte < 0x20 || byte > 0x7e || (bytes == 0 && byte == ':'))
            return false;
        bytes++;
        if (byte == ':' && colon == 0)
            colon = bytes;
    }
    return colon > 0 && colon < bytes;
}

/* "auth": "BASE64", as ~/.docker/config.json has it. */
static bool auth_at(struct sl_str text, size_t at, struct secret_hit *out)
{
    if (!begins_at(text, at, "\"auth\""))
        return false;
    size_t i = at + strlen("\"auth\"");
    i += run(text, i, text.len, is_space);
    if (!begins_at(text, i, ":"))
        return false;
    i++;
    i += run(text, i, text.len, is_space);
    if (!begins_at(text, i, "\""))
        return false;
    size_t length = run(text, i + 1, text.len, secret_is_base64);
    struct sl_str digits = sl_str_slice(text, i + 1, i + 1 + length);
    if (length < AUTH_MIN || !is_user_and_password(digits))
        return false;
    *out = (struct secret_hit){"a registry's user and password", at, i + 1 + length - at, false};
    return true;
}

/* aws_secret_access_key = 40 characters, in any case and with any quotes. */
static bool aws_secret_at(struct sl_str text, size_t at, struct secret_hit *out)
{
    static const char name[] = "aws_secret_access_key";
    size_t i = at;
    for (size_t j = 0; j < sizeof name - 1; j++, i++)
        if (i >= text.len || (text.ptr[i] | 0x20) != (name[j] | 0x20))
            return false;
    size_t limit = i + 8;
    while (i < text.len && i < limit &&
           (is_space(text.ptr[i]) || text.ptr[i] == '=' || text.ptr[i] == ':' || text.ptr[i] == '"' ||
            text.ptr[i] == '\''))
        i++;
    size_t length = run(text, i, text.len, secret_is_base64);
    if (length != AWS_SECRET || secret_is_sample(sl_str_slice(text, i, i + length)))
        return false;
    *out = (struct secret_hit){"an AWS secret access key", at, i + length - at, false};
    return true;
}

bool secret_next(struct sl_str text, size_t from, struct secret_hit *out)
{
    for (size_t at = from; at < text.len; at++) {
        char byte = text.ptr[at];
        bool hit = false;
        switch (byte) {
        case '-':
            hit = pem_at(text, at, out);
            break;
        case ':':
            hit = url_at(text, at, out);
            break;
        case '"':
            hit = auth_at(text, at, out);
            break;
        case 'e':
            hit = jwt_at(text, at, out);
            break;
        case 'a':
            hit = aws_secret_at(text, at, out);
            break;
        default:
            hit = secret_shape_may_start(byte) &&
                  (secret_shape_at(text, at, out) || (byte == 'A' && aws_secret_at(text, at, out)));
            break;
        }
        if (hit)
            return true;
    }
    return false;
}

static bool holds(struct sl_str text, const char *part)
{
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= text.len; i++)
        if (text.ptr[i] == part[0] && memcmp(text.ptr + i, part, length) == 0)
            return true;
    return false;
}

/* Compares letters and digits only, in any case. */
static bool is_word(struct sl_str text, const char *word)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte >= 'A' && byte <= 'Z')
            byte = (char)(byte - 'A' + 'a');
        if (byte == '-' || byte == '_' || is_space(byte))
            continue;
        if (*word++ != byte)
            return false;
    }
    return *word == '\0';
}

static bool is_stated_placeholder(struct sl_str text)
{
    static const char *const words[] = {"changeme", "changeit", "replaceme",    "placeholder", "redacted",
                                        "password", "passwd",   "pass",         "pwd",         "secret",
                                        "todo",     "dummy",    "yourpassword", "example",     "none",
                                        "null",     "removed",  "unset"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (is_word(text, words[i]))
            return true;
    bool same = true;
    for (size_t i = 1; same && i < text.len; i++)
        same = text.ptr[i] == text.ptr[0];
    return same || (text.ptr[0] == '<' && text.ptr[text.len - 1] == '>') ||
           (text.ptr[0] == '%' && text.ptr[text.len - 1] == '%');
}

/* $NAME, and not a hash such as $2y$10$... */
static bool is_variable(struct sl_str text)
{
    if (text.len < 2 || text.ptr[0] != '$' || (text.ptr[1] >= '0' && text.ptr[1] <= '9'))
        return false;
    for (size_t i = 1; i < text.len; i++)
        if (!is_url64(text.ptr[i]) || text.ptr[i] == '-')
            return false;
    return true;
}

bool secret_is_placeholder(struct sl_str text)
{
    static const char *const later[] = {"${", "$(", "{{", "ref+", "vault:", "op://", "[[", "@@"};
    static const char *const encrypted[] = {"ENC[AES256_GCM,", "-----BEGIN AGE ENCRYPTED FILE-----",
                                            "-----BEGIN PGP MESSAGE-----", "age-encryption.org/v1"};
    while (text.len && is_space(text.ptr[0]))
        text = sl_str_slice(text, 1, text.len);
    while (text.len && is_space(text.ptr[text.len - 1]))
        text = sl_str_slice(text, 0, text.len - 1);
    if (text.len == 0 || is_stated_placeholder(text))
        return true;
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        if (holds(text, later[i]))
            return true;
    for (size_t i = 0; i < sizeof encrypted / sizeof encrypted[0]; i++)
        if (holds(text, encrypted[i]))
            return true;
    return is_variable(text);
}

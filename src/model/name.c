#include "model/name.h"

#include "base/limits.h"
#include "fold.h"

#include <sealift/text.h>
#include <utf8proc.h>

/* What a message shows of a name. */
enum { SHOWN_MAX = 256 };

static bool is_ascii(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] >= 0x80)
            return false;
    }
    return true;
}

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool is_letter_or_digit(char byte)
{
    return (lower(byte) >= 'a' && lower(byte) <= 'z') || (byte >= '0' && byte <= '9');
}

static bool equal_without_case(struct sl_str text, struct sl_str lower_case)
{
    if (text.len != lower_case.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (lower(text.ptr[i]) != lower_case.ptr[i])
            return false;
    }
    return true;
}

/*
 * Names that stand for devices on Windows, in every directory and with every extension.
 * Source: Microsoft, "Naming Files, Paths, and Namespaces".
 */
static bool is_windows_device(struct sl_str component)
{
    static const struct sl_str plain[] = {SL_STR_INIT("con"), SL_STR_INIT("prn"),    SL_STR_INIT("aux"),
                                          SL_STR_INIT("nul"), SL_STR_INIT("conin$"), SL_STR_INIT("conout$")};
    /* com and lpt are followed by one of these; the last three are superscripts. */
    static const struct sl_str digits[] = {
        SL_STR_INIT("0"),       SL_STR_INIT("1"), SL_STR_INIT("2"),        SL_STR_INIT("3"),
        SL_STR_INIT("4"),       SL_STR_INIT("5"), SL_STR_INIT("6"),        SL_STR_INIT("7"),
        SL_STR_INIT("8"),       SL_STR_INIT("9"), SL_STR_INIT("\xc2\xb9"), SL_STR_INIT("\xc2\xb2"),
        SL_STR_INIT("\xc2\xb3")};

    struct sl_str stem = sl_str_slice(component, 0, sl_str_find(component, '.'));
    while (stem.len && stem.ptr[stem.len - 1] == ' ')
        stem.len--;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (equal_without_case(stem, plain[i]))
            return true;
    }
    struct sl_str port = sl_str_slice(stem, 0, 3);
    if (!equal_without_case(port, SL_STR("com")) && !equal_without_case(port, SL_STR("lpt")))
        return false;
    for (size_t i = 0; i < sizeof digits / sizeof digits[0]; i++) {
        if (sl_str_equal(sl_str_slice(stem, 3, stem.len), digits[i]))
            return true;
    }
    return false;
}

/* The rule that one component breaks, or NULL. */
static const char *component_fault(struct sl_str component)
{
    if (component.len == 0)
        return "it has an empty component (it begins or ends with a slash, or has two in a row)";
    if (component.len > SL_NAME_MAX)
        return "one of its components is longer than 255 bytes";
    if (sl_str_equal(component, SL_STR(".")) || sl_str_equal(component, SL_STR("..")))
        return "it has the component \".\" or \"..\"";
    if (component.ptr[0] == '-')
        return "a component begins with \"-\", which commands take for an option";
    char last = component.ptr[component.len - 1];
    if (last == '.' || last == ' ')
        return "a component ends with a dot or a blank, which Windows cuts off";
    if (is_windows_device(component))
        return "a component is a device on Windows";
    return NULL;
}

/*
 * Characters that cannot be seen, that change how their neighbours are shown, or whose normalisation a later
 * Unicode may still change. What is left is stable: normalised once, normalised for ever.
 */
static const char *character_fault(uint32_t character)
{
    if (character < 0x80) {
        if (character < 0x20 || character == 0x7f)
            return "it has a control character";
        return strchr("\\:*?\"<>|", (int)character) ? "it has one of \\ : * ? \" < > |" : NULL;
    }
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)character);
    switch (property->category) {
    case UTF8PROC_CATEGORY_CC:
        return "it has a control character";
    case UTF8PROC_CATEGORY_CF:
        return "it has an invisible formatting character";
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return "it has white space other than the plain blank";
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
        return "it has a character that Unicode has not assigned";
    default:
        return property->ignorable ? "it has an invisible character" : NULL;
    }
}

static const char *characters_fault(struct sl_str name)
{
    struct sl_str rest = name;
    while (rest.len) {
        uint32_t character;
        size_t len = sl_utf8_decode(rest, &character);
        if (len == 0)
            return "it is not valid UTF-8";
        const char *fault = character_fault(character);
        if (fault)
            return fault;
        rest = sl_str_slice(rest, len, rest.len);
    }
    return NULL;
}

/*
 * NFC of `text`, with full case folding when `folded`. `out` has room for SL_FOLD_CHARACTERS characters, as
 * UTF-32 first and as UTF-8 in the end. Returns the length in bytes, or -1 when it is not UTF-8 or does not
 * fit.
 */
static utf8proc_ssize_t normalise(int32_t out[SL_FOLD_CHARACTERS + 1], struct sl_str text, bool folded)
{
    utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    if (folded)
        options |= UTF8PROC_CASEFOLD;
    utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)text.ptr,
                                                (utf8proc_ssize_t)text.len, out, SL_FOLD_CHARACTERS, options);
    if (count < 0 || count > SL_FOLD_CHARACTERS)
        return -1;
    return utf8proc_reencode(out, count, options);
}

static bool is_nfc(struct sl_str name)
{
    if (is_ascii(name))
        return true;
    int32_t normal[SL_FOLD_CHARACTERS + 1];
    utf8proc_ssize_t len = normalise(normal, name, false);
    return len >= 0 && sl_str_equal(name, (struct sl_str){(const char *)normal, (size_t)len});
}

static const char *name_fault(struct sl_str name)
{
    if (name.len == 0)
        return "it is empty";
    if (name.len > SL_PATH_MAX)
        return "it is longer than 2048 bytes";
    if (name.ptr[0] == '/')
        return "it is an absolute path";
    size_t components = 0;
    for (size_t from = 0; from <= name.len;) {
        size_t len = sl_str_find(sl_str_slice(name, from, name.len), '/');
        const char *fault = component_fault(sl_str_slice(name, from, from + len));
        if (fault)
            return fault;
        components++;
        from += len + 1;
    }
    if (components > SL_NAME_COMPONENTS_MAX)
        return "it has more than 64 components";
    const char *fault = characters_fault(name);
    if (fault)
        return fault;
    return is_nfc(name) ? NULL : "it is not in Unicode's normal form NFC";
}

_Static_assert(SL_NAME_MAX == 255 && SL_PATH_MAX == 2048 && SL_NAME_COMPONENTS_MAX == 64,
               "the messages above name the limits");

int sl_member_name_check(struct sl_str name, struct sl_err *err)
{
    const char *fault = name_fault(name);
    if (!fault)
        return 0;
    char shown[SHOWN_MAX];
    return sl_fail(err, SL_E_INPUT, "the name \"%s\" cannot travel in a bundle: %s",
                   sl_escape(shown, sizeof shown, name), fault);
}

struct sl_str sl_fold_into(struct sl_fold *room, struct sl_str name)
{
    if (name.len <= SL_PATH_MAX && is_ascii(name)) {
        char *copy = (char *)room->characters;
        for (size_t i = 0; i < name.len; i++)
            copy[i] = lower(name.ptr[i]);
        return (struct sl_str){copy, name.len};
    }
    utf8proc_ssize_t len = normalise(room->characters, name, true);
    if (len < 0)
        return (struct sl_str){NULL, 0};
    return (struct sl_str){(const char *)room->characters, (size_t)len};
}

struct sl_str sl_member_name_fold(struct sl_arena *arena, struct sl_str name)
{
    struct sl_fold room;
    struct sl_str folded = sl_fold_into(&room, name);
    return folded.ptr ? sl_arena_str(arena, folded) : folded;
}

static const char *label_fault(struct sl_str label)
{
    if (label.len == 0)
        return "is empty";
    if (label.len > SL_LABEL_MAX)
        return "is longer than 63 characters";
    for (size_t i = 0; i < label.len; i++) {
        char byte = label.ptr[i];
        if (!is_letter_or_digit(byte) && (byte == '\0' || !strchr("._+-", byte)))
            return "may only have letters, digits and . _ + -";
    }
    if (!is_letter_or_digit(label.ptr[0]) || !is_letter_or_digit(label.ptr[label.len - 1]))
        return "must begin and end with a letter or a digit";
    for (size_t i = 1; i < label.len; i++) {
        if (label.ptr[i] == '.' && label.ptr[i - 1] == '.')
            return "must not have two dots in a row";
    }
    return NULL;
}

_Static_assert(SL_LABEL_MAX == 63, "the message above names the limit");

int sl_label_check(const char *what, struct sl_str label, struct sl_err *err)
{
    const char *fault = label_fault(label);
    if (!fault)
        return 0;
    char shown[SHOWN_MAX];
    return sl_fail(err, SL_E_USAGE, "%s \"%s\" %s", what, sl_escape(shown, sizeof shown, label), fault);
}

#include "leak_setting.h"

enum { WORDS_MAX = 12, KEYS = 2 };

struct words {
    struct sl_str items[WORDS_MAX];
    size_t count;
};

static char small(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

static bool is_letter(char byte)
{
    return small(byte) >= 'a' && small(byte) <= 'z';
}

static bool is_capital(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_word(struct sl_str a, const char *b)
{
    size_t length = strlen(b);
    for (size_t i = 0; i < a.len && i < length; i++)
        if (small(a.ptr[i]) != b[i])
            return false;
    return a.len == length;
}

static bool is_one_of(struct sl_str word, const char *const *list)
{
    for (; *list; list++)
        if (is_word(word, *list))
            return true;
    return false;
}

/* They stand before all kinds of things. */
static bool says_nothing(struct sl_str word)
{
    static const char *const list[] = {
        "name",   "host",   "hosts", "url",    "value", "values",  "address", "port",        "path",
        "key",    "type",   "data",  "config", "spec",  "default", "global",  "id",          "metadata",
        "labels", "server", "extra", "env",    "args",  "items",   "class",   "annotations", NULL};
    return word.len < 2 || is_one_of(word, list);
}

/* Images come from a registry, whatever the key is called. */
static bool is_of_images(struct sl_str word)
{
    static const char *const list[] = {"image", "images",     "registry", "repository",
                                       "repo",  "registries", NULL};
    return is_one_of(word, list);
}

/* Words begin with a capital behind a small letter too: storageClass. */
static void add_words(struct words *words, struct sl_str key)
{
    for (size_t from = 0; from < key.len;) {
        size_t to = from;
        while (to < key.len && is_letter(key.ptr[to]) &&
               !(to > from && is_capital(key.ptr[to]) && !is_capital(key.ptr[to - 1])))
            to++;
        struct sl_str word = sl_str_slice(key, from, to);
        if (words->count < WORDS_MAX && !says_nothing(word))
            words->items[words->count++] = word;
        from = to > from ? to : to + 1;
    }
}

/* Of the last keys; what is an index says nothing. */
static void add_last(struct words *words, struct sl_str pointer)
{
    size_t end = pointer.len;
    for (unsigned keys = 0; end > 0 && keys < KEYS;) {
        size_t from = end;
        while (from > 0 && pointer.ptr[from - 1] != '/')
            from--;
        struct sl_str key = sl_str_slice(pointer, from, end);
        keys += key.len > 0 && is_letter(key.ptr[0]);
        add_words(words, key);
        end = from > 0 ? from - 1 : 0;
    }
}

static bool is_same_word(struct sl_str a, struct sl_str b)
{
    if (is_of_images(a) && is_of_images(b))
        return true;
    for (size_t i = 0; i < a.len && a.len == b.len; i++)
        if (small(a.ptr[i]) != small(b.ptr[i]))
            return false;
    return a.len == b.len;
}

bool leak_is_same_setting(struct sl_str a, struct sl_str b)
{
    struct words one = {.count = 0}, other = {.count = 0};
    if (a.len == 0 || b.len == 0)
        return false;
    if (sl_str_equal(a, b))
        return true;
    add_last(&one, a);
    add_last(&other, b);
    for (size_t i = 0; i < one.count; i++)
        for (size_t j = 0; j < other.count; j++)
            if (is_same_word(one.items[i], other.items[j]))
                return true;
    return false;
}

#include "leak_token.h"

#include "leak_words.h"

enum {
    SHORTEST = 4,
    LONGEST = 200,
    NAME_MIN = 7,
    LETTERS_MIN = 12,
    RANDOM_MIN = 6,
    ODD_MIN = 8,
    STRONG_MIN = 6,
    DIGITS_MIN = 9,
    PHRASE_MIN = 12,
    UNIT_MAX = 3,
    CONSONANTS = 5,
    PUBLIC_HOST = 10,
    SWITCHES_MIN = 2,
    SWITCHES_MANY = 4,
    RUN_MIN = 7,
    DAY = 8,
    SERIAL_MIN = 6,
    PIECE_MIN = 4,
    DIGEST = 64,
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || ((unsigned char)byte & 0x80U);
}

bool leak_is_inner(char byte)
{
    return is_digit(byte) || is_letter(byte);
}

static bool is_joint(char byte)
{
    return byte == '.' || byte == '-' || byte == '_';
}

bool leak_next_word(struct sl_str text, size_t *at, struct sl_str *word)
{
    size_t from = *at;
    while (from < text.len && !leak_is_inner(text.ptr[from]))
        from++;
    size_t to = from;
    while (to < text.len && (leak_is_inner(text.ptr[to]) || is_joint(text.ptr[to])))
        to++;
    *at = to;
    *word = leak_trim(sl_str_slice(text, from, to));
    return word->len > 0;
}

struct sl_str leak_trim(struct sl_str text)
{
    while (text.len > 0 && !leak_is_inner(text.ptr[0]))
        text = sl_str_slice(text, 1, text.len);
    while (text.len > 0 && !leak_is_inner(text.ptr[text.len - 1]))
        text = sl_str_slice(text, 0, text.len - 1);
    return text;
}

/* The next piece of letters or digits alone, as the parts of a name are made of: "ens" and "192". */
static struct sl_str next_piece(struct sl_str token, size_t *at)
{
    size_t from = *at;
    while (from < token.len && !leak_is_inner(token.ptr[from]))
        from++;
    size_t to = from;
    while (to < token.len && leak_is_inner(token.ptr[to]) &&
           is_digit(token.ptr[to]) == is_digit(token.ptr[from]))
        to++;
    *at = to;
    return sl_str_slice(token, from, to);
}

/* 20251102, and with a time behind it: the day of a build or a backup. */
static bool is_day(struct sl_str digits)
{
    if (digits.len < DAY ||
        (!sl_str_starts_with(digits, SL_STR("20")) && !sl_str_starts_with(digits, SL_STR("19"))))
        return false;
    int month = (digits.ptr[4] - '0') * 10 + digits.ptr[5] - '0';
    int day = (digits.ptr[6] - '0') * 10 + digits.ptr[7] - '0';
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

struct counts {
    size_t letters, digits, dots, joints, others;
    size_t leading; /* digits and dots in front */
};

static struct counts count(struct sl_str token)
{
    struct counts counts = {0};
    for (size_t i = 0; i < token.len; i++) {
        char byte = token.ptr[i];
        counts.letters += is_letter(byte);
        counts.digits += is_digit(byte);
        counts.dots += byte == '.';
        counts.joints += byte == '-' || byte == '_';
        counts.others += !leak_is_inner(byte) && !is_joint(byte);
        if (counts.leading == i && (is_digit(byte) || byte == '.'))
            counts.leading = i + 1;
    }
    return counts;
}

/* Those that are no day. */
static size_t count_digits(struct sl_str token)
{
    size_t digits = 0;
    struct sl_str piece;
    for (size_t at = 0; (piece = next_piece(token, &at)).len;)
        digits += is_digit(piece.ptr[0]) && !is_day(piece) ? piece.len : 0;
    return digits;
}

/* 192.0.2.7 */
static bool is_address(struct sl_str token, const struct counts *counts)
{
    return counts->dots == 3 && counts->digits >= 4 && counts->digits + counts->dots == token.len;
}

/* What is before the ending of a file's name; nothing where it is no such name. */
static struct sl_str stem(struct sl_str token)
{
    size_t dot = token.len;
    while (dot > 0 && token.ptr[dot - 1] != '.')
        dot--;
    bool ending = dot > 0 && leak_is_file_ending(sl_str_slice(token, dot, token.len));
    return ending ? sl_str_slice(token, 0, dot - 1) : (struct sl_str){0};
}

bool leak_is_host(struct sl_str token)
{
    size_t labels = 1, last = 0;
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] != '.')
            continue;
        labels++;
        last = i + 1;
    }
    bool letters = last < token.len;
    for (size_t i = last; i < token.len; i++)
        letters = letters && is_letter(token.ptr[i]);
    /* ghcr.io and the like are everybody's. */
    return letters && stem(token).len == 0 && (labels > 2 || (labels == 2 && token.len >= PUBLIC_HOST));
}

/* For each letter those that do not follow it in what people write. */
static const char *const never_after[26] = {
    ['b' - 'a'] = "fkqxz",
    ['c' - 'a'] = "bfjvwxz",
    ['d' - 'a'] = "qxz",
    ['f' - 'a'] = "bcghjkqvwxz",
    ['g' - 'a'] = "jkqvxz",
    ['h' - 'a'] = "cghjkqvxz",
    ['i' - 'a'] = "jwy",
    ['j' - 'a'] = "bcdfghjklmnpqrtvwxyz",
    ['k' - 'a'] = "jqvxz",
    ['l' - 'a'] = "jqxz",
    ['m' - 'a'] = "jqvxz",
    ['n' - 'a'] = "q",
    ['p' - 'a'] = "jkqvxz",
    ['q' - 'a'] = "abcdefghijkmnopqrstvwxyz",
    ['r' - 'a'] = "jqxz",
    ['s' - 'a'] = "jxz",
    ['t' - 'a'] = "jqx",
    ['u' - 'a'] = "w",
    ['v' - 'a'] = "bcdfghjkmnpqtwxz",
    ['w' - 'a'] = "cgjqvxz",
    ['x' - 'a'] = "bdgjkqrvwxz",
    ['y' - 'a'] = "jqvx",
    ['z' - 'a'] = "bcdfgjkmnpqrstvwx",
};

bool leak_looks_random(struct sl_str token)
{
    size_t row = 0, longest = 0, odd = 0;
    char last = 0;
    for (size_t i = 0; i < token.len; i++) {
        char byte = (char)(token.ptr[i] | 0x20);
        bool ascii = byte >= 'a' && byte <= 'z';
        row = !ascii || strchr("aeiouy", byte) ? 0 : row + 1;
        longest = row > longest ? row : longest;
        /* A capital begins a new word: LoadBalancer. */
        bool within = last && token.ptr[i] == byte && ascii;
        odd += within && never_after[last - 'a'] && strchr(never_after[last - 'a'], byte);
        last = ascii ? byte : 0;
    }
    return longest >= CONSONANTS || (odd && token.len >= ODD_MIN);
}

/* What two sites have without knowing of each other: the first address of a network, those that Kubernetes has inside,
 * resolvers that are open to all, the machine itself. */
static bool is_usual_address(struct sl_str token)
{
    static const char *const beginnings[] = {"10.42.", "10.43.", "10.96.", "10.244.",
                                             "127.",   "0.",     "255.",   "169.254."};
    static const char *const open[] = {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"};
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (sl_str_starts_with(token, sl_str_from(beginnings[i])))
            return true;
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        if (sl_str_equal(token, sl_str_from(open[i])))
            return true;
    bool first = sl_str_ends_with(token, SL_STR(".1")) &&
                 (sl_str_starts_with(token, SL_STR("10.")) || sl_str_starts_with(token, SL_STR("192.168.")));
    return first;
}

/* As in every textbook. */
static bool is_network(struct sl_str token)
{
    return sl_str_ends_with(token, SL_STR(".0"));
}

bool leak_is_digest(struct sl_str text, struct sl_str word)
{
    struct sl_str before = sl_str_slice(text, 0, (size_t)(word.ptr - text.ptr));
    return word.len == DIGEST && sl_str_ends_with(before, SL_STR("sha256:"));
}

/* What somebody says, and no line of a configuration or a path. */
static bool is_said(struct sl_str phrase)
{
    bool spaces = false;
    for (size_t i = 0; i < phrase.len; i++) {
        char byte = phrase.ptr[i];
        spaces = spaces || byte == ' ';
        if (!leak_is_inner(byte) && !strchr(" -.,;'()!?", byte))
            return false;
    }
    return spaces;
}

/* A phrase is as unusual as the words in it: two sites may have the same window for maintenance. */
/* NOLINTNEXTLINE(misc-no-recursion): words hold no phrases. */
static enum leak_weight weigh_phrase(struct sl_str phrase)
{
    enum leak_weight weight = LEAK_COMMON;
    struct sl_str word;
    for (size_t at = 0; leak_next_word(phrase, &at, &word);) {
        enum leak_weight found = leak_is_digest(phrase, word) ? LEAK_COMMON : leak_weigh(word);
        weight = found > weight ? found : weight;
    }
    if (weight == LEAK_STRONG)
        return LEAK_STRONG;
    return weight > LEAK_COMMON || is_said(phrase) ? LEAK_NAME : LEAK_COMMON;
}

/* LoadBalancer, ReadWriteOnce: such words are made for interfaces. */
static bool is_of_an_interface(struct sl_str token)
{
    bool inner = false;
    for (size_t i = 0; i + 1 < token.len; i++)
        inner = inner || (token.ptr[i] >= 'a' && token.ptr[i] <= 'z' && token.ptr[i + 1] >= 'A' &&
                          token.ptr[i + 1] <= 'Z');
    return inner;
}

/* local-path, letsencrypt-prod: names that many come upon. */
static bool is_of_the_trade(struct sl_str token)
{
    struct sl_str piece;
    for (size_t at = 0; (piece = next_piece(token, &at)).len;)
        if (!leak_is_trade_word(piece))
            return false;
    return true;
}

/* Letters and digits that come by turns, with nothing between them. */
struct run {
    size_t length, switches;
    bool odd; /* it has letters that are no word: kx, and not the beta of v1beta1 */
};

static void run_take(struct run *run, struct sl_str piece, bool goes_on)
{
    bool letters = !is_digit(piece.ptr[0]);
    if (!goes_on)
        *run = (struct run){0};
    run->length += piece.len;
    run->switches += goes_on;
    run->odd = run->odd || (letters && piece.len > 1 && !leak_is_trade_word(piece));
}

/* Nobody comes upon kx7f9zq2 twice, but d8s and rke2r1 are everywhere. */
static bool run_is_rare(const struct run *run)
{
    return run->length >= RUN_MIN && run->switches >= SWITCHES_MIN &&
           (run->odd || run->switches >= SWITCHES_MANY);
}

/* Letters and digits: kx7f9zq2, but not eu-central-1, sha256 and 15-alpine3.19. */
static enum leak_weight weigh_mixed(struct sl_str token)
{
    enum leak_weight weight = LEAK_COMMON;
    struct sl_str piece;
    struct run run = {0};
    size_t behind = 0;
    for (size_t at = 0; (piece = next_piece(token, &at)).len; behind = at) {
        run_take(&run, piece, behind > 0 && (size_t)(piece.ptr - token.ptr) == behind);
        bool serial = is_digit(piece.ptr[0]) && piece.len >= SERIAL_MIN && !is_day(piece);
        if (serial || run_is_rare(&run))
            return LEAK_STRONG;
        if (!is_digit(piece.ptr[0]) && piece.len >= PIECE_MIN && !leak_is_trade_word(piece))
            weight = token.len >= NAME_MIN ? LEAK_NAME : weight;
        if (piece.len >= RANDOM_MIN && leak_looks_random(piece))
            return LEAK_STRONG;
    }
    return weight;
}

/* NOLINTNEXTLINE(misc-no-recursion): see weigh_phrase(). */
enum leak_weight leak_weigh(struct sl_str token)
{
    struct counts counts = count(token);
    if (token.len < SHORTEST || token.len > LONGEST)
        return LEAK_COMMON;
    if (counts.others)
        return token.len >= PHRASE_MIN && counts.letters ? weigh_phrase(token) : LEAK_COMMON;
    /* Overlays are made of files of the same names. */
    if (stem(token).len)
        return leak_weigh(stem(token)) == LEAK_STRONG ? LEAK_STRONG : LEAK_COMMON;
    if (is_address(token, &counts))
        return is_usual_address(token) ? LEAK_COMMON : is_network(token) ? LEAK_NAME : LEAK_STRONG;
    if (leak_is_host(token) && counts.letters > counts.digits)
        return leak_is_public_host(token) ? LEAK_COMMON : LEAK_STRONG;
    if (counts.letters == 0)
        return count_digits(token) >= DIGITS_MIN ? LEAK_STRONG : LEAK_COMMON;
    if (counts.letters == token.len) {
        bool random = token.len >= RANDOM_MIN && leak_looks_random(token);
        bool common = token.len < LETTERS_MIN || is_of_an_interface(token) || leak_is_trade_word(token);
        return random || !common ? LEAK_WORD : LEAK_COMMON;
    }
    /* 500Gi, 30s, v1.30.8 */
    bool version = (token.ptr[0] == 'v' || token.ptr[0] == 'V') && counts.letters == 1;
    if (version || (counts.leading > 0 && counts.leading + UNIT_MAX >= token.len))
        return LEAK_COMMON;
    if (counts.digits && token.len >= STRONG_MIN)
        return weigh_mixed(token);
    return token.len >= (counts.dots ? PUBLIC_HOST : NAME_MIN) && !is_of_the_trade(token) ? LEAK_NAME
                                                                                          : LEAK_COMMON;
}

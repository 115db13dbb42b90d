#include "number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* 767 digits decide between any two neighbouring doubles; behind them only "is there more" counts. */
enum { DIGITS_MAX = 800, EXPONENT_CLAMP = 1000000 };

/* A decimal number taken apart: digits without leading zeros, times ten to the exponent. */
struct decimal {
    char digits[DIGITS_MAX + 16]; /* room for the exponent behind them */
    size_t count;
    long exponent;
    bool negative;
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* An exponent's digits, clamped: beyond a million every double is 0 or too large. */
static long parse_exponent(struct sl_str text)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    long value = 0;
    for (size_t i = 0; i < text.len; i++)
        if (is_digit(text.ptr[i]) && value < EXPONENT_CLAMP)
            value = value * 10 + (text.ptr[i] - '0');
    return negative ? -value : value;
}

static void add_digit(struct decimal *decimal, char digit, bool fraction)
{
    if (decimal->count == 0 && digit == '0') {
        decimal->exponent -= fraction;
        return;
    }
    if (decimal->count < DIGITS_MAX) {
        decimal->digits[decimal->count++] = digit;
        decimal->exponent -= fraction;
        return;
    }
    /* A halfway case ends in a long row of zeros here: one digit more has to show. */
    if (digit != '0' && decimal->digits[DIGITS_MAX - 1] == '0')
        decimal->digits[DIGITS_MAX - 1] = '1';
    decimal->exponent += !fraction;
}

static void take_apart(struct decimal *decimal, struct sl_str text)
{
    *decimal = (struct decimal){.count = 0};
    bool fraction = false;
    size_t i = 0;
    if (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+'))
        decimal->negative = text.ptr[i++] == '-';
    for (; i < text.len && text.ptr[i] != 'e' && text.ptr[i] != 'E'; i++) {
        if (text.ptr[i] == '.')
            fraction = true;
        else if (is_digit(text.ptr[i]))
            add_digit(decimal, text.ptr[i], fraction);
    }
    if (i < text.len)
        decimal->exponent += parse_exponent(sl_str_slice(text, i + 1, text.len));
}

bool sl_double_parse(double *out, struct sl_str text)
{
    struct decimal decimal;
    take_apart(&decimal, text);
    if (decimal.count == 0) {
        *out = decimal.negative ? -0.0 : 0.0;
        return true;
    }
    /* Digits and exponent without a radix character read the same in every locale. */
    (void)snprintf(decimal.digits + decimal.count, sizeof decimal.digits - decimal.count, "e%ld",
                   decimal.exponent);
    double value = strtod(decimal.digits, NULL);
    *out = decimal.negative ? -value : value;
    return isfinite(value);
}

static unsigned digit_value(char byte)
{
    if (is_digit(byte))
        return (unsigned)(byte - '0');
    if (byte >= 'a' && byte <= 'f')
        return (unsigned)(byte - 'a') + 10;
    if (byte >= 'A' && byte <= 'F')
        return (unsigned)(byte - 'A') + 10;
    return 99;
}

bool sl_digits_parse(uint64_t *out, struct sl_str text, unsigned base)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = digit_value(text.ptr[i]);
        if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *out = value;
    return text.len > 0;
}

int sl_integer_join(int64_t *integer, uint64_t *uinteger, bool negative, uint64_t magnitude)
{
    if (negative) {
        if (magnitude > (uint64_t)INT64_MAX + 1)
            return 0;
        *integer = magnitude > INT64_MAX ? INT64_MIN : -(int64_t)magnitude;
        return 1;
    }
    if (magnitude > INT64_MAX) {
        *uinteger = magnitude;
        return 2;
    }
    *integer = (int64_t)magnitude;
    return 1;
}

/* Digits d1 d2 d3 ... that stand for d1.d2d3... times ten to the exponent. */
struct shortest {
    char digits[24];
    int count;
    int exponent;
};

/* The digits of a positive number at a precision, correctly rounded. printf's radix character, whatever it
 * is, is not a digit. */
static void print_digits(struct shortest *shortest, double number, int count)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%.*e", count - 1, number);
    shortest->count = 0;
    const char *at = text;
    for (; *at && *at != 'e'; at++)
        if (is_digit(*at))
            shortest->digits[shortest->count++] = *at;
    shortest->exponent = (int)strtol(at + 1, NULL, 10);
}

static bool reads_back(const struct shortest *shortest, double number, bool single)
{
    char text[48];
    (void)snprintf(text, sizeof text, "%.*se%d", shortest->count, shortest->digits,
                   shortest->exponent - shortest->count + 1);
    return single ? strtof(text, NULL) == (float)number : strtod(text, NULL) == number;
}

/* The next larger number of as many digits. False where that would need one more: then it is shorter and has
 * been tried. */
static bool next_up(struct shortest *shortest)
{
    int at = shortest->count - 1;
    while (at >= 0 && shortest->digits[at] == '9')
        shortest->digits[at--] = '0';
    if (at < 0)
        return false;
    shortest->digits[at]++;
    return true;
}

/*
 * The shortest digits that read back, and of those the nearest. Up to DBL_DIG (FLT_DIG) digits the rounded
 * text is the only candidate, and trailing zeros go in the end; only subnormal numbers have less precision
 * than that. Above, a power of two has a neighbour below at half the distance of the one
 * above, so the nearest text may miss it where the next larger one does not (2^-44 is an example).
 */
static void find_shortest(struct shortest *shortest, double number, bool single)
{
    bool subnormal = number < (single ? (double)FLT_MIN : DBL_MIN);
    int first = single ? FLT_DIG : DBL_DIG;
    if (subnormal)
        first = 1;
    int last = single ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;
    int ignored;
    bool power_of_two = frexp(number, &ignored) == 0.5;
    for (int count = first; count <= last; count++) {
        print_digits(shortest, number, count);
        if (count == last || reads_back(shortest, number, single))
            break;
        if (power_of_two && count > first && next_up(shortest) && reads_back(shortest, number, single))
            break;
    }
    while (shortest->count > 1 && shortest->digits[shortest->count - 1] == '0')
        shortest->count--;
}

/* d1.d2d3e+NN; at least `exponent_digits` digits in the exponent. */
static size_t exponent_form(char *out, const struct shortest *shortest, bool negative, int exponent_digits)
{
    char sign = shortest->exponent < 0 ? '-' : '+';
    int length = snprintf(out, SL_NUMBER_TEXT_MAX, "%s%c%s%.*se%c%0*d", negative ? "-" : "",
                          shortest->digits[0], shortest->count > 1 ? "." : "", shortest->count - 1,
                          shortest->digits + 1, sign, exponent_digits, abs(shortest->exponent));
    return (size_t)length;
}

static size_t plain_form(char *out, const struct shortest *shortest, bool negative)
{
    size_t used = 0;
    if (negative)
        out[used++] = '-';
    if (shortest->exponent < 0)
        out[used++] = '0';
    for (int i = 0; i <= shortest->exponent; i++)
        out[used++] = i < shortest->count ? shortest->digits[i] : '0';
    if (shortest->count > shortest->exponent + 1)
        out[used++] = '.';
    for (int i = -1; i > shortest->exponent; i--)
        out[used++] = '0';
    for (int i = shortest->exponent < 0 ? 0 : shortest->exponent + 1; i < shortest->count; i++)
        out[used++] = shortest->digits[i];
    out[used] = '\0';
    return used;
}

size_t sl_double_json_text(char out[SL_NUMBER_TEXT_MAX], double number)
{
    bool negative = signbit(number);
    double magnitude = fabs(number);
    if (magnitude == 0)
        return (size_t)snprintf(out, SL_NUMBER_TEXT_MAX, "0");
    struct shortest shortest;
    find_shortest(&shortest, magnitude, false);
    if (magnitude < 1e-6 || magnitude >= 1e21)
        return exponent_form(out, &shortest, negative, 1);
    return plain_form(out, &shortest, negative);
}

static size_t go_text(char *out, double number, bool single)
{
    bool negative = signbit(number);
    double magnitude = fabs(number);
    if (magnitude == 0)
        return (size_t)snprintf(out, SL_NUMBER_TEXT_MAX, negative ? "-0" : "0");
    struct shortest shortest;
    find_shortest(&shortest, magnitude, single);
    if (shortest.exponent < -4 || shortest.exponent >= 6)
        return exponent_form(out, &shortest, negative, 2);
    return plain_form(out, &shortest, negative);
}

size_t sl_double_go_text(char out[SL_NUMBER_TEXT_MAX], double number)
{
    return go_text(out, number, false);
}

size_t sl_double_go_text_single(char out[SL_NUMBER_TEXT_MAX], double number)
{
    double single = (float)number;
    if (isinf(single))
        return (size_t)snprintf(out, SL_NUMBER_TEXT_MAX, "%s", single < 0 ? "-.inf" : ".inf");
    return go_text(out, single, true);
}

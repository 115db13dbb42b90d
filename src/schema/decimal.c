#include "decimal.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <stdlib.h>

/* Exponents beyond this are all alike: no double is that large, and no divisor that small is meant. */
enum { EXPONENT_CLAMP = 1000000000, WORD_DIGITS = 18 };

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static int64_t read_exponent(const char *text)
{
    bool negative = *text == '-';
    int64_t value = 0;
    for (; *text; text++)
        if (is_digit(*text) && value < EXPONENT_CLAMP)
            value = value * 10 + (*text - '0');
    return negative ? -value : value;
}

static void trim(struct decimal *out, const char *digits)
{
    while (out->count && digits[out->count - 1] == '0') {
        out->count--;
        out->exponent++;
    }
    if (out->count == 0)
        out->exponent = 0, out->negative = false;
}

/* [-+]digits[.digits][e[-+]digits], with YAML's underscores. */
static int read_text(struct decimal *out, const char *text, struct sl_err *err)
{
    size_t len = strlen(text);
    *out = (struct decimal){.negative = *text == '-'};
    if (len > DECIMAL_INLINE) {
        out->heap = malloc(len);
        if (!out->heap)
            return sl_fail_memory(err);
    }
    char *digits = out->heap ? out->heap : out->digits;
    bool fraction = false;
    for (; *text && *text != 'e' && *text != 'E'; text++) {
        fraction = fraction || *text == '.';
        if (!is_digit(*text))
            continue;
        if (out->count || *text != '0')
            digits[out->count++] = *text;
        out->exponent -= fraction;
    }
    if (*text)
        out->exponent += read_exponent(text + 1);
    trim(out, digits);
    return 0;
}

static bool is_decimal_text(const char *text)
{
    return text && strspn(text, "0123456789+-._eE") == strlen(text);
}

int decimal_read(struct decimal *out, const struct sl_node *number, struct sl_err *err)
{
    char text[32];
    if (number->kind == SL_FLOAT && is_decimal_text(number->as.source))
        return read_text(out, number->as.source, err);
    if (number->kind == SL_INT)
        (void)snprintf(text, sizeof text, "%lld", (long long)number->as.integer);
    else if (number->kind == SL_UINT)
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)number->as.uinteger);
    else
        (void)snprintf(text, sizeof text, "%.17g", number->as.number);
    return read_text(out, text, err);
}

void decimal_release(struct decimal *decimal)
{
    free(decimal->heap);
    decimal->heap = NULL;
}

static int compare_magnitude(const struct decimal *a, const struct decimal *b)
{
    int64_t a_size = (int64_t)a->count + a->exponent;
    int64_t b_size = (int64_t)b->count + b->exponent;
    if (a_size != b_size)
        return a_size < b_size ? -1 : 1;
    size_t common = a->count < b->count ? a->count : b->count;
    int order = memcmp(decimal_digits(a), decimal_digits(b), common);
    if (order)
        return order;
    return (a->count > b->count) - (a->count < b->count);
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
    if (a->count == 0 || b->count == 0) {
        int a_sign = a->count ? (a->negative ? -1 : 1) : 0;
        int b_sign = b->count ? (b->negative ? -1 : 1) : 0;
        return a_sign - b_sign;
    }
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    return a->negative ? compare_magnitude(b, a) : compare_magnitude(a, b);
}

bool decimal_is_integer(const struct decimal *decimal)
{
    return decimal->exponent >= 0;
}

bool decimal_to_count(uint64_t *out, const struct decimal *decimal)
{
    if (decimal->negative || !decimal_is_integer(decimal))
        return false;
    uint64_t value = 0;
    bool over = false;
    int64_t zeros = decimal->exponent < 30 ? decimal->exponent : 30;
    for (size_t i = 0; i < decimal->count + (size_t)zeros && !over; i++) {
        unsigned digit = i < decimal->count ? (unsigned)(decimal_digits(decimal)[i] - '0') : 0;
        over = __builtin_mul_overflow(value, 10U, &value) || __builtin_add_overflow(value, digit, &value);
    }
    *out = over ? UINT64_MAX : value;
    return true;
}

/* -- multiples -- */

uint64_t decimal_multiple_cost(const struct decimal *value, const struct decimal *divisor)
{
    if (divisor->count <= WORD_DIGITS || value->exponent < divisor->exponent)
        return 1 + value->count / 16;
    uint64_t digits = value->count + (uint64_t)(value->exponent - divisor->exponent);
    return 1 + digits * (divisor->count / 4 + 1);
}

static uint64_t multiply_modulo(uint64_t a, uint64_t b, uint64_t modulus)
{
    return (uint64_t)((__extension__(unsigned __int128) a * b) % modulus);
}

/* (digits times ten to `zeros`) modulo a divisor of at most 18 digits is 0? */
static bool divides_word(const struct decimal *value, const struct decimal *divisor, uint64_t zeros)
{
    uint64_t modulus = 0;
    for (size_t i = 0; i < divisor->count; i++)
        modulus = modulus * 10 + (unsigned)(decimal_digits(divisor)[i] - '0');
    if (modulus == 0)
        return false;
    uint64_t rest = 0;
    for (size_t i = 0; i < value->count; i++)
        rest = (rest * 10 + (unsigned)(decimal_digits(value)[i] - '0')) % modulus;
    uint64_t power = 10 % modulus;
    for (; zeros; zeros >>= 1) {
        if (zeros & 1)
            rest = multiply_modulo(rest, power, modulus);
        power = multiply_modulo(power, power, modulus);
    }
    return rest == 0;
}

/* rest -= divisor where that goes; both have `count` digits, as numbers 0 to 9, `rest` one more in front. */
static bool subtract(unsigned char *rest, const unsigned char *divisor, size_t count)
{
    if (rest[0] == 0 && memcmp(rest + 1, divisor, count) < 0)
        return false;
    int borrow = 0;
    for (size_t i = count; i > 0; i--) {
        int digit = rest[i] - divisor[i - 1] - borrow;
        borrow = digit < 0;
        rest[i] = (unsigned char)(digit + (borrow ? 10 : 0));
    }
    rest[0] = (unsigned char)(rest[0] - borrow);
    return true;
}

/* The same by long division, as on paper. */
static int divides_long(const struct decimal *value, const struct decimal *divisor, uint64_t zeros,
                        struct sl_err *err)
{
    size_t count = divisor->count;
    SL_CLEANUP(sl_freep) unsigned char *memory = calloc(2, count + 1);
    if (!memory)
        return sl_fail_memory(err);
    unsigned char *rest = memory;
    unsigned char *by = memory + count + 1;
    for (size_t i = 0; i < count; i++)
        by[i] = (unsigned char)(decimal_digits(divisor)[i] - '0');
    for (uint64_t i = 0; i < value->count + zeros; i++) {
        memmove(rest, rest + 1, count);
        rest[count] = i < value->count ? (unsigned char)(decimal_digits(value)[i] - '0') : 0;
        while (subtract(rest, by, count))
            continue;
    }
    for (size_t i = 0; i <= count; i++)
        if (rest[i])
            return 0;
    return 1;
}

int decimal_is_multiple(const struct decimal *value, const struct decimal *divisor, struct sl_err *err)
{
    if (value->count == 0)
        return 1;
    /* The last digit of `value` is no zero, so that no power of ten is left over for the divisor's. */
    if (value->exponent < divisor->exponent)
        return 0;
    uint64_t zeros = (uint64_t)(value->exponent - divisor->exponent);
    if (divisor->count <= WORD_DIGITS)
        return divides_word(value, divisor, zeros);
    return divides_long(value, divisor, zeros, err);
}

uint64_t decimal_hash(const struct decimal *decimal)
{
    uint64_t hash = sl_hash((struct sl_str){decimal_digits(decimal), decimal->count});
    return hash ^ (uint64_t)decimal->exponent * UINT64_C(0x9e3779b97f4a7c15) ^ decimal->negative;
}

int number_compare(int *order, const struct sl_node *a, const struct sl_node *b, struct sl_err *err)
{
    if (a->kind == SL_INT && b->kind == SL_INT) {
        *order = (a->as.integer > b->as.integer) - (a->as.integer < b->as.integer);
        return 0;
    }
    SL_CLEANUP(decimal_release) struct decimal left = {0};
    SL_CLEANUP(decimal_release) struct decimal right = {0};
    if (decimal_read(&left, a, err) < 0 || decimal_read(&right, b, err) < 0)
        return -1;
    *order = decimal_compare(&left, &right);
    return 0;
}

int number_is_integer(const struct sl_node *number, struct sl_err *err)
{
    if (number->kind != SL_FLOAT)
        return 1;
    struct decimal decimal;
    if (decimal_read(&decimal, number, err) < 0)
        return -1;
    int whole = decimal_is_integer(&decimal);
    decimal_release(&decimal);
    return whole;
}

/*
 * Numbers exactly as they were written: a sign, decimal digits, a power of ten. No rounding, ever.
 *
 * Order of calls: decimal_read() from a node; compare, divide, hash; decimal_release().
 */
#ifndef DECIMAL_H
#define DECIMAL_H

#include "doc/node.h"

/* Longer numbers live on the heap. */
#define DECIMAL_INLINE 40

/* 0.d1d2d3... is not what this is: the value is the whole number d1d2d3... times ten to `exponent`. No zeros
 * in front nor behind; zero has no digits. */
struct decimal {
    bool negative;
    size_t count;
    int64_t exponent;
    char *heap; /* NULL: `digits` has them */
    char digits[DECIMAL_INLINE];
};

static inline const char *decimal_digits(const struct decimal *decimal)
{
    return decimal->heap ? decimal->heap : decimal->digits;
}

static inline bool node_is_number(const struct sl_node *node)
{
    return node->kind == SL_INT || node->kind == SL_UINT || node->kind == SL_FLOAT;
}

/* The value of a number node. -1: no memory. */
int decimal_read(struct decimal *out, const struct sl_node *number, struct sl_err *err) SL_MUST_USE;
void decimal_release(struct decimal *decimal);

/* <0, 0, >0 */
int decimal_compare(const struct decimal *a, const struct decimal *b);
bool decimal_is_integer(const struct decimal *decimal);

/* A whole number from 0; what is larger than the type is its maximum. False for others. */
bool decimal_to_count(uint64_t *out, const struct decimal *decimal);

/* Steps of work that decimal_is_multiple() will take, about. */
uint64_t decimal_multiple_cost(const struct decimal *value, const struct decimal *divisor);
/* The divisor is above 0. -1: no memory. */
int decimal_is_multiple(const struct decimal *value, const struct decimal *divisor,
                        struct sl_err *err) SL_MUST_USE;

/* Equal values have equal hashes, however they were written. */
uint64_t decimal_hash(const struct decimal *decimal);

/* -- the same for nodes, fast where both are integers of the machine -- */

/* *order is <0, 0 or >0. -1: no memory. */
int number_compare(int *order, const struct sl_node *a, const struct sl_node *b,
                   struct sl_err *err) SL_MUST_USE;
/* 1, 0, or -1 without memory. */
int number_is_integer(const struct sl_node *number, struct sl_err *err) SL_MUST_USE;

#endif

/*
 * Letters and decimal digits of Unicode 15.0, which is what the order of keys in kubectl's output rests on.
 */
#ifndef DOC_UNICODE_CLASS_H
#define DOC_UNICODE_CLASS_H

#include <stdbool.h>
#include <stdint.h>

bool sl_is_letter(uint32_t c);
bool sl_is_digit(uint32_t c);

#endif

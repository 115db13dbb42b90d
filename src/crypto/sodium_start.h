/*
 * libsodium chooses its implementations for this CPU in sodium_init(), which may be called any number of
 * times, from any thread. Called before BLAKE2b and scrypt, which have several. Should it fail, the portable
 * ones are used and give the same results, so that there is nothing to report. Ed25519 and the helpers need
 * no start; nothing here draws random numbers from libsodium.
 */
#ifndef SODIUM_START_H
#define SODIUM_START_H

#include <sodium.h>

static inline void sl_sodium_start(void)
{
    int started = sodium_init();
    (void)started;
}

#endif

/* The low-level functions, deprecated in favour of EVP, for the reason that digest.c gives. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/sha1.h"

#include <openssl/sha.h>

_Static_assert(sizeof(SHA_CTX) <= sizeof(struct sl_sha1), "sl_sha1.opaque is too small");
_Static_assert(_Alignof(SHA_CTX) <= _Alignof(struct sl_sha1), "sl_sha1.opaque is badly aligned");
_Static_assert(SHA_DIGEST_LENGTH == SL_SHA1_BYTES, "a SHA-1 digest has 20 bytes");

static SHA_CTX *context_of(struct sl_sha1 *state)
{
    return (SHA_CTX *)(void *)state->opaque;
}

/* None of the three can fail once there is a state. */
void sl_sha1_init(struct sl_sha1 *state)
{
    (void)SHA1_Init(context_of(state));
}

void sl_sha1_update(struct sl_sha1 *state, const void *bytes, size_t len)
{
    if (len)
        (void)SHA1_Update(context_of(state), bytes, len);
}

void sl_sha1_final(struct sl_sha1 *state, unsigned char out[SL_SHA1_BYTES])
{
    (void)SHA1_Final(out, context_of(state));
}

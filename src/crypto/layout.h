/*
 * What minisign's base64 lines hold. All members are bytes, so that there is no padding and a line decodes
 * straight into its struct. Numbers are little-endian.
 * Source: https://jedisct1.github.io/minisign/#signature-format and minisign 0.11's own files.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

struct sl_public_line {
    unsigned char algorithm[2]; /* "Ed" */
    unsigned char id[8];
    unsigned char point[32];
};

/* Encrypted as a whole when there is a password: XORed with the stream that scrypt makes of it. */
struct sl_secret_body {
    unsigned char id[8];
    unsigned char seed_and_point[64];
    unsigned char checksum[32]; /* BLAKE2b-256 of "Ed", id, seed_and_point */
};

struct sl_secret_line {
    unsigned char algorithm[2];          /* "Ed" */
    unsigned char derivation[2];         /* "Sc", or two zero bytes: not encrypted */
    unsigned char checksum_algorithm[2]; /* "B2" */
    unsigned char salt[32];
    unsigned char ops_limit[8];
    unsigned char mem_limit[8]; /* bytes */
    struct sl_secret_body body;
};

struct sl_signature_line {
    unsigned char algorithm[2]; /* "ED": of the BLAKE2b-512 digest; "Ed", legacy: of the file */
    unsigned char key_id[8];
    unsigned char signature[64];
};

_Static_assert(sizeof(struct sl_public_line) == 42, "a public key line holds 42 bytes");
_Static_assert(sizeof(struct sl_secret_body) == 104, "the encrypted part of a secret key has 104 bytes");
_Static_assert(sizeof(struct sl_secret_line) == 158, "a secret key line holds 158 bytes");
_Static_assert(sizeof(struct sl_signature_line) == 74, "a signature line holds 74 bytes");

#endif

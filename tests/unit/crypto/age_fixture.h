/*
 * What the tests of age share: an identity and its recipient, a file that stock age 1.1.1 made for it, and one
 * with a passphrase that a program of other libraries made (node's crypto).
 */
#ifndef AGE_FIXTURE_H
#define AGE_FIXTURE_H

#define AGE_IDENTITY  "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
#define AGE_RECIPIENT "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"

/* "hello, site\n", by stock age for the recipient above: header, nonce and the one chunk. */
#define AGE_HELLO_HEADER                                                                                     \
    "age-encryption.org/v1\n"                                                                                \
    "-> X25519 KpHy0byTt3rKTF2ycdzQCfPkR99kHVnuCFy9IzGXGAQ\n"                                                \
    "OPTafe72Pzo3OIrZEn3fAnl40Mj5AaosKH0nCX6IgSU\n"                                                          \
    "--- I1GBgFV52kdur00ERPb8GZlj+L3rf7OR7MwISKFiUnU\n"
#define AGE_HELLO_PAYLOAD                                                                                    \
    "\x0b\x67\x22\xcb\x7c\xb0\xb8\x7a\x61\x2b\x04\x87\x8e\xe4\xa3\xec\xf6\x91\xac\xf9\xc6\xb7\xb8\x7b"       \
    "\xdd\xfd\x17\xdc\x78\xf1\x82\x3b\x4c\xab\xc9\x57\xe0\xe7\xb8\xdd\x2f\x96\xfa\xf4"

/* "said in words\n", with the passphrase and work factor 4. */
#define AGE_PASSPHRASE "correct horse"
#define AGE_WORDS_HEADER                                                                                     \
    "age-encryption.org/v1\n"                                                                                \
    "-> scrypt BwcHBwcHBwcHBwcHBwcHBw 4\n"                                                                   \
    "BC4fLZqvQiNdgHSthFI0BkHw0CqCRSksmrXaXPwAoAE\n"                                                          \
    "--- +n9VbgvJaeJWB7zsvEwvlzCMsp2IinFaBvocI9D5DXM\n"
#define AGE_WORDS_PAYLOAD                                                                                    \
    "\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\xb8\x47\x53\x0b\x7e\x90\x79\xdc"       \
    "\xf2\x4e\x75\xef\x0f\xb7\x1a\x40\x50\x40\xd7\xb2\xa1\x4d\xf5\x33\xef\xc3\x89\xf5\x29\xde"

#endif

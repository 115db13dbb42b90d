/*
 * Tokens in the text of a file.
 */
#ifndef SECRET_FILE_H
#define SECRET_FILE_H

#include <sealift/str.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SECRET_HITS_MAX = 20,      /* of one file that are told; more of them say nothing new */
    SECRET_LOOK_BINARY = 8192, /* a file with a NUL in so many bytes is no text, and is not searched */
    SECRET_TELLING = 4,
};

struct secret_file_hit {
    const char *what;
    uint32_t line, column;
    char begins[SECRET_TELLING + 1]; /* empty: it would tell of the secret */
};

struct secret_file_hits {
    struct secret_file_hit items[SECRET_HITS_MAX];
    size_t count;
};

/* Adds what all of a file holds; nothing where it is no text. */
void secret_file_search(struct secret_file_hits *hits, struct sl_str text);

#endif

/*
 * The protocol between sealift and an external signer: a program that has a secret key, or can reach the HSM or
 * KMS that does. docs/formats/key-command.md is the normative description.
 *
 * Pure: whoever runs the program (the command does) writes a request to its standard input, reads its standard
 * output to the end and has it read here. Order of calls: a request for the public key and its answer, which
 * tells who will sign; then a request to sign, and its answer, for each thing to be signed. That a signature is
 * the key's is checked where it is used.
 */
#ifndef SEALIFT_KEY_COMMAND_H
#define SEALIFT_KEY_COMMAND_H

#include <sealift/key.h>

/* What a signer may print, in bytes; a right answer has about 250. */
#define SL_KEY_ANSWER_MAX 4096
/* What is written to it, in bytes, at most: the longest trusted comment behind a signature, in hexadecimal. */
#define SL_KEY_REQUEST_MAX 32768

/* Appends the lines that ask for the public key of the key that will sign for `purpose`. */
void sl_key_command_ask(struct sl_buf *out, const char *purpose);

/* Appends the lines that ask `key` for a signature. */
void sl_key_command_ask_signature(struct sl_buf *out, const struct sl_public_key *key,
                                  const struct sl_signing_request *request);

/*
 * Reads an answer. `signature` is filled when it is not NULL, and then must be there; else it must not be. A
 * public key that comes without an id gets the first eight bytes of its SHA-256 as one. SL_E_INPUT for anything
 * else than what was asked for, beginning with `name`.
 */
int sl_key_command_answer(struct sl_public_key *key, unsigned char signature[SL_SIGNATURE_BYTES],
                          struct sl_str text, const char *name, struct sl_err *err) SL_MUST_USE;

#endif

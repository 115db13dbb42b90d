/*
 * The words that writer and reader of the provenance share. docs/formats/provenance.md says what they mean.
 */
#ifndef SIGN_STATEMENT_H
#define SIGN_STATEMENT_H

#define SL_INTOTO_PAYLOAD_TYPE   "application/vnd.in-toto+json"
#define SL_INTOTO_STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define SL_SLSA_PREDICATE_TYPE   "https://slsa.dev/provenance/v1"
#define SL_SLSA_BUILD_TYPE       "https://sealift.dev/build/pack/v1"
#define SL_SLSA_BUILDER          "https://sealift.dev/builder/unstated"

#endif

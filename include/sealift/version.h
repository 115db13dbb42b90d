/*
 * The version of this sealift, as it also stands in every manifest it writes.
 */
#ifndef SEALIFT_VERSION_H
#define SEALIFT_VERSION_H

#define SL_VERSION "0.1.0"

#endif

#ifndef IDP_COPENSSL_SHIM_H
#define IDP_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

// Macros of OpenSSL that Swift cannot import.

static inline void idp_openssl_free(void *pointer) { OPENSSL_free(pointer); }

static inline void idp_openssl_clear_free(void *pointer, size_t length) { OPENSSL_clear_free(pointer, length); }

// The bytes written to a memory BIO so far; they belong to the BIO.
static inline const unsigned char *idp_bio_bytes(BIO *bio, size_t *length) {
  char *data = NULL;
  long count = BIO_get_mem_data(bio, &data);
  *length = count > 0 ? (size_t)count : 0;
  return (const unsigned char *)data;
}

static inline int idp_select_public_key(void) { return EVP_PKEY_PUBLIC_KEY; }

static inline int idp_select_key_pair(void) { return EVP_PKEY_KEYPAIR; }

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All files that an inventory is made of: itself, the profiles that it names, its lists of rows. Each is read once, whole, and everything
 * that looks at it looks at the same octets: what has been verified is what is loaded. A bundle is either live, the files as they
 * lie beside the inventory, or kept: copies in one folder, each under its digest, which must be what was listed for it.
 */
#ifndef CONFIG_BUNDLE_H
#define CONFIG_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_error;

enum config_part_kind { CONFIG_PART_INVENTORY, CONFIG_PART_PROFILE, CONFIG_PART_ROWS, CONFIG_PART_KINDS };

enum { CONFIG_DIGEST_BYTES = 32 };

struct config_part {
    enum config_part_kind kind;
    bool built_in;    /* a profile of the program's own */
    const char *name; /* as the inventory says it; of the inventory itself its file's, without folders */
    const char *path; /* where it was read, for complaints */
    const char *text; /* a NUL is behind it, and none in it; NULL: listed, and not read yet */
    size_t length;
    uint8_t digest[CONFIG_DIGEST_BYTES]; /* SHA-256 of the text */
};

struct config_bundle;

/* Live; the inventory is the first part. NULL with *error. */
struct config_bundle *config_bundle_open(const char *path, struct config_error *error);
/* The same with an inventory from memory, called `path`. */
struct config_bundle *config_bundle_of(const char *path, const char *text, size_t length,
                                       struct config_error *error);
/* Kept in the folder, which ends with a slash. Its parts are listed first. NULL: out of memory. */
struct config_bundle *config_bundle_kept(const char *folder);
bool config_bundle_list(struct config_bundle *bundle, enum config_part_kind kind, const char *name,
                        const uint8_t digest[CONFIG_DIGEST_BYTES]);
void config_bundle_free(struct config_bundle *bundle);

/* Reads it where that has not been done. NULL with *error. Valid until the bundle is freed. */
const struct config_part *config_bundle_take(struct config_bundle *bundle, enum config_part_kind kind,
                                             const char *name, struct config_error *error);

/* Those that have been taken or listed, in that order. */
unsigned config_bundle_count(const struct config_bundle *bundle);
const struct config_part *config_bundle_part(const struct config_bundle *bundle, unsigned index);

/* Digits of a digest: 64 and an end mark. */
enum { CONFIG_DIGEST_TEXT = 2 * CONFIG_DIGEST_BYTES + 1 };
const char *config_digest_text(const uint8_t digest[CONFIG_DIGEST_BYTES], char text[CONFIG_DIGEST_TEXT]);

#endif

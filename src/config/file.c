/* SPDX-License-Identifier: Apache-2.0 */
#include "config/file.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 1 << 20 };

struct config_text config_file_read(const char *path, struct config_error *error)
{
    FILE *file = fopen(path, "re");
    struct config_text text = {.bytes = file ? malloc(FILE_MOST + 1) : NULL};
    if (text.bytes)
        text.length = fread(text.bytes, 1, FILE_MOST + 1, file);
    if (!text.bytes || ferror(file))
        snprintf(error->text, sizeof error->text, "%s:1: file: found %s, expected a readable file", path,
                 strerror(errno));
    else if (text.length > FILE_MOST)
        snprintf(error->text, sizeof error->text, "%s:1: file: found more than 1 MiB, expected less", path);
    if (text.bytes && (ferror(file) || text.length > FILE_MOST)) {
        free(text.bytes);
        text.bytes = NULL;
    }
    if (file)
        fclose(file);
    return text;
}

void config_file_forget(struct config_text text)
{
    if (text.bytes)
        OPENSSL_cleanse(text.bytes, text.length);
    free(text.bytes);
}

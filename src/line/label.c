/* SPDX-License-Identifier: Apache-2.0 */
#include "line/label.h"

#include <string.h>

#include "evidence/base64.h"
#include "evidence/key.h"

enum { STATEMENT_BYTES = 65536 };

/* --- the originator's word --- */

static void put_line(struct writer *w, const char *text)
{
    write_bytes(w, bytes_of(text, strlen(text)));
    write_u8(w, '\n');
}

static void put_names(struct writer *w, const char *what, const char **names, unsigned count)
{
    write_bytes(w, bytes_of(what, strlen(what)));
    for (unsigned i = 0; i < count; i++) {
        write_u8(w, ' ');
        write_bytes(w, bytes_of(names[i], strlen(names[i])));
    }
    write_u8(w, '\n');
}

bool label_statement(struct writer *w, const struct config_label *label)
{
    put_line(w, "demarc label 1");
    put_line(w, label->name);
    put_line(w, label->originator);
    put_names(w, "derived from", label->derived_from, label->derived_count);
    put_names(w, "releasable to", label->releasable_to, label->releasable_count);
    return !w->full;
}

static bool read_base64(const char *text, uint8_t *octets, size_t size)
{
    return base64_read(bytes_of(text, strlen(text)), octets, size) == size;
}

bool label_is_signed(const struct config_inventory *inventory, const struct config_label *label)
{
    const struct config_partner *originator = config_find_partner(inventory, label->originator);
    uint8_t key[KEY_PUBLIC_BYTES], signature[KEY_SIGNATURE_BYTES];
    static uint8_t space[STATEMENT_BYTES];
    struct writer w = writer_of(space, sizeof space);
    if (!originator)
        return true;
    return read_base64(originator->key, key, sizeof key) &&
           read_base64(label->signature, signature, sizeof signature) && label_statement(&w, label) &&
           key_signed(key, writer_bytes(&w), signature);
}

/* --- who is named --- */

static bool among(const char **names, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

bool label_names(const struct config_label *label, const char *partner)
{
    return among(label->releasable_to, label->releasable_count, partner) &&
           !among(label->withheld_from, label->withheld_count, partner);
}

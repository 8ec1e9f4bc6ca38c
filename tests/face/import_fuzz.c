/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is a file of subscribers: some rows are good, the others are named. */
#include <stdlib.h>
#include <string.h>

#include "face/book.h"
#include "face/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct book *open_book(void)
{
    static const char text[] = "{runtime_dir: /nowhere, store: {path: ':memory:'}}";
    struct config_error error;
    static struct config *config; /* which the book goes on to look into */
    config = config_parse(text, strlen(text), "fuzz", &error);
    return config ? book_open(config) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct book *book;
    if (!book && !(book = open_book()))
        abort();
    char *text = strndup((const char *)data, size);
    struct draft draft;
    size_t bad;
    draft_init(&draft, book);
    if (text)
        import_rows(&draft, NULL, "fuzz", text, &bad);
    draft_free(&draft);
    free(text);
    return 0;
}

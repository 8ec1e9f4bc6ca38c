/* SPDX-License-Identifier: Apache-2.0 */
/* The content type up to the first newline, then the body. What is read is written and read again. */
#include <stdlib.h>

#include "sbi/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct sbi_content *content, struct arena *arena)
{
    struct sbi_message message = {0};
    struct sbi_content again;
    if (!sbi_content_write(content, arena, &message))
        return;
    if (!sbi_content_read(&message, arena, &again, NULL) || !json_equal(again.json, content->json) ||
        again.count != content->count)
        abort();
    for (unsigned i = 0; i < again.count; i++) {
        if (!bytes_equal(again.parts[i].data, content->parts[i].data))
            abort();
    }
    sbi_content_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    char type[SBI_TEXT_BYTES] = "";
    struct arena arena;
    struct sbi_content content;
    if (!end || (size_t)(end - data) >= sizeof type)
        return 0;
    memcpy(type, data, (size_t)(end - data));
    struct sbi_message message = {.type = type, .body = {end + 1, size - (size_t)(end - data) - 1}};
    arena_init(&arena, 0);
    if (sbi_content_read(&message, &arena, &content, NULL)) {
        sbi_content_part(&content, content.json, "n1");
        check_again(&content, &arena);
        sbi_content_free(&content);
    }
    arena_free(&arena);
    return 0;
}

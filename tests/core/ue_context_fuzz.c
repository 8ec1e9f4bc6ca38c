/* SPDX-License-Identifier: Apache-2.0 */
/* What another core tells of a phone: read, written, and read again the same. */
#include <stdlib.h>
#include <string.h>

#include "core/peer/ue_context.h"
#include "sbi/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct moved_context *context)
{
    struct moved_context again;
    const char *why;
    json_t *json = ue_context_write(context);
    if (json && (!ue_context_read(json, &again, &why) || again.supi != context->supi ||
                 again.session_count != context->session_count ||
                 again.allowed_count != context->allowed_count || again.has_keys != context->has_keys))
        abort();
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sbi_message message = {.type = SBI_JSON, .body = {data, size}};
    struct moved_context context;
    struct sbi_content content;
    struct arena arena;
    const char *why;
    arena_init(&arena, 0);
    if (sbi_content_read(&message, &arena, &content, NULL)) {
        if (ue_context_read(content.json, &context, &why))
            check_again(&context);
        sbi_content_free(&content);
    }
    arena_free(&arena);
    return 0;
}

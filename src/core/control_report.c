/* SPDX-License-Identifier: Apache-2.0 */
/* The admin verb by which a copy of a report is entered in the evidence log, before it is handed over. */
#include <ctype.h>
#include <string.h>

#include "core/control.h"
#include "line/event.h"

enum { MARK = 19, DIGEST = 64 };

static const char *text_of(const json_t *request, const char *key)
{
    const char *text = json_string_value(json_object_get(request, key));
    return text ? text : "";
}

static bool is_hexadecimal(const char *text, size_t length, bool grouped)
{
    for (size_t i = 0; i < length; i++)
        if (grouped && i % 5 == 4 ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    return !text[length];
}

static const struct config_recipient *recipient_called(const struct config_inventory *inventory,
                                                       const char *name)
{
    for (unsigned i = 0; i < inventory->recipient_count; i++)
        if (strcmp(inventory->recipients[i].name, name) == 0)
            return &inventory->recipients[i];
    return NULL;
}

json_t *control_report_release(void *context, const json_t *request)
{
    const struct control *control = context;
    const struct config_recipient *recipient =
        recipient_called(&control->config->inventory, text_of(request, "recipient"));
    const char *mark = text_of(request, "mark"), *digest = text_of(request, "evidence");
    char reason[EVIDENCE_REASON_BYTES];
    if (!recipient)
        return admin_refuse("none of the inventory's recipients is called so");
    if (!is_hexadecimal(mark, MARK, true) || !is_hexadecimal(digest, DIGEST, false))
        return admin_refuse("mark is 0123-4567-89ab-cdef, evidence the SHA-256 of its part on evidence");
    if (!control->evidence)
        return admin_refuse("nothing is recorded here, and a copy that is not logged is not released");
    snprintf(reason, sizeof reason, "copy %s for %s, evidence %s", mark, recipient->name, digest);
    line_event(&(struct line_event){.kind = EVIDENCE_REPORT,
                                    .time = core_wall(control->core),
                                    .gnb = "",
                                    .procedure = "report",
                                    .rule = "",
                                    .reason = reason});
    return json_pack("{s:s}", "state", "logged");
}

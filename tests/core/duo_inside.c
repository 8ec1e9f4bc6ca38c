/* SPDX-License-Identifier: Apache-2.0 */
/* What the AMF knows: its headers and the plane's do not go into one file. */
#include "duo_inside.h"
#include "core/amf/context.h"
#include "core/smf/session.h"

bool inside_registered(const struct ue *ue)
{
    return ue->registered;
}

struct nas_security inside_security(const struct ue *ue)
{
    return ue->security;
}

bool inside_prepared(const struct ue *ue)
{
    for (const struct session *session = ue->sessions; session; session = session->next) {
        if (session->prepared)
            return true;
    }
    return false;
}

const char *inside_reference(const struct ue *ue, char *buffer)
{
    if (ue && ue->sessions)
        snprintf(buffer, 32, "%016llx%08x", (unsigned long long)ue->sessions->seid, ue->nonce);
    else
        snprintf(buffer, 32, "none");
    return buffer;
}

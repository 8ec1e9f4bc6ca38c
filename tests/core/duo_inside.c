/* SPDX-License-Identifier: Apache-2.0 */
/* What the AMF knows: its headers and the plane's do not go into one file. */
#include "duo_inside.h"
#include "core/amf/context.h"

bool inside_registered(const struct ue *ue)
{
    return ue->registered;
}

struct nas_security inside_security(const struct ue *ue)
{
    return ue->security;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "admin/admin.h"

json_t *admin_refuse(const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    json_t *string = json_string(text);
    if (!string)
        string = json_string("a reason that is not text");
    return json_pack("{s:b, s:o}", "ok", false, "error", string);
}

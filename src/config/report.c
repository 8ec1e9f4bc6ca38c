/* SPDX-License-Identifier: Apache-2.0 */
#include "config/report.h"

#include <stdarg.h>
#include <string.h>

bool config_report(struct config_report *report, const char *format, ...)
{
    char text[sizeof report->first];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (report->errors++ == 0)
        memcpy(report->first, text, sizeof text);
    if (report->to)
        fprintf(report->to, "%s\n", text);
    return false;
}

bool config_warn(struct config_report *report, const char *format, ...)
{
    char text[sizeof report->first];
    const size_t used = strlen(report->warned);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    report->warnings++;
    if (used + strlen(text) + sizeof "\n" <= sizeof report->warned)
        snprintf(report->warned + used, sizeof report->warned - used, "%s\n", text);
    if (report->to)
        fprintf(report->to, "warning: %s\n", text);
    return true;
}

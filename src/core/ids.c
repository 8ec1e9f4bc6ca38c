/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ids.h"

#include <string.h>

supi_t supi_of_digits(const char *digits, size_t length)
{
    if (length < 5 || length > 15)
        return 0;
    supi_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return 0;
        value = value << 4 | (supi_t)(digits[i] - '0');
    }
    return value << 4 | length;
}

supi_t supi_of_text(const char *text)
{
    if (strncmp(text, "imsi-", 5) == 0)
        text += 5;
    return supi_of_digits(text, strlen(text));
}

const char *supi_digits(supi_t supi, char *buffer)
{
    unsigned length = supi & 15;
    for (unsigned i = 0; i < length; i++)
        buffer[i] = (char)('0' + (supi >> (4 * (length - i)) & 15));
    buffer[length] = '\0';
    return buffer;
}

const char *supi_text(supi_t supi, char *buffer)
{
    strcpy(buffer, "imsi-");
    supi_digits(supi, buffer + 5);
    return buffer;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/mac.h"

#include <stdio.h>
#include <string.h>

#include "kit/hex.h"

bool mac_read(const char *text, uint8_t mac[MAC_OCTETS])
{
    if (strlen(text) != MAC_TEXT - 1)
        return false;
    for (unsigned i = 0; i < MAC_OCTETS; i++) {
        const int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
        if (high < 0 || low < 0 || text[3 * i + 2] != (i + 1 < MAC_OCTETS ? ':' : '\0'))
            return false;
        mac[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

const char *mac_write(const uint8_t mac[MAC_OCTETS], char text[MAC_TEXT])
{
    snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    return text;
}

uint64_t mac_number(const uint8_t mac[MAC_OCTETS])
{
    uint64_t number = 0;
    for (unsigned i = 0; i < MAC_OCTETS; i++)
        number = number << 8 | mac[i];
    return number;
}

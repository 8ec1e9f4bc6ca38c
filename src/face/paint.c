/* SPDX-License-Identifier: Apache-2.0 */
#include "face/paint.h"

#include <stdlib.h>
#include <unistd.h>

const char *paint(enum paint_colour colour)
{
    static const char *const codes[] = {"\033[32m", "\033[33m", "\033[35m", "\033[31m", "\033[1m", "\033[0m"};
    return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") ? codes[colour] : "";
}

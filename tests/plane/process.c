/* SPDX-License-Identifier: Apache-2.0 */
/* The plane alone, for its own end-to-end test and benchmark. */
#include "plane/main.h"

int main(int argc, char **argv)
{
    return plane_main(argc, argv);
}

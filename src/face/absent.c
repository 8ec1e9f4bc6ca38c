/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the process ROLE whose room is not built in. */
#include "config/config.h"
#include "face/command.h"
#include "face/roles.h"

int ROLE(struct config *config, const char *config_path, const char *name)
{
    (void)config_path, (void)name;
    config_free(config);
    return failed("this build has no " ROLE_NAME);
}

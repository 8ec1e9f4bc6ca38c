/* SPDX-License-Identifier: Apache-2.0 */
/* The process `demarc edge NAME`: SCTP towards the gNBs of one trust domain, the wicket towards control. */
#ifndef EDGE_PROCESS_H
#define EDGE_PROCESS_H

struct config;

/* Takes over the configuration; config_path is what it was read from (NULL: by default). Returns the exit code. */
int edge_main(struct config *config, const char *config_path, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* systemd's readiness protocol: a datagram to the socket that NOTIFY_SOCKET names. */
#ifndef KEEPER_NOTIFY_H
#define KEEPER_NOTIFY_H

/* state: "READY=1", "STOPPING=1". Does nothing where nobody asked for it. */
void notify_service(const char *state);

#endif

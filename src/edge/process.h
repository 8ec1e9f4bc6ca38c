/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edge process: SCTP towards the gNBs of one trust domain, the wicket towards control. It reads no file; what it is to do, and
 * its way to control, come over the charter (wire/wicket/charter.h), and its N2 sockets are inherited from the keeper.
 */
#ifndef EDGE_PROCESS_H
#define EDGE_PROCESS_H

/* charter: the edge's end of it, taken over. Returns the exit code, to be given to _exit: a confined process can do nothing
 * of what may happen at its end. */
int edge_main(int charter);

#endif

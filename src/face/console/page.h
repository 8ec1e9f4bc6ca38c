/* SPDX-License-Identifier: Apache-2.0 */
/* The console's HTTP: its page, which is three files in the program, and /api/v1 for it and for others. Whatever is asked otherwise is refused. */
#ifndef FACE_CONSOLE_PAGE_H
#define FACE_CONSOLE_PAGE_H

#include <microhttpd.h>

#include "face/console/api.h"

/* Generated: "console.html" and what it asks for. */
struct page_file {
    const char *name; /* NULL ends the table */
    const char *text;
};
extern const struct page_file page_files[];

struct door {
    struct api api;
    const char *token; /* NULL: whoever is on this host */
};

/* As libmicrohttpd calls them; the context is a struct door. */
enum MHD_Result page_ask(void *context, struct MHD_Connection *connection, const char *url,
                         const char *method, const char *version, const char *upload, size_t *upload_size,
                         void **request);
void page_over(void *context, struct MHD_Connection *connection, void **request,
               enum MHD_RequestTerminationCode code);

/* Text that is copied, or (owned) given away, with the headers that each reply of the console has. */
enum MHD_Result page_reply(struct MHD_Connection *connection, unsigned code, const char *type,
                           const char *text, bool owned);

#endif

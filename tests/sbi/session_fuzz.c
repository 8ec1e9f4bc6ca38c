/* SPDX-License-Identifier: Apache-2.0 */
/* What follows the connection preface, to a server that answers everything. */
#include "sbi/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

static void on_request(void *context, int32_t stream, const struct sbi_message *request)
{
    struct sbi_message answer = {
        .status = 200, .path = "", .type = request->type, .location = "", .body = request->body};
    sbi_session_respond(*(struct sbi_session **)context, stream, &answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sbi_session_events events = {.request = on_request};
    const struct sbi_session_settings settings = {.server = true, .authority = ""};
    struct sbi_session *session = NULL;
    const char *why;
    session = sbi_session_new(&settings, &events, &session);
    if (!session)
        return 0;
    if (sbi_session_receive(session, bytes_of(PREFACE, sizeof PREFACE - 1), &why))
        sbi_session_receive(session, bytes_of(data, size), &why);
    while (sbi_session_output(session).len)
        continue;
    sbi_session_free(session);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sbi/session.h"

#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    STREAMS = 100,
    HEADER_BYTES = 8 * 1024,
    BODY_BYTES = 256 * 1024,
    IDLE_FRAMES = 1000,
    FIELD_OVERHEAD = 32, /* RFC 9113 6.5.2 */
    SETTINGS_ENTRIES = 32,
    FIELDS = 6,
};

/* A request and its answer, one of them incoming. */
struct stream {
    struct stream *next, *previous;
    int32_t id;
    enum sbi_method method;
    unsigned status;
    unsigned refused; /* the status that an incoming request is answered with by ourselves; 0: none */
    bool whole;       /* the incoming message is complete */
    bool answered;
    char path[SBI_TEXT_BYTES], type[SBI_TEXT_BYTES], location[SBI_TEXT_BYTES];
    size_t header_bytes;
    uint8_t *body; /* incoming */
    size_t length, room;
    uint8_t *out; /* what goes out */
    size_t out_length, out_at;
};

struct sbi_session {
    nghttp2_session *h2;
    struct sbi_session_settings settings; /* without zeros that mean a default */
    const struct sbi_session_events *events;
    void *context;
    struct stream *streams;
    unsigned count, owed;
    unsigned idle_frames; /* since the last whole message */
    unsigned resets;      /* requests taken back, less requests answered */
    const char *why;      /* the connection is to end */
    bool ending;          /* the peer said GOAWAY */
};

/* --- streams --- */

static struct stream *stream_new(struct sbi_session *session)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->next = session->streams;
    if (stream->next)
        stream->next->previous = stream;
    session->streams = stream;
    session->count++;
    session->owed++;
    return stream;
}

static void stream_free(struct sbi_session *session, struct stream *stream)
{
    if (stream->previous)
        stream->previous->next = stream->next;
    else
        session->streams = stream->next;
    if (stream->next)
        stream->next->previous = stream->previous;
    session->count--;
    session->owed -= !stream->whole;
    free(stream->body);
    free(stream->out);
    free(stream);
}

static struct stream *stream_of(struct sbi_session *session, int32_t id)
{
    return id > 0 ? nghttp2_session_get_stream_user_data(session->h2, id) : NULL;
}

static bool keep_body(const struct sbi_session *session, struct stream *stream, struct bytes chunk)
{
    size_t need = stream->length + chunk.len;
    if (need > session->settings.limits.body_bytes)
        return false;
    if (need > stream->room) {
        size_t room = stream->room ? stream->room : 1024;
        while (room < need)
            room *= 2;
        uint8_t *body = realloc(stream->body, room);
        if (!body)
            return false;
        stream->body = body;
        stream->room = room;
    }
    memcpy(stream->body + stream->length, chunk.data, chunk.len);
    stream->length = need;
    return true;
}

/* --- coming in --- */

static bool named(struct bytes name, const char *field)
{
    return bytes_equal(name, bytes_of(field, strlen(field)));
}

static bool keep_text(char text[SBI_TEXT_BYTES], struct bytes value)
{
    if (value.len >= SBI_TEXT_BYTES || (value.len && memchr(value.data, '\0', value.len)))
        return false;
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    return true;
}

static unsigned status_of(struct bytes value)
{
    unsigned status = 0;
    for (size_t i = 0; i < value.len && value.len == 3; i++)
        status = status * 10 + (unsigned)(value.data[i] - '0');
    return status;
}

/* False: longer than any of ours. libnghttp2 has seen to it that each pseudo-header comes once and well-formed. */
static bool take_field(struct stream *stream, struct bytes name, struct bytes value)
{
    if (named(name, ":path"))
        return keep_text(stream->path, value);
    if (named(name, "content-type"))
        return keep_text(stream->type, value);
    if (named(name, "location"))
        return keep_text(stream->location, value);
    if (named(name, ":method"))
        stream->method = sbi_method_of(value);
    else if (named(name, ":status"))
        stream->status = status_of(value);
    return true;
}

static void refuse(struct stream *stream, unsigned status)
{
    if (!stream->refused)
        stream->refused = status;
    stream->length = 0;
}

static int on_begin_headers(nghttp2_session *h2, const nghttp2_frame *frame, void *user)
{
    struct sbi_session *session = user;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    struct stream *stream = stream_new(session);
    if (!stream)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    stream->id = frame->hd.stream_id;
    nghttp2_session_set_stream_user_data(h2, stream->id, stream);
    return 0;
}

static int on_header(nghttp2_session *h2, const nghttp2_frame *frame, const uint8_t *name, size_t name_length,
                     const uint8_t *value, size_t value_length, uint8_t flags, void *user)
{
    struct sbi_session *session = user;
    struct stream *stream = stream_of(session, frame->hd.stream_id);
    (void)h2;
    (void)flags;
    if (!stream)
        return 0;
    stream->header_bytes += name_length + value_length + FIELD_OVERHEAD;
    if (stream->header_bytes > session->settings.limits.header_bytes ||
        !take_field(stream, bytes_of(name, name_length), bytes_of(value, value_length)))
        refuse(stream, 431);
    return 0;
}

static int on_data(nghttp2_session *h2, uint8_t flags, int32_t id, const uint8_t *data, size_t length,
                   void *user)
{
    struct sbi_session *session = user;
    struct stream *stream = stream_of(session, id);
    (void)h2;
    (void)flags;
    if (stream && !stream->refused && !keep_body(session, stream, bytes_of(data, length)))
        refuse(stream, 413);
    return 0;
}

static int on_begin_frame(nghttp2_session *h2, const nghttp2_frame_hd *header, void *user)
{
    struct sbi_session *session = user;
    (void)h2;
    (void)header;
    if (++session->idle_frames <= session->settings.limits.idle_frames)
        return 0;
    session->why = "a flood of frames that bring no message";
    return NGHTTP2_ERR_CALLBACK_FAILURE;
}

static struct sbi_message incoming(const struct stream *stream)
{
    return (struct sbi_message){
        .method = stream->method,
        .status = stream->status,
        .path = stream->path,
        .type = stream->type,
        .location = stream->location,
        .body = bytes_of(stream->body, stream->length),
    };
}

static void refuse_request(struct sbi_session *session, const struct stream *stream)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct sbi_message response = sbi_problem(
        &arena, stream->refused, stream->refused == 405 ? "METHOD_NOT_ALLOWED" : "INVALID_MSG_FORMAT", NULL);
    sbi_session_respond(session, stream->id, &response);
    arena_free(&arena);
}

static void finish_request(struct sbi_session *session, struct stream *stream)
{
    struct sbi_message request = incoming(stream);
    if (request.method == SBI_NO_METHOD)
        refuse(stream, 405);
    if (stream->refused)
        refuse_request(session, stream);
    else
        session->events->request(session->context, stream->id, &request);
}

static void finish_response(struct sbi_session *session, struct stream *stream)
{
    struct sbi_message response = incoming(stream);
    if (stream->answered)
        return;
    stream->answered = true;
    session->events->response(session->context, stream->id, stream->refused ? NULL : &response, false);
}

static void finish(struct sbi_session *session, struct stream *stream)
{
    if (stream->whole)
        return;
    stream->whole = true;
    session->owed--;
    session->idle_frames = 0;
    if (session->settings.server)
        finish_request(session, stream);
    else
        finish_response(session, stream);
}

/* A peer that takes back most of what it asks for wants our work, not our answers (CVE-2023-44487). */
static int count_reset(struct sbi_session *session)
{
    if (++session->resets <= session->settings.limits.streams)
        return 0;
    session->why = "a flood of requests that are taken back";
    return NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_frame(nghttp2_session *h2, const nghttp2_frame *frame, void *user)
{
    struct sbi_session *session = user;
    struct stream *stream = stream_of(session, frame->hd.stream_id);
    (void)h2;
    switch (frame->hd.type) {
    case NGHTTP2_DATA:
    case NGHTTP2_HEADERS:
        if (stream && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
            finish(session, stream);
        return 0;
    case NGHTTP2_RST_STREAM:
        return session->settings.server ? count_reset(session) : 0;
    case NGHTTP2_GOAWAY:
        session->ending = true;
        return 0;
    default:
        return 0;
    }
}

static int on_close(nghttp2_session *h2, int32_t id, uint32_t error, void *user)
{
    struct sbi_session *session = user;
    struct stream *stream = stream_of(session, id);
    (void)h2;
    if (!stream)
        return 0;
    if (session->settings.server && error == NGHTTP2_NO_ERROR && session->resets)
        session->resets--;
    if (!session->settings.server && !stream->answered)
        session->events->response(session->context, id, NULL, error == NGHTTP2_REFUSED_STREAM);
    nghttp2_session_set_stream_user_data(h2, id, NULL);
    stream_free(session, stream);
    return 0;
}

bool sbi_session_receive(struct sbi_session *session, struct bytes bytes, const char **why)
{
    ssize_t taken = nghttp2_session_mem_recv(session->h2, bytes.data, bytes.len);
    if (taken < 0)
        *why = session->why ? session->why : nghttp2_strerror((int)taken);
    else if (!nghttp2_session_want_read(session->h2))
        *why = "the peer broke the rules of HTTP/2, or left";
    else
        return true;
    return false;
}

/* --- going out --- */

static ssize_t read_out(nghttp2_session *h2, int32_t id, uint8_t *buffer, size_t room, uint32_t *flags,
                        nghttp2_data_source *source, void *user)
{
    struct stream *stream = source->ptr;
    size_t left = stream->out_length - stream->out_at;
    size_t count = left < room ? left : room;
    (void)h2;
    (void)id;
    (void)user;
    memcpy(buffer, stream->out + stream->out_at, count);
    stream->out_at += count;
    if (count == left)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)count;
}

static bool keep_out(struct stream *stream, struct bytes body)
{
    if (body.len == 0)
        return true;
    stream->out = malloc(body.len);
    if (!stream->out)
        return false;
    memcpy(stream->out, body.data, body.len);
    stream->out_length = body.len;
    return true;
}

struct fields {
    nghttp2_nv items[FIELDS];
    size_t count;
};

static void add_field(struct fields *fields, const char *name, const char *value)
{
    if (*value)
        fields->items[fields->count++] = (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name),
                                                      strlen(value), NGHTTP2_NV_FLAG_NONE};
}

int32_t sbi_session_request(struct sbi_session *session, const struct sbi_message *request)
{
    struct stream *stream = sbi_session_usable(session) ? stream_new(session) : NULL;
    struct fields fields = {0};
    if (!stream)
        return 0;
    add_field(&fields, ":method", sbi_method_name(request->method));
    add_field(&fields, ":scheme", session->settings.secure ? "https" : "http");
    add_field(&fields, ":authority", session->settings.authority);
    add_field(&fields, ":path", request->path);
    add_field(&fields, "content-type", request->type);
    nghttp2_data_provider body = {.source.ptr = stream, .read_callback = read_out};
    int32_t id = keep_out(stream, request->body)
                     ? nghttp2_submit_request(session->h2, NULL, fields.items, fields.count,
                                              stream->out_length ? &body : NULL, stream)
                     : -1;
    if (id <= 0) {
        stream_free(session, stream);
        return 0;
    }
    return stream->id = id;
}

void sbi_session_cancel(struct sbi_session *session, int32_t id)
{
    struct stream *stream = stream_of(session, id);
    if (!stream)
        return;
    stream->answered = true;
    nghttp2_submit_rst_stream(session->h2, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
}

void sbi_session_respond(struct sbi_session *session, int32_t id, const struct sbi_message *response)
{
    struct stream *stream = stream_of(session, id);
    struct fields fields = {0};
    char status[4];
    if (!stream || stream->answered)
        return;
    snprintf(status, sizeof status, "%u", response->status % 1000);
    add_field(&fields, ":status", status);
    add_field(&fields, "content-type", response->type);
    add_field(&fields, "location", response->location);
    nghttp2_data_provider body = {.source.ptr = stream, .read_callback = read_out};
    stream->answered = keep_out(stream, response->body) &&
                       nghttp2_submit_response(session->h2, id, fields.items, fields.count,
                                               stream->out_length ? &body : NULL) == 0;
    if (!stream->answered)
        nghttp2_submit_rst_stream(session->h2, NGHTTP2_FLAG_NONE, id, NGHTTP2_INTERNAL_ERROR);
}

struct bytes sbi_session_output(struct sbi_session *session)
{
    const uint8_t *data;
    ssize_t length = nghttp2_session_mem_send(session->h2, &data);
    return length > 0 ? bytes_of(data, (size_t)length) : (struct bytes){0};
}

/* --- life --- */

static nghttp2_session_callbacks *callbacks_new(void)
{
    nghttp2_session_callbacks *callbacks;
    if (nghttp2_session_callbacks_new(&callbacks) != 0)
        return NULL;
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    return callbacks;
}

static bool open_h2(struct sbi_session *session)
{
    nghttp2_option *option = NULL;
    nghttp2_session_callbacks *callbacks = callbacks_new();
    int failed = !callbacks || nghttp2_option_new(&option) != 0;
    if (!failed) {
        nghttp2_option_set_max_settings(option, SETTINGS_ENTRIES);
        nghttp2_option_set_max_outbound_ack(option, session->settings.limits.idle_frames);
        nghttp2_option_set_max_reserved_remote_streams(option, 0);
        failed = session->settings.server
                     ? nghttp2_session_server_new2(&session->h2, callbacks, session, option)
                     : nghttp2_session_client_new2(&session->h2, callbacks, session, option);
    }
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    return !failed;
}

static bool say_settings(struct sbi_session *session)
{
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, session->settings.limits.streams},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)session->settings.limits.header_bytes},
    };
    return nghttp2_submit_settings(session->h2, NGHTTP2_FLAG_NONE, settings,
                                   sizeof settings / sizeof *settings) == 0;
}

static struct sbi_limits with_defaults(const struct sbi_limits *limits)
{
    return (struct sbi_limits){
        .streams = limits->streams ? limits->streams : STREAMS,
        .header_bytes = limits->header_bytes ? limits->header_bytes : HEADER_BYTES,
        .body_bytes = limits->body_bytes ? limits->body_bytes : BODY_BYTES,
        .idle_frames = limits->idle_frames ? limits->idle_frames : IDLE_FRAMES,
    };
}

struct sbi_session *sbi_session_new(const struct sbi_session_settings *settings,
                                    const struct sbi_session_events *events, void *context)
{
    struct sbi_session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->settings = *settings;
    session->settings.limits = with_defaults(&settings->limits);
    session->events = events;
    session->context = context;
    if (open_h2(session) && say_settings(session))
        return session;
    sbi_session_free(session);
    return NULL;
}

void sbi_session_free(struct sbi_session *session)
{
    if (!session)
        return;
    session->ending = true;
    for (struct stream *stream = session->streams, *next; stream; stream = next) {
        bool waiting = !session->settings.server && !stream->answered;
        int32_t id = stream->id;
        next = stream->next;
        nghttp2_session_set_stream_user_data(session->h2, id, NULL);
        stream_free(session, stream);
        if (waiting)
            session->events->response(session->context, id, NULL, false);
    }
    nghttp2_session_del(session->h2);
    free(session);
}

unsigned sbi_session_owed(const struct sbi_session *session)
{
    return session->owed;
}

bool sbi_session_usable(const struct sbi_session *session)
{
    return !session->ending && session->count < session->settings.limits.streams &&
           nghttp2_session_check_request_allowed(session->h2);
}

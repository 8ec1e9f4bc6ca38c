/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demarc witness: watches that logs only grow. It answers C2SP's add-checkpoint over HTTP and keeps in its folder its own key
 * (witness.key), and for each log the newest checkpoint that it has cosigned (LOG.checkpoint), which is durable before the answer
 * leaves. One request is decided on at a time.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config/values.h"
#include "evidence/witness.h"
#include "face/command.h"
#include "face/keys.h"
#include "kit/log.h"
#include "recorder/cage.h"
#include "recorder/files.h"

enum {
    CONNECTIONS_MOST = 64,
    PATIENCE_SECONDS = 10,
    NAME_BYTES = 3 * NOTE_NAME_BYTES + 16,
    ANSWER_BYTES = 1024
};

struct witness {
    int folder;
    struct signing_key *secret;
    struct note_key key;
    struct witness_log logs[KEYS_MOST];
    unsigned count;
};

/* What one connection has said so far. */
struct submission {
    size_t length;
    bool too_long;
    uint8_t body[WITNESS_REQUEST_BYTES];
};

/* --- What it remembers --- */

/* The log's name with nothing in it that is not a letter or a digit. */
static void state_name(const struct note_key *log, char name[NAME_BYTES])
{
    size_t length = 0;
    for (const char *at = log->name; *at; at++) {
        const bool plain = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9');
        length +=
            (size_t)snprintf(name + length, NAME_BYTES - length, plain ? "%c" : "%%%02x", (unsigned char)*at);
    }
    snprintf(name + length, NAME_BYTES - length, ".checkpoint");
}

/* False: there is something, and it is not what this witness has written. */
static bool remember(const struct witness *witness, struct witness_log *log)
{
    uint8_t space[NOTE_BYTES];
    char name[NAME_BYTES];
    struct note note;
    struct fault fault;
    state_name(&log->key, name);
    const ssize_t length = file_read(witness->folder, name, space, sizeof space);
    if (length < 0 && errno == ENOENT)
        return true;
    return length >= 0 &&
           checkpoint_open(bytes_of(space, (size_t)length), &log->key, &note, &log->last, &fault);
}

static bool keep(struct witness *witness, const struct witness_log *log, const struct checkpoint *submitted,
                 struct bytes note)
{
    char name[NAME_BYTES];
    state_name(&log->key, name);
    if (!file_replace(witness->folder, name, note)) {
        log_error("witness", NULL, "%s cannot be kept: %s; not cosigned", name, strerror(errno));
        return false;
    }
    witness->logs[log - witness->logs].last = *submitted;
    return true;
}

/* --- What it answers --- */

static unsigned decide(struct witness *witness, struct bytes body, struct writer *answer)
{
    struct witness_request request;
    struct checkpoint submitted;
    const struct witness_log *log;
    struct bytes text;
    struct fault fault;
    char size[32];
    if (!witness_request_read(body, &request, &fault))
        return WITNESS_BAD;
    const enum witness_verdict verdict =
        witness_decide(&request, witness->logs, witness->count, &log, &submitted, &text);
    if (verdict == WITNESS_CONFLICT) {
        snprintf(size, sizeof size, "%" PRIu64 "\n", log->last.size);
        write_bytes(answer, bytes_of(size, strlen(size)));
    }
    if (verdict != WITNESS_COSIGN) {
        log_warning("witness", NULL, "log %s: a checkpoint of %" PRIu64 " entries is not cosigned: %d",
                    log ? log->key.name : "unknown", submitted.size, (int)verdict);
        return verdict;
    }
    const bool kept = keep(witness, log, &submitted, request.note) &&
                      checkpoint_cosign(answer, text, &witness->key, witness->secret, (uint64_t)time(NULL));
    return kept ? WITNESS_COSIGN : MHD_HTTP_INTERNAL_SERVER_ERROR;
}

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned code, struct bytes body)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                            code == WITNESS_CONFLICT ? "text/x.tlog.size" : "text/plain");
    enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

static void take(struct submission *submission, const char *upload, size_t size)
{
    submission->too_long |= size > sizeof submission->body - submission->length;
    if (submission->too_long)
        return;
    memcpy(submission->body + submission->length, upload, size);
    submission->length += size;
}

static bool is_add_checkpoint(const char *url)
{
    static const char end[] = "/add-checkpoint";
    const size_t length = strlen(url);
    return length >= sizeof end - 1 && strcmp(url + length - (sizeof end - 1), end) == 0;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    struct submission *submission = *request;
    uint8_t space[ANSWER_BYTES];
    struct writer w = writer_of(space, sizeof space);
    (void)version;
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        return reply(connection, MHD_HTTP_METHOD_NOT_ALLOWED, (struct bytes){0});
    if (!is_add_checkpoint(url))
        return reply(connection, MHD_HTTP_NOT_FOUND, (struct bytes){0});
    if (!submission) {
        *request = calloc(1, sizeof *submission);
        return *request ? MHD_YES : MHD_NO;
    }
    if (*upload_size) {
        take(submission, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    const unsigned code = submission->too_long
                              ? MHD_HTTP_CONTENT_TOO_LARGE
                              : decide(context, bytes_of(submission->body, submission->length), &w);
    return reply(connection, code, writer_bytes(&w));
}

static void over(void *context, struct MHD_Connection *connection, void **request,
                 enum MHD_RequestTerminationCode code)
{
    (void)context, (void)connection, (void)code;
    free(*request);
    *request = NULL;
}

/* --- Life --- */

static bool open_key(struct witness *witness, const char *folder, const char *name)
{
    char path[4200], text[NOTE_KEY_TEXT_BYTES];
    uint8_t public_key[KEY_PUBLIC_BYTES];
    snprintf(path, sizeof path, "%s/witness.key", folder);
    witness->secret = signing_key_load(path);
    if (!witness->secret && errno == ENOENT)
        witness->secret = signing_key_create(path);
    if (!witness->secret)
        return failed("%s: %s", path, strerror(errno)) == EXIT_DONE;
    signing_key_public(witness->secret, public_key);
    if (!note_key_make(&witness->key, name, NOTE_COSIGNATURE, public_key))
        return failed("%s is no name for a witness", name) == EXIT_DONE;
    printf("%s\n", note_key_text(&witness->key, text));
    fflush(stdout);
    return true;
}

static bool open_folder(struct witness *witness, const char *folder)
{
    if (mkdir(folder, 0750) != 0 && errno != EEXIST)
        return failed("%s: %s", folder, strerror(errno)) == EXIT_DONE;
    witness->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (witness->folder < 0)
        return failed("%s: %s", folder, strerror(errno)) == EXIT_DONE;
    return flock(witness->folder, LOCK_EX | LOCK_NB) == 0 ||
           failed("%s: another witness works there", folder) == EXIT_DONE;
}

static bool open_logs(struct witness *witness, const char *logs)
{
    struct key_list list = {0};
    if (!keys_read(logs, NOTE_ED25519, &list))
        return false;
    for (unsigned i = 0; i < list.count; i++) {
        struct witness_log *log = &witness->logs[witness->count++];
        log->key = list.keys[i];
        if (!remember(witness, log))
            return failed("what was cosigned of %s cannot be read: nothing is signed before it is",
                          log->key.name) == EXIT_DONE;
    }
    return true;
}

/* It listens before it gives up what it needs for that; the thread that serves is made in the cage. */
static int open_door(const union socket_address *address)
{
    const int one = 1, fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        bind(fd, &address->any, address_length(address)) == 0 && listen(fd, CONNECTIONS_MOST) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static int serve(struct witness *witness, const union socket_address *address)
{
    const int door = open_door(address);
    struct evidence_cage cage = {0};
    sigset_t ends;
    int got;
    if (door < 0)
        return failed("cannot listen: %s (--listen)", strerror(errno));
    evidence_cage_place(&cage, witness->folder);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, answer, witness, MHD_OPTION_LISTEN_SOCKET, door,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MOST, MHD_OPTION_CONNECTION_TIMEOUT, PATIENCE_SECONDS,
        MHD_OPTION_NOTIFY_COMPLETED, over, NULL, MHD_OPTION_END);
    if (!daemon)
        return failed("cannot serve: %s", strerror(errno));
    evidence_cage_calls(&cage);
    evidence_cage_report(&cage, "witness");
    log_info("witness", NULL, "watching %u logs", witness->count);
    sigwait(&ends, &got);
    MHD_stop_daemon(daemon);
    _exit(EXIT_DONE); /* what a sanitizer does at an end has no place in the cage */
}

int run_witness(const struct command *command, int argc, char **argv)
{
    const char *name = NULL, *listen = "127.0.0.1:7380", *logs = NULL;
    const struct option_slot slots[] = {
        {"name", NULL, &name}, {"listen", NULL, &listen}, {"log", NULL, &logs}, {0}};
    struct witness witness = {.folder = -1};
    union socket_address address;
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc != 1 || !name)
        return wrong_usage(command, "a folder and --name are needed");
    if (!config_endpoint_parse(listen, 7380, &address))
        return wrong_usage(command, "--listen: an address with a port or without, such as 192.0.2.7:7380");
    log_setup((struct log_settings){.level = LOG_INFO, .name = "witness"});
    int code = EXIT_FAILED;
    if (open_folder(&witness, argv[0]) && open_key(&witness, argv[0], name) &&
        (!logs || open_logs(&witness, logs)))
        code = logs ? serve(&witness, &address) : EXIT_DONE; /* without a log it has only made its key */
    signing_key_free(witness.secret);
    if (witness.folder >= 0)
        close(witness.folder);
    return code;
}

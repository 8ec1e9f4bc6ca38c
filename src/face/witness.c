/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demarc witness: watches that logs only grow. It answers C2SP's add-checkpoint (witness_door.h) and keeps in its folder its own key
 * (witness.key) and what it has cosigned (recorder/watcher.h). One request is decided on at a time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config/values.h"
#include "face/command.h"
#include "face/keys.h"
#include "face/witness_door.h"
#include "kit/log.h"
#include "recorder/cage.h"
#include "recorder/watcher.h"

static unsigned decide(void *context, struct bytes body, struct writer *answer)
{
    return watcher_answer(context, body, (uint64_t)time(NULL), answer);
}

/* --- Life --- */

static bool open_key(struct watcher *witness, const char *folder, const char *name)
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

static bool open_folder(struct watcher *witness, const char *folder)
{
    if (mkdir(folder, 0750) != 0 && errno != EEXIST)
        return failed("%s: %s", folder, strerror(errno)) == EXIT_DONE;
    witness->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (witness->folder < 0)
        return failed("%s: %s", folder, strerror(errno)) == EXIT_DONE;
    return flock(witness->folder, LOCK_EX | LOCK_NB) == 0 ||
           failed("%s: another witness works there", folder) == EXIT_DONE;
}

static bool open_logs(struct watcher *witness, const char *logs)
{
    struct key_list list = {0};
    if (!keys_read(logs, NOTE_ED25519, &list))
        return false;
    for (unsigned i = 0; i < list.count; i++) {
        const char *why;
        if (!watcher_add(witness, &list.keys[i], &why))
            return failed("log %s: %s", list.keys[i].name, why) == EXIT_DONE;
    }
    return true;
}

static int serve(struct watcher *witness, const union socket_address *address, const struct witness_tls *tls)
{
    struct witness_door door = {
        .fd = witness_door_open(address), .tls = tls, .decide = decide, .context = witness};
    struct evidence_cage cage = {0};
    sigset_t ends;
    int got;
    if (door.fd < 0)
        return failed("cannot listen: %s (--listen)", strerror(errno));
    evidence_cage_place(&cage, witness->folder);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    if (!witness_door_serve(&door))
        return failed("cannot serve: %s", strerror(errno));
    evidence_cage_calls(&cage);
    evidence_cage_report(&cage, "witness");
    log_info("witness", NULL, "watching %u logs%s", witness->count, tls ? " over TLS" : "");
    sigwait(&ends, &got);
    witness_door_close(&door);
    _exit(EXIT_DONE); /* what a sanitizer does at an end has no place in the cage */
}

/* What was asked for on the command line. */
struct asked {
    const char *name, *listen, *logs, *certificate, *key, *authorities;
};

static bool is_complete(const struct asked *asked)
{
    return asked->name && !asked->certificate == !asked->key && (asked->certificate || !asked->authorities);
}

static int watch(struct watcher *witness, const struct asked *asked, const union socket_address *address)
{
    struct witness_tls tls = {0};
    const bool good =
        open_logs(witness, asked->logs) &&
        (!asked->certificate || witness_tls_load(&tls, asked->certificate, asked->key, asked->authorities));
    const int code = good ? serve(witness, address, asked->certificate ? &tls : NULL) : EXIT_FAILED;
    witness_tls_free(&tls);
    return code;
}

int run_witness(const struct command *command, int argc, char **argv)
{
    struct asked asked = {.listen = "127.0.0.1:7380"};
    const struct option_slot slots[] = {{"name", NULL, &asked.name},
                                        {"listen", NULL, &asked.listen},
                                        {"log", NULL, &asked.logs},
                                        {"cert", NULL, &asked.certificate},
                                        {"key", NULL, &asked.key},
                                        {"client-ca", NULL, &asked.authorities},
                                        {0}};
    struct watcher witness = {.folder = -1};
    union socket_address address;
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc != 1 || !is_complete(&asked))
        return wrong_usage(command, "a folder and --name are needed, and --cert and --key go together");
    if (!config_endpoint_parse(asked.listen, 7380, &address))
        return wrong_usage(command, "--listen: an address with a port or without, such as 192.0.2.7:7380");
    log_setup((struct log_settings){.level = LOG_INFO, .name = "witness"});
    int code = EXIT_FAILED;
    if (open_folder(&witness, argv[0]) && open_key(&witness, argv[0], asked.name))
        code = asked.logs ? watch(&witness, &asked, &address)
                          : EXIT_DONE; /* without a log it has only made its key */
    signing_key_free(witness.secret);
    if (witness.folder >= 0)
        close(witness.folder);
    return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SMF that sets sessions up over PFCP as fast as the plane takes them, and takes them down again. usage: plane-setup LOCAL PLANE SESSIONS WINDOW ROUNDS
 * Sessions are as our own SMF asks for them: two PDRs, the FARs of a phone with a gNB, QERs for Session-AMBR and UE-AMBR, a URR. So many requests are under way
 * at once, bundled as they come. Prints a line of JSON after each phase: what it was, sessions, seconds. With no rounds (0) they are set up once, with the TEIDs of
 * fast.h, as of twice as many places at least, and stay until the end.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tests/plane/describe.h"
#include "fast.h"
#include "kit/address.h"
#include "kit/arena.h"
#include "kit/loop.h"
#include "wire/pfcp/bundle.h"
#include "wire/pfcp/pfcp.h"

enum {
    FIRST_ADDRESS = 0x64400002, /* 100.64.0.2 */
    AMBR_KBPS = 100000,
    PATIENCE_MS = 500,
    RECEIVE_BYTES = 32 << 20,
    STARTED = 1
};

struct smf {
    union socket_address local, plane;
    int fd;
    struct arena arena;
    struct pfcp_bundle out;
    uint64_t *seids;
    bool *answered;
    unsigned sessions, window;
    uint32_t places; /* for TEIDs, less one; 0: the plane chooses */
    uint32_t sequence;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void flush(struct smf *smf)
{
    struct bytes datagram = pfcp_bundle_take(&smf->out);
    if (datagram.len &&
        sendto(smf->fd, datagram.data, datagram.len, 0, &smf->plane.any, address_length(&smf->plane)) < 0 &&
        errno != ENOBUFS)
        die("sendto");
}

static void put_message(struct smf *smf, const struct pfcp_message *message)
{
    uint8_t room[2048];
    const struct bytes octets = bytes_of(room, pfcp_encode(message, room, sizeof room));
    if (pfcp_bundle_add(&smf->out, octets))
        return;
    flush(smf);
    if (!pfcp_bundle_add(&smf->out, octets))
        die("a message is longer than a datagram");
}

static void describe(const struct smf *smf, struct lab_session *session, struct pfcp_qer qers[2],
                     unsigned number)
{
    static uint32_t qer_ids[2] = {1, 2};
    struct pfcp_session_establishment_request *request = &session->request.session_establishment_request;
    const uint32_t address = FIRST_ADDRESS + number;
    lab_describe(session, 0);
    session->ue_ip.ip = (struct pfcp_ip){.has_v4 = true,
                                         .v4 = {(uint8_t)(address >> 24), (uint8_t)(address >> 16),
                                                (uint8_t)(address >> 8), (uint8_t)address}};
    request->cp_f_seid.seid = number + 1;
    if (smf->places) {
        session->pdrs[0].pdi.f_teid =
            (struct pfcp_f_teid){.teid = teid_of(number, smf->places), .ip.has_v4 = true};
        memcpy(session->pdrs[0].pdi.f_teid.ip.v4, &smf->plane.v4.sin_addr, 4);
    }
    qers[0] = qers[1] = session->qer;
    for (unsigned i = 0; i < 2; i++) {
        qers[i].qer_id = qer_ids[i];
        qers[i].has_mbr = true;
        qers[i].mbr = (struct pfcp_bit_rate){AMBR_KBPS << i, AMBR_KBPS << i};
        session->pdrs[i].qer_ids = qer_ids;
        session->pdrs[i].qer_ids_count = 2;
    }
    qers[1].has_qfi = false;
    qers[1].has_correlation_id = true;
    qers[1].correlation_id = number + 1;
    request->create_qers = qers;
    request->create_qers_count = 2;
    session->fars[1].apply_action = PFCP_FORW;
    session->fars[1].has_forwarding = true;
    session->fars[1].forwarding = (struct pfcp_forwarding){
        .has_destination_interface = true,
        .destination_interface = PFCP_ACCESS,
        .has_outer_header_creation = true,
        .outer_header_creation = {
            .description = PFCP_CREATE_GTPU_UDP_IPV4, .teid = number + 1, .ip.has_v4 = true}};
    memcpy(session->fars[1].forwarding.outer_header_creation.ip.v4, &smf->local.v4.sin_addr, 4);
}

/* --- phases --- */

typedef void asker(struct smf *smf, unsigned number);

/* Sequence numbers are the numbers of sessions, counted on over the phases. */
static void establish(struct smf *smf, unsigned number)
{
    struct lab_session session;
    struct pfcp_qer qers[2];
    describe(smf, &session, qers, number);
    session.request.sequence = (smf->sequence + number) & 0xffffff;
    put_message(smf, &session.request);
}

static void take_down(struct smf *smf, unsigned number)
{
    const struct pfcp_message request = {.type = PFCP_SESSION_DELETION_REQUEST,
                                         .seid = smf->seids[number],
                                         .sequence = (smf->sequence + number) & 0xffffff};
    put_message(smf, &request);
}

static void refused(uint8_t cause)
{
    fprintf(stderr, "refused: %s\n", pfcp_cause_name(cause));
    exit(1);
}

static void answer_heartbeat(struct smf *smf, uint32_t sequence)
{
    const struct pfcp_message answer = {.type = PFCP_HEARTBEAT_RESPONSE,
                                        .sequence = sequence,
                                        .heartbeat_response.recovery_time_stamp = STARTED};
    put_message(smf, &answer);
}

static unsigned take_answer(struct smf *smf, const struct pfcp_message *answer)
{
    const unsigned number = (answer->sequence - smf->sequence) & 0xffffff;
    if (answer->type == PFCP_HEARTBEAT_REQUEST)
        answer_heartbeat(smf, answer->sequence);
    if (number >= smf->sessions || smf->answered[number])
        return 0;
    if (answer->type == PFCP_SESSION_ESTABLISHMENT_RESPONSE) {
        if (answer->session_establishment_response.cause != PFCP_ACCEPTED)
            refused(answer->session_establishment_response.cause);
        smf->seids[number] = answer->session_establishment_response.up_f_seid.seid;
    } else if (answer->type != PFCP_SESSION_DELETION_RESPONSE) {
        return 0;
    }
    smf->answered[number] = true;
    return 1;
}

/* Answers that are there, or come soon; how many. */
static unsigned receive(struct smf *smf)
{
    static uint8_t room[65536];
    struct pollfd polled = {.fd = smf->fd, .events = POLLIN};
    unsigned count = 0;
    if (poll(&polled, 1, PATIENCE_MS) <= 0)
        return 0;
    for (ssize_t size; (size = recv(smf->fd, room, sizeof room, MSG_DONTWAIT)) > 0;)
        for (struct bytes datagram = bytes_of(room, (size_t)size); datagram.len;) {
            struct pfcp_message message = {0};
            struct pfcp_problem problem = {0};
            arena_reset(&smf->arena);
            if (pfcp_decode(&smf->arena, pfcp_bundle_next(&datagram), &message, &problem))
                count += take_answer(smf, &message);
        }
    return count;
}

static void run(struct smf *smf, const char *phase, asker *ask)
{
    unsigned asked = 0, under_way = 0;
    memset(smf->answered, 0, smf->sessions * sizeof *smf->answered);
    const int64_t began = clock_now();
    for (unsigned oldest = 0; oldest < smf->sessions;) {
        for (; asked < smf->sessions && under_way < smf->window; under_way++)
            ask(smf, asked++);
        flush(smf);
        const unsigned came = receive(smf);
        under_way -= came;
        while (oldest < smf->sessions && smf->answered[oldest])
            oldest++;
        for (unsigned i = oldest; came == 0 && i < asked; i++) /* what was lost is asked again */
            if (!smf->answered[i])
                ask(smf, i);
    }
    printf("{\"phase\": \"%s\", \"sessions\": %u, \"seconds\": %.6f}\n", phase, smf->sessions,
           (double)(clock_now() - began) / 1e9);
    fflush(stdout);
    smf->sequence += smf->sessions;
}

static _Noreturn void stay(struct smf *smf)
{
    run(smf, "set-up", establish);
    for (;;) {
        receive(smf);
        flush(smf);
    }
}

static void associate(struct smf *smf)
{
    struct pfcp_message request = {.type = PFCP_ASSOCIATION_SETUP_REQUEST,
                                   .sequence = 0xffffff,
                                   .association_setup_request = {.node_id.ip = {.has_v4 = true},
                                                                 .recovery_time_stamp = STARTED,
                                                                 .has_cp_features = true,
                                                                 .cp_features = PFCP_CP_BUNDL}};
    struct pollfd polled = {.fd = smf->fd, .events = POLLIN};
    memcpy(request.association_setup_request.node_id.ip.v4, &smf->local.v4.sin_addr, 4);
    put_message(smf, &request);
    flush(smf);
    if (poll(&polled, 1, 10 * PATIENCE_MS) <= 0)
        die("the plane does not answer");
    while (receive(smf)) /* its own request, and its answer to ours */
        ;
}

static void open_socket(struct smf *smf)
{
    const int size = RECEIVE_BYTES;
    smf->fd = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(smf->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(smf->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    if (smf->fd < 0 || bind(smf->fd, &smf->local.any, address_length(&smf->local)) != 0)
        die("bind");
}

static uint32_t places_for(unsigned sessions)
{
    uint32_t places = 1024;
    while (places < 2 * sessions)
        places *= 2;
    return places - 1;
}

int main(int argc, char **argv)
{
    static struct smf smf;
    if (argc != 6 || !address_parse(&smf.local, argv[1], PFCP_PORT) ||
        !address_parse(&smf.plane, argv[2], PFCP_PORT))
        return 2;
    smf.sessions = (unsigned)atoi(argv[3]);
    smf.window = (unsigned)atoi(argv[4]);
    const int rounds = atoi(argv[5]);
    smf.places = rounds ? 0 : places_for(smf.sessions);
    smf.seids = calloc(smf.sessions, sizeof *smf.seids);
    smf.answered = calloc(smf.sessions, sizeof *smf.answered);
    if (!smf.seids || !smf.answered)
        die("memory");
    arena_init(&smf.arena, 0);
    open_socket(&smf);
    associate(&smf);
    for (int i = 0; i < rounds; i++) {
        run(&smf, "set-up", establish);
        run(&smf, "removal", take_down);
    }
    if (rounds == 0)
        stay(&smf);
    return 0;
}

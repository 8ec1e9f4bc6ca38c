/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: line-record FOLDER
 *
 * Writes the corpus of the fuzz target `line`: what an honest gNB says while a phone does this and that.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../lab_radio.h"
#include "kit/log.h"
#include "line.h"

enum { RECORD_BYTES = 8192 };

struct recording {
    struct line line;
    struct radio radio;
    struct random_seeded random;
    struct phone_model model;
    struct ran_gnb gnb;
    struct phone phone;
    struct bytes up[16], down[16]; /* said, and not yet heard */
    unsigned up_count, down_count;
    struct arena memory;
    uint8_t room[RECORD_BYTES];
    struct writer record;
};

static void queue(struct recording *recording, struct bytes list[16], unsigned *count, struct bytes message)
{
    if (*count < 16)
        list[(*count)++] = arena_copy(&recording->memory, message);
}

static void gnb_says(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message)
{
    struct recording *recording = context;
    (void)gnb, (void)stream;
    queue(recording, recording->up, &recording->up_count, message);
}

static void core_says(struct line *line, struct bytes ngap)
{
    struct recording *recording = line->user;
    queue(recording, recording->down, &recording->down_count, ngap);
}

static void ignore_packet(void *context, struct ran_gnb *gnb, const union socket_address *upf,
                          struct bytes packet)
{
    (void)context, (void)gnb, (void)upf, (void)packet;
}

static void ignore_user_packet(void *context, struct phone *phone, struct phone_session *session,
                               struct bytes packet)
{
    (void)context, (void)phone, (void)session, (void)packet;
}

static void ignore_event(void *context, struct phone *phone, enum phone_event event,
                         struct phone_session *session, uint8_t cause)
{
    (void)context, (void)phone, (void)event, (void)session, (void)cause;
}

static void ignore_answer(void *context, struct ran_gnb *gnb, bool accepted)
{
    (void)context, (void)gnb, (void)accepted;
}

static const struct radio_ports ports = {.ngap = gnb_says,
                                         .n3 = ignore_packet,
                                         .packet = ignore_user_packet,
                                         .event = ignore_event,
                                         .gnb_ready = ignore_answer};

static void run(struct recording *recording)
{
    while (recording->up_count || recording->down_count) {
        struct bytes up[16], down[16];
        unsigned up_count = recording->up_count, down_count = recording->down_count;
        memcpy(up, recording->up, sizeof up);
        memcpy(down, recording->down, sizeof down);
        recording->up_count = recording->down_count = 0;
        for (unsigned i = 0; i < up_count; i++) {
            write_u16(&recording->record, (uint16_t)up[i].len);
            write_bytes(&recording->record, up[i]);
            line_gnb_says(&recording->line, 0, up[i]);
        }
        for (unsigned i = 0; i < down_count; i++)
            ran_gnb_on_ngap(&recording->gnb, down[i]);
    }
}

static void open_recording(struct recording *recording)
{
    *recording = (struct recording){0};
    recording->record = writer_of(recording->room, sizeof recording->room);
    if (!line_open(&recording->line))
        abort();
    recording->line.to_gnb = core_says;
    recording->line.user = recording;
    arena_init(&recording->memory, 0);
    random_seed(&recording->random, 2);
    recording->radio = (struct radio){.timers = &recording->line.timers,
                                      .random = &recording->random.random,
                                      .ports = &ports,
                                      .context = recording};
    arena_init(&recording->radio.scratch, 0);
    recording->model = lab_phone_model();
    struct ran_gnb_settings settings = {
        .name = "mast-1", .id = 1, .plmn = recording->model.plmn, .tac = 1, .slice = recording->model.slice};
    address_parse(&settings.address, "10.9.0.1", 2152);
    ran_gnb_init(&recording->gnb, &recording->radio, &settings);
    static const struct aka_key key = {
        .algorithm = AKA_MILENAGE,
        .k_size = 16,
        .res_size = 8,
        .k = {0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f, 0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc},
        .opc = {0xe8, 0xed, 0x28, 0x9d, 0xeb, 0xa9, 0x52, 0xe4, 0x28, 0x3b, 0x54, 0xe8, 0x8e, 0x61, 0x83,
                0xca}};
    phone_init(&recording->phone, &recording->radio, &recording->model, "999700000000001", &key);
    phone_camp(&recording->phone, &recording->gnb);
    ran_gnb_setup(&recording->gnb);
    run(recording);
    phone_register(&recording->phone, NAS_INITIAL_REGISTRATION);
    run(recording);
}

static void close_recording(struct recording *recording, const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    struct bytes record = writer_bytes(&recording->record);
    if (!file || fwrite(record.data, 1, record.len, file) != record.len)
        perror(path);
    if (file)
        fclose(file);
    phone_free(&recording->phone);
    ran_gnb_free(&recording->gnb);
    line_close(&recording->line);
    arena_free(&recording->radio.scratch);
    arena_free(&recording->memory);
}

/* --- What the phone does once it has registered --- */

static void nothing(struct recording *recording)
{
    (void)recording;
}

static void open_session(struct recording *recording)
{
    phone_open_session(&recording->phone, 1, NULL, 0);
}

static void leave(struct recording *recording)
{
    phone_deregister(&recording->phone, false);
}

static void register_again(struct recording *recording)
{
    phone_register(&recording->phone, NAS_PERIODIC_REGISTRATION);
}

static void sleep_and_wake(struct recording *recording)
{
    ran_gnb_release_request(recording->phone.connection);
    run(recording);
    phone_request_service(&recording->phone, NAS_SERVICE_DATA);
}

static void reset(struct recording *recording)
{
    ran_gnb_reset(&recording->gnb);
    run(recording);
    phone_register(&recording->phone, NAS_MOBILITY_REGISTRATION);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*act)(struct recording *recording);
    } scenes[] = {{"registration", nothing},    {"session", open_session},   {"deregistration", leave},
                  {"periodic", register_again}, {"service", sleep_and_wake}, {"reset", reset}};
    static struct recording recording;
    if (argc < 2)
        return 2;
    log_setup((struct log_settings){.level = LOG_WARNING, .name = "record"});
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        open_recording(&recording);
        scenes[i].act(&recording);
        run(&recording);
        close_recording(&recording, argv[1], scenes[i].name);
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A digest of all that control holds of gNBs, phones and sessions: the same as long as nothing of it changes, whatever the order in
 * which it came about. What moves by itself (timers, statistics, times) is not in it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/amf/context.h"
#include "core/control_digest.h"
#include "core/smf/smf.h"
#include "crypt/primitive.h"

enum { DIGEST_BYTES = 32, RECORD_BYTES = 1024 };

struct tally {
    const json_t *except; /* array of SUPIs and names of gNBs, or NULL */
    uint8_t sum[DIGEST_BYTES];
    unsigned gnbs, ues, sessions;
};

static bool excepted(const struct tally *tally, const char *name)
{
    size_t i;
    const json_t *item;
    json_array_foreach(tally->except, i, item)
    {
        if (json_is_string(item) && strcmp(json_string_value(item), name) == 0)
            return true;
    }
    return false;
}

/* Digests of records are added without carry, so that their order does not matter. Each record names what it is of. */
static void add(struct tally *tally, const struct writer *record)
{
    uint8_t digest[DIGEST_BYTES];
    struct bytes content = writer_bytes(record);
    sha256(&content, 1, digest);
    for (unsigned i = 0; i < DIGEST_BYTES; i++)
        tally->sum[i] ^= digest[i];
}

static void put_text(struct writer *w, const char *text)
{
    write_bytes(w, bytes_of(text, strlen(text) + 1));
}

static void put_slice(struct writer *w, struct config_slice slice)
{
    char text[VALUE_TEXT_BYTES];
    put_text(w, config_slice_text(slice, text));
}

static void put_tai(struct writer *w, struct tai tai)
{
    char text[VALUE_TEXT_BYTES];
    put_text(w, config_plmn_text(tai.plmn, text));
    write_u32(w, tai.tac);
}

static void add_gnb(struct tally *tally, const struct gnb *gnb)
{
    uint8_t room[RECORD_BYTES];
    char text[VALUE_TEXT_BYTES];
    struct writer w = writer_of(room, sizeof room);
    put_text(&w, "gnb");
    put_text(&w, gnb->name);
    put_text(&w, config_plmn_text(gnb->identity.plmn, text));
    write_u32(&w, gnb->identity.value);
    write_u64(&w, gnb->association);
    for (unsigned i = 0; i < gnb->area_count; i++)
        put_tai(&w, gnb->areas[i].tai);
    write_u64(&w, gnb->connections.count);
    add(tally, &w);
    tally->gnbs++;
}

/* Of keys, what proves that they are the same. */
static void put_security(struct writer *w, const struct ue *ue)
{
    uint8_t digest[DIGEST_BYTES];
    const struct bytes keys[] = {BYTES(ue->kamf), BYTES(ue->security.knasint), BYTES(ue->security.knasenc),
                                 BYTES(ue->nh)};
    sha256(keys, sizeof keys / sizeof *keys, digest);
    write_bytes(w, BYTES(digest));
    write_u8(w, ue->ncc);
    write_u8(w, ue->ncc_gnb);
    write_u8(w, ue->ncc_phone);
    write_u8(w, ue->security.ngksi);
    write_u8(w, ue->security.nia);
    write_u8(w, ue->security.nea);
    write_u32(w, ue->security.uplink);
    write_u8(w, ue->security_capability.ea);
    write_u8(w, ue->security_capability.ia);
}

static void put_connection(struct writer *w, const struct connection *connection)
{
    write_u8(w, connection != NULL);
    if (!connection)
        return;
    put_text(w, connection->gnb->name);
    write_u64(w, connection->amf_ue_ngap_id);
    write_u32(w, connection->ran_ue_ngap_id);
    write_u8(w, connection->context_up);
}

static void add_session(struct tally *tally, const struct ue *ue, const struct smf_session_view *view)
{
    uint8_t room[RECORD_BYTES];
    char supi[SUPI_TEXT_BYTES];
    struct writer w = writer_of(room, sizeof room);
    put_text(&w, "session");
    put_text(&w, supi_text(ue->supi, supi));
    write_u8(&w, view->pdu_session_id);
    write_u8(&w, view->type);
    write_u8(&w, view->active);
    write_bytes(&w, BYTES(view->ipv4));
    write_bytes(&w, BYTES(view->prefix));
    put_text(&w, view->dnn);
    put_text(&w, view->plane);
    put_slice(&w, view->slice);
    write_u64(&w, view->ambr_uplink);
    write_u64(&w, view->ambr_downlink);
    write_u64(&w, view->plane_seid);
    add(tally, &w);
    tally->sessions++;
}

static void add_ue(struct tally *tally, const struct ue *ue)
{
    uint8_t room[RECORD_BYTES];
    char supi[SUPI_TEXT_BYTES];
    struct smf_session_view view;
    struct writer w = writer_of(room, sizeof room);
    put_text(&w, "ue");
    put_text(&w, supi_text(ue->supi, supi));
    write_u32(&w, ue->tmsi);
    write_u8(&w, ue->registered);
    write_u8(&w, ue->unreachable);
    put_connection(&w, ue->connection);
    put_security(&w, ue);
    put_text(&w, ue->imeisv);
    put_tai(&w, ue->tai);
    write_u64(&w, ue->cell);
    for (unsigned i = 0; i < ue->allowed_count; i++)
        put_slice(&w, ue->allowed[i]);
    add(tally, &w);
    tally->ues++;
    for (int psi = 1; psi <= SMF_SESSIONS_PER_UE; psi++) {
        if (smf_view(ue, (uint8_t)psi, &view))
            add_session(tally, ue, &view);
    }
}

json_t *control_digest(void *context, const json_t *request)
{
    const struct core *core = ((struct control *)context)->core;
    struct tally tally = {.except = json_object_get(request, "except")};
    char supi[SUPI_TEXT_BYTES], text[2 * DIGEST_BYTES + 1];
    void *value;
    for (size_t cursor = 0; map_next(&core->gnbs, &cursor, NULL, &value);) {
        const struct gnb *gnb = value;
        if (gnb->ready && !excepted(&tally, gnb->name))
            add_gnb(&tally, gnb);
    }
    for (size_t cursor = 0; map_next(&core->ues_by_supi, &cursor, NULL, &value);) {
        const struct ue *ue = value;
        if (!excepted(&tally, supi_text(ue->supi, supi)))
            add_ue(&tally, ue);
    }
    for (unsigned i = 0; i < DIGEST_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", tally.sum[i]);
    return json_pack("{s:s, s:i, s:i, s:i}", "digest", text, "gnbs", (int)tally.gnbs, "ues", (int)tally.ues,
                     "sessions", (int)tally.sessions);
}

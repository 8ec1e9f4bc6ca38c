/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A UE as the store keeps it: one blob, little more than its keys and its place. The first octet is the form's version; a
 * blob of another version is not read, and the phone registers anew.
 */
#include <stdlib.h>

#include "core/amf/area.h"
#include "core/amf/away.h"
#include "core/amf/gmm.h"
#include "core/amf/restriction.h"
#include "store/store.h"

enum { VERSION = 10, ROW_BYTES = 846 + 33 + STORE_ACCESS_BYTES, CAPABILITIES_BYTES = 2 * (32768 + 2) };

static void write_security(struct writer *w, const struct ue *ue)
{
    write_bytes(w, BYTES(ue->kamf));
    write_u64(w, (uint64_t)ue->keyed);
    write_u8(w, ue->security.ngksi);
    write_u8(w, ue->security.nia);
    write_u8(w, ue->security.nea);
    write_u32(w, ue->security.uplink);
    write_u32(w, ue->downlink_reserved);
    write_bytes(w, BYTES(ue->nh));
    write_u8(w, ue->ncc);
    write_u8(w, ue->ncc_gnb);
    write_u8(w, ue->ncc_phone);
    write_u8(w, ue->security_capability.length);
    write_bytes(w, BYTES(ue->security_capability.octets));
    write_bytes(w, BYTES(ue->imeisv));
}

static void write_place(struct writer *w, const struct ue *ue)
{
    write_bytes(w, BYTES(ue->tai.plmn.octets));
    write_u32(w, ue->tai.tac);
    write_u64(w, ue->cell);
    write_u64(w, (uint64_t)ue->since);
    write_u8(w, ue->allowed_count);
    for (unsigned i = 0; i < ue->allowed_count; i++) {
        write_u8(w, ue->allowed[i].sst);
        write_u32(w, ue->allowed[i].sd);
    }
    write_u64(w, ue->ambr_uplink);
    write_u64(w, ue->ambr_downlink);
}

static void write_area(struct writer *w, const struct ue *ue)
{
    static const struct store_access none;
    write_u8(w, ue->area_count);
    for (unsigned i = 0; i < ue->area_count; i++) {
        write_bytes(w, BYTES(ue->area[i].plmn.octets));
        write_u32(w, ue->area[i].tac);
    }
    write_u8(w, ue->drx);
    write_u8(w, ue->update_due);
    write_u8(w, ue->mico);
    write_u32(w, ue->active_time);
    store_access_write(w, ue->restrictions ? ue->restrictions : &none);
}

/* A secured connection survives a restart of this process, if there is no doubt about its keys. */
static void write_connection(struct writer *w, const struct ue *ue)
{
    const struct connection *c = ue->connection;
    bool live = c && c->secured && !ue->pending;
    write_u64(w, live ? c->gnb->association : ue->kept.association);
    write_u64(w, live ? c->amf_ue_ngap_id : ue->kept.amf_ue_ngap_id);
    write_u32(w, live ? c->ran_ue_ngap_id : ue->kept.ran_ue_ngap_id);
    write_u16(w, live ? c->stream : ue->kept.stream);
    write_u8(w, live ? c->context_up : ue->kept.context_up);
}

static void write_capability(struct writer *w, struct bytes capability)
{
    write_u16(w, (uint16_t)capability.len);
    write_bytes(w, capability);
}

bool ue_row_write(struct core *core, struct row *row)
{
    struct ue *ue = (struct ue *)((char *)row - offsetof(struct ue, row));
    uint8_t buffer[ROW_BYTES + CAPABILITIES_BYTES];
    struct writer w = writer_of(buffer, sizeof buffer);
    char supi[SUPI_TEXT_BYTES];
    if (!ue->registered && !ue->away)
        return true;
    write_u8(&w, VERSION);
    write_u32(&w, ue->former_tmsi);
    write_security(&w, ue);
    write_place(&w, ue);
    write_area(&w, ue);
    write_connection(&w, ue);
    write_capability(&w, ue->radio_capability);
    write_capability(&w, ue->paging_capability);
    write_bytes(&w, BYTES(ue->capability_domain));
    write_u32(&w, ue->away);
    write_u32(&w, ue->nonce);
    pending_keys_write(&w, ue);
    return !w.full &&
           store_ue_put(core->store, supi_text(ue->supi, supi), ue->tmsi, writer_bytes(&w)) == STORE_OK;
}

static void read_into(struct reader *r, void *to, size_t size)
{
    struct bytes from = read_bytes(r, size);
    if (from.len)
        memcpy(to, from.data, from.len);
}

static void read_security(struct reader *r, struct ue *ue)
{
    read_into(r, ue->kamf, sizeof ue->kamf);
    ue->keyed = (int64_t)read_u64(r);
    uint8_t ngksi = read_u8(r), nia = read_u8(r), nea = read_u8(r);
    nas_security_start(&ue->security, NAS_NETWORK, ue->kamf, nia & 3, nea & 3, ngksi);
    ue->security.uplink = read_u32(r);
    ue->security.downlink = ue->downlink_reserved = read_u32(r);
    read_into(r, ue->nh, sizeof ue->nh);
    ue->ncc = read_u8(r);
    ue->ncc_gnb = read_u8(r);
    ue->ncc_phone = read_u8(r);
    ue->security_capability.length = read_u8(r);
    read_into(r, ue->security_capability.octets, sizeof ue->security_capability.octets);
    read_into(r, ue->imeisv, sizeof ue->imeisv);
    ue->imeisv[sizeof ue->imeisv - 1] = '\0';
}

static void read_place(struct reader *r, struct ue *ue)
{
    read_into(r, ue->tai.plmn.octets, sizeof ue->tai.plmn.octets);
    ue->tai.tac = read_u32(r);
    ue->cell = read_u64(r);
    ue->since = (int64_t)read_u64(r);
    ue->allowed_count = read_u8(r);
    if (ue->allowed_count > UE_SLICES)
        reader_fail(r, "allowed", "too many slices");
    for (unsigned i = 0; reader_ok(r) && i < ue->allowed_count; i++) {
        ue->allowed[i].sst = read_u8(r);
        ue->allowed[i].sd = read_u32(r);
    }
    ue->ambr_uplink = read_u64(r);
    ue->ambr_downlink = read_u64(r);
}

static void read_area(struct reader *r, struct ue *ue)
{
    struct area area = {.count = read_u8(r)};
    struct store_access access;
    if (area.count > CONFIG_AREA_TAIS)
        reader_fail(r, "area", "too many tracking areas");
    for (unsigned i = 0; reader_ok(r) && i < area.count; i++) {
        read_into(r, area.tais[i].plmn.octets, sizeof area.tais[i].plmn.octets);
        area.tais[i].tac = read_u32(r);
    }
    ue->drx = read_u8(r);
    ue->update_due = read_u8(r) != 0;
    ue->mico = read_u8(r) != 0;
    ue->active_time = read_u32(r);
    if (store_access_read(r, &ue->core->batch, &access) &&
        (!area_keep(ue, &area) || !restriction_keep(ue, &access)))
        reader_fail(r, "area", "out of memory");
}

static void read_connection(struct reader *r, struct ue *ue)
{
    ue->kept.association = read_u64(r);
    ue->kept.amf_ue_ngap_id = read_u64(r);
    ue->kept.ran_ue_ngap_id = read_u32(r);
    ue->kept.stream = read_u16(r);
    ue->kept.context_up = read_u8(r);
}

static bool enter(struct ue *ue, const char *supi, uint32_t tmsi, uint32_t former)
{
    struct core *core = ue->core;
    ue->supi = supi_of_text(supi);
    if (!ue->supi || amf_find(core, ue->supi) || ue_by_tmsi(core, tmsi) || !ue_adopt(ue))
        return false;
    ue->registered = !ue->away;
    if (tmsi && map_put(&core->ues_by_tmsi, tmsi, ue))
        ue->tmsi = tmsi;
    if (former && !ue_by_tmsi(core, former) && map_put(&core->ues_by_tmsi, former, ue))
        ue->former_tmsi = former;
    return true;
}

bool ue_row_load(struct core *core, const char *supi, uint32_t tmsi, struct bytes blob)
{
    struct reader r = reader_of(blob);
    struct ue *ue = ue_new(core);
    if (!ue)
        return false;
    if (read_u8(&r) != VERSION)
        reader_fail(&r, "version", "another version");
    uint32_t former = read_u32(&r);
    read_security(&r, ue);
    read_place(&r, ue);
    read_area(&r, ue);
    read_connection(&r, ue);
    ue_keep(&ue->radio_capability, read_bytes(&r, read_u16(&r)), blob.len);
    ue_keep(&ue->paging_capability, read_bytes(&r, read_u16(&r)), blob.len);
    read_into(&r, ue->capability_domain, sizeof ue->capability_domain - 1);
    read_u8(&r);
    ue->away = read_u32(&r);
    ue->nonce = read_u32(&r);
    if (!pending_keys_read(&r, ue) || !reader_ok(&r) || !enter(ue, supi, tmsi, former)) {
        ue_free(ue);
        return false;
    }
    if (ue->away)
        ue_watch_away(ue);
    else if (!ue->kept.association)
        ue_watch_idle(ue);
    return true;
}

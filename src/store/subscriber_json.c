/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON form of a subscriber (docs/admin.md). */
#include <stdio.h>
#include <string.h>

#include "store/access_json.h"
#include "store/document.h"
#include "store/routes_json.h"
#include "store/subscriber.h"

static const char *const algorithms[] = {[STORE_MILENAGE] = "milenage", [STORE_TUAK] = "tuak"};
static const char *const session_types[] = {NULL, [STORE_IPV4] = "ipv4", [STORE_IPV6] = "ipv6",
                                            [STORE_IPV4V6] = "ipv4v6", [STORE_ETHERNET] = "ethernet"};
static const char *const statuses[] = {"active", "barred"};

enum { ITEMS_MOST = 255 }; /* a byte in the database */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* --- to JSON --- */

static json_t *hex(const uint8_t *octets, size_t length)
{
    char text[2 * STORE_KEY_BYTES + 1] = "";
    for (size_t i = 0; i < length; i++)
        snprintf(text + 2 * i, 3, "%02x", octets[i]);
    return json_string(text);
}

static json_t *ambr_to_json(uint64_t uplink, uint64_t downlink)
{
    char up[VALUE_TEXT_BYTES], down[VALUE_TEXT_BYTES];
    return json_pack("{s:s, s:s}", "uplink", config_rate_text(uplink, up), "downlink",
                     config_rate_text(downlink, down));
}

static json_t *flows_to_json(const struct store_dnn *dnn)
{
    json_t *fiveqis = json_array();
    for (unsigned i = 0; i < dnn->fiveqi_count; i++)
        json_array_append_new(fiveqis, json_integer(dnn->fiveqis[i]));
    return json_pack("{s:o, s:o}", "fiveqis", fiveqis, "gbr",
                     ambr_to_json(dnn->gbr_uplink, dnn->gbr_downlink));
}

static json_t *dnn_to_json(const struct store_dnn *dnn)
{
    char text[VALUE_TEXT_BYTES];
    json_t *object =
        json_pack("{s:s, s:s, s:{s:i, s:{s:i, s:b, s:b}}, s:o}", "name", dnn->name, "type",
                  session_types[dnn->type], "qos", "index", dnn->fiveqi, "arp", "priority_level", dnn->arp,
                  "pre_emption_capability", dnn->may_preempt, "pre_emption_vulnerability", dnn->preemptable,
                  "ambr", ambr_to_json(dnn->ambr_uplink, dnn->ambr_downlink));
    json_t *ue = json_object();
    if (dnn->ipv4.family)
        json_object_set_new(ue, "ipv4", json_string(config_ip_text(&dnn->ipv4, text)));
    if (dnn->ipv6.family)
        json_object_set_new(ue, "ipv6", json_string(config_ip_text(&dnn->ipv6, text)));
    if (json_object_size(ue))
        json_object_set(object, "ue", ue);
    json_decref(ue);
    if (dnn->has_flows)
        json_object_set_new(object, "flows", flows_to_json(dnn));
    store_routes_to_json(object, dnn);
    return object;
}

static json_t *slices_to_json(const struct store_subscriber *subscriber)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < subscriber->slice_count; i++) {
        const struct store_slice *slice = &subscriber->slices[i];
        char sd[16];
        json_t *object = json_pack("{s:i}", "sst", slice->slice.sst), *sessions = json_array();
        snprintf(sd, sizeof sd, "%06x", slice->slice.sd);
        if (slice->slice.sd != CONFIG_NO_SD)
            json_object_set_new(object, "sd", json_string(sd));
        json_object_set_new(object, "default_indicator", json_boolean(slice->is_default));
        for (unsigned j = 0; j < slice->dnn_count; j++)
            json_array_append_new(sessions, dnn_to_json(&slice->dnns[j]));
        json_object_set_new(object, "session", sessions);
        json_array_append_new(list, object);
    }
    return list;
}

static void tuak_to_json(json_t *security, const struct store_tuak *tuak)
{
    json_object_set_new(security, "res_length", json_integer(8 * tuak->res_size));
    json_object_set_new(security, "ck_length", json_integer(8 * tuak->ck_size));
    json_object_set_new(security, "ik_length", json_integer(8 * tuak->ik_size));
    json_object_set_new(security, "keccak_iterations", json_integer(tuak->keccak_iterations));
}

static json_t *security_to_json(const struct store_subscriber *subscriber, bool secrets)
{
    json_t *object = json_pack("{s:s, s:o}", "algorithm", algorithms[subscriber->algorithm], "amf",
                               hex(subscriber->amf, 2));
    bool tuak = subscriber->algorithm == STORE_TUAK;
    if (tuak)
        tuak_to_json(object, &subscriber->tuak);
    if (!secrets)
        return object;
    const char *op = tuak                        ? subscriber->op_is_derived ? "topc" : "top"
                     : subscriber->op_is_derived ? "opc"
                                                 : "op";
    json_object_set_new(object, "k", hex(subscriber->k, subscriber->k_length));
    json_object_set_new(object, op, hex(subscriber->op, tuak ? 32 : 16));
    json_object_set_new(object, "sqn", json_integer((json_int_t)subscriber->sqn));
    return object;
}

json_t *store_subscriber_to_json(const struct store_subscriber *subscriber, bool secrets)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "imsi", subscriber->supi + strlen("imsi-"),
                     "name", subscriber->name, "status", statuses[subscriber->barred], "security",
                     security_to_json(subscriber, secrets), "ambr",
                     ambr_to_json(subscriber->ambr_uplink, subscriber->ambr_downlink), "slice",
                     slices_to_json(subscriber), "access", store_access_to_json(&subscriber->access));
}

/* --- from JSON --- */

/* An object within; absent is as good as empty. False with a refusal if it is something else. */
static bool enter(const struct document *outer, const char *key, char *path, size_t path_size,
                  struct document *inner)
{
    const json_t *object = document_get(outer, key);
    snprintf(path, path_size, "%s%s.", outer->path, key);
    *inner = (struct document){object, path, outer->what, outer->what_size};
    return !object || json_is_object(object) || document_refuse(outer, key, NULL, "an object");
}

static bool read_rates(const struct document *at, const char *key, uint64_t *uplink, uint64_t *downlink)
{
    char path[110];
    struct document rates;
    return enter(at, key, path, sizeof path, &rates) && document_rate(&rates, "uplink", uplink) &&
           document_rate(&rates, "downlink", downlink);
}

static bool keep_text(const struct document *at, const char *key, struct arena *arena, size_t most,
                      const char **value)
{
    const char *text = *value;
    if (!document_text(at, key, &text))
        return false;
    if (strlen(text) > most)
        return document_refuse(at, key, "a long text", "a shorter one");
    struct bytes copy = arena_copy(arena, bytes_of(text, strlen(text) + 1));
    *value = (const char *)copy.data;
    return copy.len || document_refuse(at, key, "a huge document", "a smaller one");
}

static bool read_qos(const struct document *at, struct store_dnn *dnn)
{
    char path[96], arp_path[110];
    struct document qos, arp;
    uint64_t fiveqi = dnn->fiveqi, priority = dnn->arp;
    if (!enter(at, "qos", path, sizeof path, &qos) || !enter(&qos, "arp", arp_path, sizeof arp_path, &arp) ||
        !document_number(&qos, "index", 1, 254, &fiveqi) ||
        !document_number(&arp, "priority_level", 1, 15, &priority) ||
        !document_flag(&arp, "pre_emption_capability", &dnn->may_preempt) ||
        !document_flag(&arp, "pre_emption_vulnerability", &dnn->preemptable))
        return false;
    dnn->fiveqi = (uint8_t)fiveqi;
    dnn->arp = (uint8_t)priority;
    return true;
}

/* 5QIs of the flows a phone may ask for. */
static bool read_fiveqis(const struct document *at, struct arena *arena, struct store_dnn *dnn)
{
    const json_t *list = document_get(at, "fiveqis");
    size_t count = json_array_size(list);
    uint8_t *fiveqis = arena_alloc(arena, count + 1);
    if ((list && !json_is_array(list)) || count > ITEMS_MOST || !fiveqis)
        return document_refuse(at, "fiveqis", NULL, "a list of numbers from 1 to 254");
    for (size_t i = 0; i < count; i++) {
        json_int_t value = json_integer_value(json_array_get(list, i));
        if (value < 1 || value > 254)
            return document_refuse(at, "fiveqis", "another value in the list", "numbers from 1 to 254");
        fiveqis[i] = (uint8_t)value;
    }
    dnn->fiveqis = fiveqis;
    dnn->fiveqi_count = (uint8_t)count;
    return true;
}

static bool read_flows(const struct document *at, struct arena *arena, struct store_dnn *dnn)
{
    char path[96];
    struct document flows;
    dnn->has_flows = document_get(at, "flows") != NULL;
    return enter(at, "flows", path, sizeof path, &flows) && read_fiveqis(&flows, arena, dnn) &&
           read_rates(&flows, "gbr", &dnn->gbr_uplink, &dnn->gbr_downlink);
}

static bool read_addresses(const struct document *at, struct store_dnn *dnn)
{
    static const uint8_t zeros[8] = {0};
    char path[96];
    struct document ue;
    if (!enter(at, "ue", path, sizeof path, &ue) || !document_ip(&ue, "ipv4", AF_INET, &dnn->ipv4) ||
        !document_ip(&ue, "ipv6", AF_INET6, &dnn->ipv6))
        return false;
    if (memcmp(dnn->ipv6.address + 8, zeros, 8) != 0)
        return document_refuse(&ue, "ipv6", NULL, "a /64 prefix such as 2001:db8:cafe:9::");
    return true;
}

static bool read_dnn(const struct document *at, struct arena *arena, struct store_dnn *dnn)
{
    const uint64_t gigabit = 1000000000;
    unsigned type = STORE_IPV4V6;
    *dnn = (struct store_dnn){
        .name = "internet", .fiveqi = 9, .arp = 8, .ambr_uplink = gigabit, .ambr_downlink = gigabit};
    if (!keep_text(at, "name", arena, 100, &dnn->name) ||
        !document_choice(at, "type", session_types, COUNT(session_types), &type) || !read_qos(at, dnn) ||
        !read_rates(at, "ambr", &dnn->ambr_uplink, &dnn->ambr_downlink) || !read_addresses(at, dnn) ||
        !read_flows(at, arena, dnn) || !store_routes_from_json(at, arena, dnn))
        return false;
    dnn->type = (enum store_session_type)type;
    return true;
}

/* What a list within a document is read with. */
struct list {
    const char *key;
    size_t item_size;
    bool (*read)(const struct document *at, struct arena *arena, void *item);
    bool (*same)(const void *a, const void *b);
};

/* An absent list is one item of defaults. */
static bool read_list(const struct document *at, const struct list *list, struct arena *arena, void **items,
                      unsigned *count)
{
    const json_t *array = document_get(at, list->key);
    if (array && !json_is_array(array))
        return document_refuse(at, list->key, NULL, "a list");
    size_t n = array ? json_array_size(array) : 1;
    if (n > ITEMS_MOST)
        return document_refuse(at, list->key, "a huge list", "at most 255 items");
    char *at_item = arena_array(arena, n ? n : 1, list->item_size);
    if (!at_item)
        return document_refuse(at, list->key, "a huge list", "a shorter one");
    *items = at_item;
    *count = (unsigned)n;
    for (size_t i = 0; i < n; i++, at_item += list->item_size) {
        char path[96];
        snprintf(path, sizeof path, "%s%s[%zu].", at->path, list->key, i);
        struct document inner = {array ? json_array_get(array, i) : NULL, path, at->what, at->what_size};
        if (array && !json_is_object(inner.object))
            return document_refuse(at, list->key, "another value in the list", "objects");
        if (!list->read(&inner, arena, at_item))
            return false;
        for (char *other = *items; other < at_item; other += list->item_size)
            if (list->same(other, at_item))
                return document_refuse(at, list->key, "the same item twice", "each once");
    }
    return true;
}

static bool read_dnn_item(const struct document *at, struct arena *arena, void *item)
{
    return read_dnn(at, arena, item);
}

static bool same_dnn(const void *a, const void *b)
{
    return strcasecmp(((const struct store_dnn *)a)->name, ((const struct store_dnn *)b)->name) == 0;
}

static bool read_sd(const struct document *at, uint32_t *sd)
{
    uint8_t octets[3] = {0xff, 0xff, 0xff};
    size_t length;
    if (!document_hex(at, "sd", octets, sizeof octets, &length))
        return false;
    if (length != 0 && length != sizeof octets)
        return document_refuse(at, "sd", NULL, "six hexadecimal digits");
    *sd = (uint32_t)octets[0] << 16 | (uint32_t)octets[1] << 8 | octets[2];
    return true;
}

static bool read_slice(const struct document *at, struct arena *arena, void *item)
{
    static const struct list sessions = {"session", sizeof(struct store_dnn), read_dnn_item, same_dnn};
    struct store_slice *slice = item;
    uint64_t sst = 1;
    void *dnns = NULL;
    if (!document_number(at, "sst", 0, 255, &sst) || !read_sd(at, &slice->slice.sd) ||
        !document_flag(at, "default_indicator", &slice->is_default) ||
        !read_list(at, &sessions, arena, &dnns, &slice->dnn_count))
        return false;
    slice->slice.sst = (uint8_t)sst;
    slice->dnns = dnns;
    return true;
}

static bool same_slice(const void *a, const void *b)
{
    return config_slice_equal(((const struct store_slice *)a)->slice, ((const struct store_slice *)b)->slice);
}

static bool read_slices(const struct document *at, struct arena *arena, struct store_subscriber *subscriber)
{
    static const struct list slices = {"slice", sizeof(struct store_slice), read_slice, same_slice};
    void *items = NULL;
    if (!read_list(at, &slices, arena, &items, &subscriber->slice_count))
        return false;
    if (!items || subscriber->slice_count == 0)
        return document_refuse(at, "slice", "an empty list", "one slice at least");
    bool any = false;
    struct store_slice *first = items;
    for (unsigned i = 0; i < subscriber->slice_count; i++)
        any = any || first[i].is_default;
    first->is_default = first->is_default || !any;
    subscriber->slices = items;
    return true;
}

/* The operator variant under its two names; one of them must be there. */
static bool read_op(const struct document *at, const char *plain, const char *derived, size_t size,
                    struct store_subscriber *subscriber)
{
    size_t length;
    if (!document_hex(at, derived, subscriber->op, sizeof subscriber->op, &length))
        return false;
    subscriber->op_is_derived = length != 0;
    if (length == 0 && !document_hex(at, plain, subscriber->op, sizeof subscriber->op, &length))
        return false;
    if (length == size)
        return true;
    const char *expected =
        size == 16 ? "32 hexadecimal digits (op or opc)" : "64 hexadecimal digits (top or topc)";
    return document_refuse(at, subscriber->op_is_derived ? derived : plain,
                           length ? "another length" : "nothing", expected);
}

static bool read_amf(const struct document *at, struct store_subscriber *subscriber)
{
    size_t length;
    if (!document_hex(at, "amf", subscriber->amf, sizeof subscriber->amf, &length))
        return false;
    if (length != 0 && length != sizeof subscriber->amf)
        return document_refuse(at, "amf", NULL, "4 hexadecimal digits");
    return true;
}

/* A length in bits (TS 35.231 4.1), of those in the set; in bytes. */
static bool read_length(const struct document *at, const char *key, const uint8_t *set, const char *expected,
                        uint8_t *bytes)
{
    uint64_t bits = 8u * *bytes;
    if (!document_number(at, key, 0, 256, &bits))
        return false;
    for (; *set; set++)
        if (bits == 8u * *set) {
            *bytes = *set;
            return true;
        }
    return document_refuse(at, key, NULL, expected);
}

/* The operator's choices with TUAK; with Milenage there are none. */
static bool read_tuak(const struct document *at, bool is_tuak, struct store_tuak *tuak)
{
    static const char *const keys[] = {"res_length", "ck_length", "ik_length", "mac_length",
                                       "keccak_iterations"};
    static const uint8_t res[] = {4, 8, 16, 32, 0}, ck_ik[] = {16, 32, 0}, mac[] = {8, 0};
    uint64_t iterations = tuak->keccak_iterations;
    uint8_t mac_size = mac[0];
    for (size_t i = 0; !is_tuak && i < COUNT(keys); i++)
        if (document_get(at, keys[i]))
            return document_refuse(at, keys[i], NULL, "it with algorithm tuak only");
    if (!read_length(at, "res_length", res, "32, 64, 128 or 256 (bits)", &tuak->res_size) ||
        !read_length(at, "ck_length", ck_ik, "128 or 256 (bits)", &tuak->ck_size) ||
        !read_length(at, "ik_length", ck_ik, "128 or 256 (bits)", &tuak->ik_size) ||
        !read_length(at, "mac_length", mac, "64 (bits): AUTN has room for no other", &mac_size) ||
        !document_number(at, "keccak_iterations", 1, 255, &iterations))
        return false;
    tuak->keccak_iterations = (uint8_t)iterations;
    return true;
}

static bool read_security(const struct document *outer, struct store_subscriber *subscriber)
{
    char path[96];
    struct document at;
    unsigned algorithm = STORE_MILENAGE;
    size_t length;
    if (!enter(outer, "security", path, sizeof path, &at) ||
        !document_choice(&at, "algorithm", algorithms, COUNT(algorithms), &algorithm) ||
        !document_hex(&at, "k", subscriber->k, sizeof subscriber->k, &length))
        return false;
    bool tuak = algorithm == STORE_TUAK;
    if (length != 16 && !(tuak && length == 32))
        return document_refuse(&at, "k", length ? "another length" : "nothing", "32 hexadecimal digits");
    subscriber->algorithm = (enum store_algorithm)algorithm;
    subscriber->k_length = (uint8_t)length;
    return read_amf(&at, subscriber) && read_tuak(&at, tuak, &subscriber->tuak) &&
           document_number(&at, "sqn", 0, (UINT64_C(1) << 48) - 1, &subscriber->sqn) &&
           (tuak ? read_op(&at, "top", "topc", 32, subscriber) : read_op(&at, "op", "opc", 16, subscriber));
}

static bool read_identity(const struct document *at, struct store_subscriber *subscriber)
{
    const char *key = document_get(at, "imsi") ? "imsi" : "supi", *text = NULL;
    unsigned status = 0;
    uint64_t barring = 0; /* Open5GS: 0 service granted, 1 operator-determined barring */
    if (!document_text(at, key, &text))
        return false;
    if (!text || !store_supi_parse(text, subscriber->supi))
        return document_refuse(at, text ? key : "imsi", NULL, "5 to 15 digits in quotes");
    if (!document_choice(at, "status", statuses, COUNT(statuses), &status) ||
        !document_number(at, "subscriber_status", 0, 1, &barring))
        return false;
    subscriber->barred = status == 1 || barring == 1;
    return true;
}

static bool read_access(const struct document *outer, struct arena *arena,
                        struct store_subscriber *subscriber)
{
    char path[96];
    struct document at;
    return enter(outer, "access", path, sizeof path, &at) &&
           store_access_from_json(&at, arena, &subscriber->access);
}

bool store_subscriber_from_json(const json_t *document, struct arena *arena,
                                struct store_subscriber *subscriber, char *what, size_t what_size)
{
    struct document at = {document, "", what, what_size};
    const uint64_t gigabit = 1000000000;
    *subscriber = (struct store_subscriber){.tuak = STORE_TUAK_DEFAULT,
                                            .amf = {0x80, 0x00},
                                            .ambr_uplink = gigabit,
                                            .ambr_downlink = gigabit,
                                            .name = ""};
    if (!json_is_object(document)) {
        snprintf(what, what_size, "subscriber: found something else, expected an object");
        return false;
    }
    return read_identity(&at, subscriber) && read_security(&at, subscriber) &&
           read_rates(&at, "ambr", &subscriber->ambr_uplink, &subscriber->ambr_downlink) &&
           read_slices(&at, arena, subscriber) && read_access(&at, arena, subscriber) &&
           keep_text(&at, "name", arena, 200, &subscriber->name);
}

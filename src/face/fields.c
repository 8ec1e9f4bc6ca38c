/* SPDX-License-Identifier: Apache-2.0 */
#include "face/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { IMSI, SST, SD, DNN }; /* the first of the table */
enum { PATH_MOST = 48 };

const struct field fields[] = {
    [IMSI] = {"imsi", "imsi", FIELD_OF_SUBSCRIBER, false, NULL},
    [SST] = {"sst", "sst", FIELD_OF_SLICE, true, "slice that the following belong to, SST in decimal"},
    [SD] = {"sd", "sd", FIELD_OF_SLICE, false, "and SD in hexadecimal"},
    [DNN] = {"dnn", "name", FIELD_OF_SESSION, false, "data network that the following belong to"},
    {"name", "name", FIELD_OF_SUBSCRIBER, false, "free text"},
    {"status", "status", FIELD_OF_SUBSCRIBER, false, "active or barred"},
    {"algorithm", "security.algorithm", FIELD_OF_SUBSCRIBER, false, "milenage or tuak"},
    {"k", "security.k", FIELD_OF_SUBSCRIBER, false, "key, 32 hexadecimal digits"},
    {"op", "security.op", FIELD_OF_SUBSCRIBER, false, "operator variant OP"},
    {"opc", "security.opc", FIELD_OF_SUBSCRIBER, false, "or OPc"},
    {"top", "security.top", FIELD_OF_SUBSCRIBER, false, "TOP of TUAK"},
    {"topc", "security.topc", FIELD_OF_SUBSCRIBER, false, "or TOPc"},
    {"res_length", "security.res_length", FIELD_OF_SUBSCRIBER, true, "of TUAK: RES in bits, 32 to 256"},
    {"ck_length", "security.ck_length", FIELD_OF_SUBSCRIBER, true, "CK in bits, 128 or 256"},
    {"ik_length", "security.ik_length", FIELD_OF_SUBSCRIBER, true, "IK in bits, 128 or 256"},
    {"mac_length", "security.mac_length", FIELD_OF_SUBSCRIBER, true, "MAC in bits, 64"},
    {"keccak_iterations", "security.keccak_iterations", FIELD_OF_SUBSCRIBER, true, "of Keccak, 1 to 255"},
    {"amf", "security.amf", FIELD_OF_SUBSCRIBER, false, "authentication management field, 8000"},
    {"sqn", "security.sqn", FIELD_OF_SUBSCRIBER, true, "sequence number, in decimal"},
    {"ue_ambr_uplink", "ambr.uplink", FIELD_OF_SUBSCRIBER, false, "rate of all sessions together"},
    {"ue_ambr_downlink", "ambr.downlink", FIELD_OF_SUBSCRIBER, false, NULL},
    {"forbidden_areas", "access.forbidden_areas", FIELD_OF_SUBSCRIBER, false,
     "where he is refused: 999/70-7 999/71"},
    {"allowed_areas", "access.allowed_areas", FIELD_OF_SUBSCRIBER, false, "the only areas with service"},
    {"non_allowed_areas", "access.non_allowed_areas", FIELD_OF_SUBSCRIBER, false, "or those without"},
    {"rat_restrictions", "access.rat_restrictions", FIELD_OF_SUBSCRIBER, false,
     "of eutra, nr, nr_unlicensed"},
    {"core_network_type_restrictions", "access.core_network_type_restrictions", FIELD_OF_SUBSCRIBER, false,
     "of 5gc, epc"},
    {"type", "type", FIELD_OF_SESSION, false, "ipv4, ipv6, ipv4v6 or ethernet"},
    {"fiveqi", "qos.index", FIELD_OF_SESSION, true, "5QI of the default flow"},
    {"arp", "qos.arp.priority_level", FIELD_OF_SESSION, true, "its ARP priority, 1 to 15"},
    {"ambr_uplink", "ambr.uplink", FIELD_OF_SESSION, false, "rate of the session"},
    {"ambr_downlink", "ambr.downlink", FIELD_OF_SESSION, false, NULL},
    {"ipv4", "ue.ipv4", FIELD_OF_SESSION, false, "static address"},
    {"ipv6", "ue.ipv6", FIELD_OF_SESSION, false, "static /64 prefix"},
    {"ipv4_routes", "ipv4FrameRouteList", FIELD_OF_SESSION, false,
     "networks behind the phone: 192.0.2.0/24 198.51.100.0/24"},
    {"ipv6_routes", "ipv6FrameRouteList", FIELD_OF_SESSION, false, "and 2001:db8:5::/48"},
    {0},
};

_Static_assert(sizeof fields / sizeof fields[0] <= FIELD_MOST, "FIELD_MOST");

int field_find(const char *name)
{
    for (int i = 0; fields[i].name; i++)
        if (strcasecmp(fields[i].name, name) == 0)
            return i;
    return -1;
}

static json_t *child(json_t *object, const char *key, json_t *(*make)(void))
{
    json_t *value = json_object_get(object, key);
    if (value)
        return value;
    value = make();
    return json_object_set_new(object, key, value) == 0 ? value : NULL;
}

/* A number that is none stays text, for the reader of the document to refuse by name. */
static json_t *value_of(const struct field *field, const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (field->number && digits && !text[digits] && digits < 18)
        return json_integer(strtoll(text, NULL, 10));
    return json_string(text);
}

static bool set_path(json_t *object, const struct field *field, const char *text)
{
    char path[PATH_MOST];
    snprintf(path, sizeof path, "%s", field->path);
    char *rest = path, *step = strsep(&rest, ".");
    for (; rest && object; step = strsep(&rest, "."))
        object = child(object, step, json_object);
    return object && json_object_set_new(object, step, value_of(field, text)) == 0;
}

const json_t *field_value(const json_t *object, const struct field *field)
{
    char path[PATH_MOST];
    snprintf(path, sizeof path, "%s", field->path);
    char *rest = path, *step;
    while (object && (step = strsep(&rest, ".")))
        object = json_object_get(object, step);
    return object;
}

static bool same_text(const json_t *object, const char *key, const char *text, const char *absent)
{
    const char *value = json_string_value(json_object_get(object, key));
    return strcasecmp(value ? value : absent, text) == 0;
}

static json_t *append(json_t *list)
{
    json_t *object = json_object();
    return json_array_append_new(list, object) == 0 ? object : NULL;
}

/* The slice that sst and sd name; without them the first. */
static json_t *pick_slice(json_t *document, const char *const *values)
{
    json_t *list = child(document, "slice", json_array), *slice;
    size_t i;
    const char *sd = values[SD] ? values[SD] : "ffffff";
    if (!values[SST] && json_array_size(list))
        return json_array_get(list, 0);
    json_array_foreach(list, i, slice)
    {
        json_int_t sst = json_integer_value(json_object_get(slice, "sst"));
        if (sst == strtoll(values[SST], NULL, 10) && same_text(slice, "sd", sd, "ffffff"))
            return slice;
    }
    slice = append(list);
    if (slice && (!values[SST] || set_path(slice, &fields[SST], values[SST])) &&
        (!values[SD] || set_path(slice, &fields[SD], values[SD])))
        return slice;
    return NULL;
}

static json_t *pick_session(json_t *slice, const char *const *values)
{
    json_t *list = child(slice, "session", json_array), *session;
    size_t i;
    if (!values[DNN] && json_array_size(list))
        return json_array_get(list, 0);
    json_array_foreach(list, i,
                       session) if (same_text(session, "name", values[DNN], "internet")) return session;
    session = append(list);
    return session && (!values[DNN] || set_path(session, &fields[DNN], values[DNN])) ? session : NULL;
}

static bool any_of(const char *const *values, int of)
{
    for (int i = 0; fields[i].name; i++)
        if (values[i] && (int)fields[i].of >= of)
            return true;
    return false;
}

static void forget(json_t *object, const char *const *names)
{
    for (; *names; names++)
        json_object_del(object, *names);
}

/* K and its operator variant are a pair: a new op takes the place of an opc. Another algorithm has sizes of its own. */
static void forget_other_variants(json_t *document, const char *const *values)
{
    static const char *const variants[] = {"op", "opc", "top", "topc", NULL};
    static const char *const sizes[] = {"res_length", "ck_length", "ik_length", "keccak_iterations", NULL};
    json_t *security = json_object_get(document, "security");
    bool given = false;
    for (const char *const *name = variants; *name; name++)
        given = given || values[field_find(*name)];
    if (given)
        forget(security, variants);
    if (values[field_find("algorithm")])
        forget(security, sizes);
}

bool fields_apply(json_t *document, const char *const values[FIELD_MOST])
{
    json_t *at[3] = {document, NULL, NULL};
    bool ok = true;
    if (any_of(values, FIELD_OF_SLICE))
        at[FIELD_OF_SLICE] = pick_slice(document, values);
    if (at[FIELD_OF_SLICE] && any_of(values, FIELD_OF_SESSION))
        at[FIELD_OF_SESSION] = pick_session(at[FIELD_OF_SLICE], values);
    forget_other_variants(document, values);
    for (int i = 0; fields[i].name && ok; i++)
        if (values[i] && i != SST && i != SD && i != DNN)
            ok = at[fields[i].of] && set_path(at[fields[i].of], &fields[i], values[i]);
    return ok;
}

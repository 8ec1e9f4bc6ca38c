/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of the scenario language. */
#include <stdlib.h>
#include <string.h>

#include "kit/hex.h"
#include "ran/scenario_cast.h"

enum { FIRST_GNB_ID = 1, N3_PORT = 2152, MOST_PHONES = 100000 };

/* --- Words --- */

/* "3" or "1-4" */
static bool parse_range(struct scenario *scenario, const char *word, unsigned most, struct range *range)
{
    char *end;
    range->first = range->last = (unsigned)strtoul(word, &end, 10);
    if (*end == '-')
        range->last = (unsigned)strtoul(end + 1, &end, 10);
    if (*end || !range->first || range->last < range->first || range->last > most)
        return scenario_fail(scenario, "'%s' is no number from 1 to %u, nor a range of them", word, most);
    return true;
}

/* The word behind a keyword, or NULL. */
static const char *option(const struct scenario_line *line, unsigned from, const char *keyword)
{
    for (unsigned i = from; i + 1 < line->count; i++)
        if (strcmp(line->words[i], keyword) == 0)
            return line->words[i + 1];
    return NULL;
}

struct actor *scenario_actor(struct scenario *scenario, unsigned number)
{
    return map_get(&scenario->actors, number);
}

struct station *scenario_station(struct scenario *scenario, const char *word)
{
    unsigned long number = word ? strtoul(word, NULL, 10) : 0;
    return number < SCENARIO_STATIONS ? scenario->stations[number] : NULL;
}

static int64_t patience(const struct scenario *scenario)
{
    return MILLISECONDS(scenario->options.patience_ms);
}

/* --- The cast --- */

static bool set_amf(struct scenario *scenario, const struct scenario_line *line)
{
    unsigned port = line->count > 2 ? (unsigned)strtoul(line->words[2], NULL, 10) : 38412;
    if (port > 65535 || !address_parse(&scenario->driver.amf, line->words[1], (uint16_t)port))
        return scenario_fail(scenario, "'%s' is no IP address", line->words[1]);
    return true;
}

static uint8_t session_type_named(const char *name)
{
    return strcmp(name, "ipv4v6") == 0     ? NAS_SESSION_IPV4V6
           : strcmp(name, "ipv6") == 0     ? NAS_SESSION_IPV6
           : strcmp(name, "ethernet") == 0 ? NAS_SESSION_ETHERNET
                                           : NAS_SESSION_IPV4;
}

static bool set_model(struct scenario *scenario, const struct scenario_line *line)
{
    struct phone_model *model = &scenario->model;
    const char *plmn = option(line, 1, "plmn"), *sst = option(line, 1, "sst"), *sd = option(line, 1, "sd");
    const char *dnn = option(line, 1, "dnn"), *type = option(line, 1, "type"), *tac = option(line, 1, "tac");
    const char *mico = option(line, 1, "mico");
    if (plmn && !nas_plmn_from_text(plmn, &model->plmn))
        return scenario_fail(scenario, "'%s' is no PLMN of five or six digits", plmn);
    if (sst)
        model->slice.sst = (uint8_t)strtoul(sst, NULL, 10);
    if (sd)
        model->slice.sd = (uint32_t)strtoul(sd, NULL, 16);
    if (tac)
        scenario->tac = (uint32_t)strtoul(tac, NULL, 10);
    if (dnn)
        model->dnn = (const char *)arena_copy(&scenario->driver.arena, bytes_of(dnn, strlen(dnn) + 1)).data;
    if (mico) {
        model->mico = true;
        model->active_time = (uint32_t)strtoul(mico, NULL, 10);
    }
    if (type)
        model->session_type = session_type_named(type);
    return true;
}

static bool set_suci(struct scenario *scenario, const struct scenario_line *line)
{
    struct phone_model *model = &scenario->model;
    char profile = line->words[1][0];
    size_t size = profile == 'a' ? 32 : 33;
    uint8_t *key = arena_alloc(&scenario->driver.arena, size);
    if (!key || (profile != 'a' && profile != 'b') || !hex_read(line->words[3], key, size))
        return scenario_fail(scenario,
                             "expected a or b, a key id, and a public key of 32 (a) or 33 (b) bytes in hex");
    model->suci_scheme = profile == 'a' ? SUCI_PROFILE_A : SUCI_PROFILE_B;
    model->suci_key_id = (uint8_t)strtoul(line->words[2], NULL, 10);
    model->suci_key = bytes_of(key, size);
    return true;
}

static bool add_gnb(struct scenario *scenario, const struct scenario_line *line)
{
    unsigned number = (unsigned)strtoul(line->words[1], NULL, 10);
    const char *netns = option(line, 3, "netns"), *address = option(line, 3, "address");
    const char *tac = option(line, 3, "tac"), *why;
    struct ran_gnb_settings settings = {.id = FIRST_GNB_ID + number - 1,
                                        .plmn = scenario->model.plmn,
                                        .tac = tac ? (uint32_t)strtoul(tac, NULL, 10) : scenario->tac,
                                        .slice = scenario->model.slice};
    snprintf(settings.name, sizeof settings.name, "%s", line->words[2]);
    if (!number || number >= SCENARIO_STATIONS || scenario->stations[number])
        return scenario_fail(scenario, "gNB numbers go from 1 to %d, each once", SCENARIO_STATIONS - 1);
    if (!address_parse(&settings.address, address ? address : "127.0.0.1", N3_PORT))
        return scenario_fail(scenario, "'%s' is no IP address", address);
    scenario->stations[number] = driver_add(&scenario->driver, &settings, netns ? netns : "", &why);
    return scenario->stations[number] || scenario_fail(scenario, "gNB %u: %s", number, why);
}

/* TS 38.413 8.6.5: Reroute NAS Request. */
static bool pair_gnbs(struct scenario *scenario, const struct scenario_line *line)
{
    struct station *one = scenario_station(scenario, line->words[1]);
    struct station *other = scenario_station(scenario, line->words[2]);
    if (!one || !other || one == other)
        return scenario_fail(scenario, "expected two gNBs");
    one->gnb.other = &other->gnb;
    other->gnb.other = &one->gnb;
    return true;
}

static bool subscription(struct scenario *scenario, const struct scenario_line *line, struct aka_key *key)
{
    *key = (struct aka_key){.algorithm = AKA_MILENAGE, .k_size = 16, .res_size = 8};
    const char *k = option(line, 2, "key"), *opc = option(line, 2, "opc");
    return (k && opc && hex_read(k, key->k, 16) && hex_read(opc, key->opc, 16)) ||
           scenario_fail(scenario, "a phone needs `key` and `opc`, 32 hex digits each");
}

static bool add_phones(struct scenario *scenario, const struct scenario_line *line)
{
    struct range range;
    struct aka_key key;
    struct station *home = scenario_station(scenario, option(line, 2, "gnb"));
    const char *imsi = option(line, 2, "imsi"), *netns = option(line, 2, "netns");
    bool tun = netns || strcmp(line->words[line->count - 1], "tun") == 0;
    if (!parse_range(scenario, line->words[1], MOST_PHONES, &range) || !subscription(scenario, line, &key))
        return false;
    if (!home || !imsi || strlen(imsi) != 15)
        return scenario_fail(scenario,
                             "a phone needs `gnb NUMBER` of a gNB above, and `imsi` with 15 digits");
    for (unsigned number = range.first; number <= range.last; number++) {
        struct actor *actor = calloc(1, sizeof *actor);
        char digits[24];
        if (!actor || !map_put(&scenario->actors, number, actor))
            return scenario_fail(scenario, "out of memory");
        snprintf(digits, sizeof digits, "%015llu", strtoull(imsi, NULL, 10) + number - range.first);
        phone_init(&actor->phone, &scenario->driver.radio, &scenario->model, digits, &key);
        actor->phone.user = actor;
        actor->number = number;
        actor->wants_tun = tun;
        if (netns)
            snprintf(actor->netns, sizeof actor->netns, "%s%u", netns, number);
        phone_camp(&actor->phone, &home->gnb);
    }
    return true;
}

/* --- Doing something with every phone of a range, and waiting for all of them --- */

static bool all_granted(struct scenario *scenario, const void *argument)
{
    const struct wish *wish = argument;
    for (unsigned i = wish->range.first; i <= wish->range.last; i++) {
        const struct actor *one = scenario_actor(scenario, i);
        if (!one->failed && !wish->granted(one, wish->argument))
            return false;
    }
    return true;
}

bool scenario_expect(struct scenario *scenario, const struct wish *wish, const char *what)
{
    scenario_until(scenario, all_granted, wish, patience(scenario));
    for (unsigned i = wish->range.first; i <= wish->range.last; i++) {
        const struct actor *one = scenario_actor(scenario, i);
        if (one->failed)
            return scenario_fail(scenario, "phone %u is not %s: cause %u", i, what, one->cause);
        if (!wish->granted(one, wish->argument))
            return scenario_fail(scenario, "phone %u is not %s in time", i, what);
    }
    return true;
}

bool scenario_phones(struct scenario *scenario, const char *word, struct range *range)
{
    if (!parse_range(scenario, word, MOST_PHONES, range))
        return false;
    for (unsigned i = range->first; i <= range->last; i++) {
        if (!scenario_actor(scenario, i))
            return scenario_fail(scenario, "there is no phone %u", i);
        scenario_actor(scenario, i)->failed = false;
    }
    return true;
}

static bool is_registered(const struct actor *actor, uint8_t argument)
{
    (void)argument;
    return actor->phone.state == PHONE_ON && !timer_armed(&actor->phone.guard);
}

static bool is_off(const struct actor *actor, uint8_t argument)
{
    (void)argument;
    return actor->phone.state == PHONE_OFF;
}

static bool is_idle(const struct actor *actor, uint8_t argument)
{
    (void)argument;
    return !actor->phone.connection;
}

/* A phone that has left waits for its connection to go before it says anything new (TS 24.501 5.3.1.3, T3540). */
static bool has_left(const struct actor *actor, uint8_t argument)
{
    return is_off(actor, argument) && is_idle(actor, argument);
}

static bool was_released(const struct actor *actor, uint8_t argument)
{
    return actor->released || is_idle(actor, argument);
}

static bool is_served(const struct actor *actor, uint8_t argument)
{
    (void)argument;
    return actor->phone.connection && !actor->phone.awaiting_service;
}

static bool has_session(const struct actor *actor, uint8_t id)
{
    for (unsigned i = 0; i < PHONE_SESSIONS; i++) {
        const struct phone_session *session = &actor->phone.sessions[i];
        if (session->id == id && session->up)
            return phone_session_is_ready(session);
    }
    return false;
}

static bool lacks_session(const struct actor *actor, uint8_t id)
{
    for (unsigned i = 0; i < PHONE_SESSIONS; i++)
        if (actor->phone.sessions[i].id == id)
            return false;
    return true;
}

/* --- Steps --- */

static bool gnbs_answered(struct scenario *scenario, const void *argument)
{
    const struct range *range = argument;
    for (unsigned i = range->first; i <= range->last; i++)
        if (!scenario->answered[i])
            return false;
    return true;
}

static bool start(struct scenario *scenario, const struct scenario_line *line)
{
    struct range range;
    const char *why;
    if (!parse_range(scenario, line->words[1], SCENARIO_STATIONS - 1, &range))
        return false;
    for (unsigned i = range.first; i <= range.last; i++) {
        if (!scenario->stations[i])
            return scenario_fail(scenario, "there is no gNB %u", i);
        scenario->answered[i] = false;
        if (!driver_connect(scenario->stations[i], &why))
            return scenario_fail(scenario, "gNB %u: %s", i, why);
    }
    scenario_until(scenario, gnbs_answered, &range, patience(scenario));
    for (unsigned i = range.first; i <= range.last; i++)
        if (!scenario->stations[i]->gnb.ready)
            return scenario_fail(scenario, "gNB %u was not accepted", i);
    return true;
}

static bool lose(struct scenario *scenario, const struct scenario_line *line)
{
    struct station *lost = scenario_station(scenario, line->words[1]);
    if (!lost)
        return scenario_fail(scenario, "there is no gNB %s", line->words[1]);
    driver_disconnect(lost, true);
    return true;
}

static bool do_register(struct scenario *scenario, const struct scenario_line *line)
{
    struct wish wish = {.granted = is_registered};
    enum nas_registration_kind kind = NAS_INITIAL_REGISTRATION;
    if (line->count > 2)
        kind =
            strcmp(line->words[2], "periodic") == 0 ? NAS_PERIODIC_REGISTRATION : NAS_MOBILITY_REGISTRATION;
    if (!scenario_phones(scenario, line->words[1], &wish.range))
        return false;
    for (unsigned i = wish.range.first; i <= wish.range.last; i++)
        phone_register(&scenario_actor(scenario, i)->phone, kind);
    return scenario_expect(scenario, &wish, "registered");
}

static bool do_deregister(struct scenario *scenario, const struct scenario_line *line)
{
    struct wish wish = {.granted = has_left};
    bool switch_off = line->count > 2 && strcmp(line->words[2], "off") == 0;
    if (!scenario_phones(scenario, line->words[1], &wish.range))
        return false;
    for (unsigned i = wish.range.first; i <= wish.range.last; i++)
        phone_deregister(&scenario_actor(scenario, i)->phone, switch_off);
    return scenario_expect(scenario, &wish, "deregistered");
}

static bool open_sessions(struct scenario *scenario, const struct scenario_line *line)
{
    struct wish wish = {.granted = has_session, .argument = 1};
    if (line->count > 2)
        wish.argument = (uint8_t)strtoul(line->words[2], NULL, 10);
    const char *dnn = line->count > 3 ? line->words[3] : NULL;
    uint8_t type = line->count > 4 ? session_type_named(line->words[4]) : 0;
    if (!scenario_phones(scenario, line->words[1], &wish.range))
        return false;
    for (unsigned i = wish.range.first; i <= wish.range.last; i++)
        if (!phone_open_session(&scenario_actor(scenario, i)->phone, wish.argument, dnn, type))
            return scenario_fail(scenario, "phone %u has session %u already, or too many", i, wish.argument);
    return scenario_expect(scenario, &wish, "given its session");
}

static bool close_sessions(struct scenario *scenario, const struct scenario_line *line)
{
    struct wish wish = {.granted = lacks_session, .argument = (uint8_t)strtoul(line->words[2], NULL, 10)};
    if (!scenario_phones(scenario, line->words[1], &wish.range))
        return false;
    for (unsigned i = wish.range.first; i <= wish.range.last; i++) {
        struct phone *phone = &scenario_actor(scenario, i)->phone;
        struct phone_session *session = phone_session(phone, wish.argument);
        if (!session)
            return scenario_fail(scenario, "phone %u has no session %u", i, wish.argument);
        phone_close_session(phone, session);
    }
    return scenario_expect(scenario, &wish, "rid of its session");
}

static bool make_idle(struct scenario *scenario, const struct scenario_line *line)
{
    struct wish wish = {.granted = was_released};
    if (!scenario_phones(scenario, line->words[1], &wish.range))
        return false;
    for (unsigned i = wish.range.first; i <= wish.range.last; i++) {
        scenario_actor(scenario, i)->released = false;
        if (scenario_actor(scenario, i)->phone.connection)
            ran_gnb_release_request(scenario_actor(scenario, i)->phone.connection);
    }
    return scenario_expect(scenario, &wish, "idle");
}

static bool do_service(struct scenario *scenario, const struct scenario_line *line)
{
    struct wish wish = {.granted = is_served};
    if (!scenario_phones(scenario, line->words[1], &wish.range))
        return false;
    for (unsigned i = wish.range.first; i <= wish.range.last; i++)
        phone_request_service(&scenario_actor(scenario, i)->phone, NAS_SERVICE_DATA);
    return scenario_expect(scenario, &wish, "served");
}

static bool move(struct scenario *scenario, const struct scenario_line *line)
{
    struct range range;
    struct station *to = scenario_station(scenario, line->words[3]);
    if (!scenario_phones(scenario, line->words[1], &range))
        return false;
    if (!to)
        return scenario_fail(scenario, "there is no gNB %s", line->words[3]);
    for (unsigned i = range.first; i <= range.last; i++)
        phone_camp(&scenario_actor(scenario, i)->phone, &to->gnb);
    return true;
}

static bool expect_state(struct scenario *scenario, const struct scenario_line *line)
{
    static const struct {
        const char *name;
        bool (*granted)(const struct actor *actor, uint8_t argument);
    } states[] = {
        {"registered", is_registered}, {"off", is_off}, {"idle", is_idle}, {"connected", is_served}};
    struct wish wish = {0};
    for (unsigned i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i].name, line->words[2]) == 0)
            wish.granted = states[i].granted;
    if (!wish.granted)
        return scenario_fail(scenario, "'%s' is none of registered, off, idle, connected", line->words[2]);
    return scenario_phones(scenario, line->words[1], &wish.range) &&
           scenario_expect(scenario, &wish, line->words[2]);
}

static bool run_command(struct scenario *scenario, const struct scenario_line *line)
{
    const char *where = line->words[1];
    char netns[64] = "";
    if (!line->rest)
        return scenario_fail(scenario, "expected: run WHERE: COMMAND");
    if (strncmp(where, "here", 4) != 0) {
        const struct actor *phone = scenario_actor(scenario, (unsigned)strtoul(where, NULL, 10));
        snprintf(netns, sizeof netns, "%s", phone ? phone->netns : where);
        netns[strcspn(netns, ":")] = '\0';
    }
    int status = scenario_command(scenario, netns, line->rest);
    return status == 0 || scenario_fail(scenario, "the command ended with status %d", status);
}

static bool say(struct scenario *scenario, const struct scenario_line *line)
{
    if (scenario->options.show != SCENARIO_FLOW)
        return true;
    printf("\n%s", scenario->options.colour ? "\033[1m" : "");
    for (unsigned i = 1; i < line->count; i++)
        printf("%s%s", i > 1 ? " " : "", line->words[i]);
    printf("%s\n", scenario->options.colour ? "\033[0m" : "");
    fflush(stdout);
    return true;
}

static bool watch(struct scenario *scenario, const struct scenario_line *line)
{
    scenario->watched =
        strcmp(line->words[1], "all") == 0 ? UINT32_MAX : (unsigned)strtoul(line->words[1], NULL, 10);
    return true;
}

static bool never(struct scenario *scenario, const void *argument)
{
    (void)scenario, (void)argument;
    return false;
}

static bool wait(struct scenario *scenario, const struct scenario_line *line)
{
    scenario_until(scenario, never, NULL, MILLISECONDS(strtoul(line->words[1], NULL, 10)));
    return true;
}

static bool stay(struct scenario *scenario, const struct scenario_line *line)
{
    (void)line;
    scenario_until(scenario, never, NULL, INT64_MAX / 2);
    return true;
}

const struct scenario_step scenario_steps[] = {
    {"amf", "ADDRESS [PORT]", "where the core's N2 is (default 127.0.0.5 38412)", 1, set_amf},
    {"model", "[plmn P] [tac T] [sst S] [sd HEX] [dnn NAME] [type ipv4|ipv6|ipv4v6|ethernet] [mico SECONDS]",
     "what gNBs and phones have in common; mico: phones ask to sleep, and to listen so long before", 2,
     set_model},
    {"suci", "a|b KEY-ID PUBLIC-KEY", "phones conceal their identity with this home network key", 3,
     set_suci},
    {"gnb", "NUMBER NAME [address A] [netns N] [tac T]", "a gNB", 2, add_gnb},
    {"pair", "GNB GNB", "they are one gNB with two AMFs: a phone that one AMF sends on goes to the other", 2,
     pair_gnbs},
    {"phones", "RANGE gnb N imsi FIRST key HEX opc HEX [netns PREFIX | tun]",
     "phones, with TUN devices in namespaces PREFIX1...", 8, add_phones},
    {"start", "GNBS", "associate, and wait for NG Setup to be accepted", 1, start},
    {"lose", "GNB", "cut the association", 1, lose},
    {"register", "PHONES [periodic|mobility]", "and wait until all are registered", 1, do_register},
    {"deregister", "PHONES [off]", "off: switched off, no answer is waited for", 1, do_deregister},
    {"session", "PHONES [ID [DNN [ipv4|ipv6|ipv4v6|ethernet]]]", "open a PDU session each", 1, open_sessions},
    {"flow", "PHONES ID 5QI [KBPS]",
     "a QoS flow for the session's UDP packets, with that rate guaranteed and at most", 3, scenario_flow},
    {"close", "PHONES ID", "release the PDU session", 2, close_sessions},
    {"idle", "PHONES", "the gNB asks the core to release them for inactivity", 1, make_idle},
    {"service", "PHONES", "service request for all sessions", 1, do_service},
    {"move", "PHONES gnb N", "camp on another cell, without a word to the network", 3, move},
    {"xn-handover", "PHONES gnb N", "over Xn, and wait until the core has switched the path", 3,
     scenario_xn_handover},
    {"n2-handover", "PHONES gnb N [direct]",
     "through the core; direct: packets are sent after the phone from gNB to gNB, else back through the UPF",
     3, scenario_n2_handover},
    {"cancel-handover", "PHONES gnb N", "begin an N2 handover, and cancel it at once", 3,
     scenario_cancel_handover},
    {"limit", "GNB SESSIONS", "most sessions it takes over of a phone that is handed over to it", 2,
     scenario_limit},
    {"expect", "PHONES registered|off|idle|connected", "wait until it is so", 2, expect_state},
    {"run", "PHONE|NETNS|here: COMMAND", "run a shell command there; it must succeed", 1, run_command},
    {"try", "STEP", "one of the others; when it does not come true, that is said, and the scenario goes on",
     1, scenario_try},
    {"say", "\"TEXT\"", "a headline", 1, say},
    {"watch", "COUNT|all", "show the messages of the first COUNT phones (0: of nobody)", 1, watch},
    {"wait", "MILLISECONDS", "do nothing", 1, wait},
    {"stay", "", "go on until interrupted", 0, stay},
    {0},
};

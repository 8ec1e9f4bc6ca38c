/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/bundle.h"
#include "config/file.h"
#include "config/read.h"

enum { MEMORY_MOST = 16 << 20 };

/* `given`, or where it is empty the state_dir with something behind it. NULL: out of memory. */
static const char *in_state(struct config *config, const char *given, const char *behind)
{
    if (given[0])
        return given;
    size_t size = strlen(config->state_dir) + strlen(behind) + 1;
    char *path = arena_alloc(&config->memory, size);
    if (path)
        snprintf(path, size, "%s%s", config->state_dir, behind);
    return path;
}

/* What depends on other keys. */
static bool complete(struct config *config)
{
    config->store_path = in_state(config, config->store_path_key, "/demarc.db");
    config->recorder.folder = in_state(config, config->recorder.folder_key, "-evidence");
    return config->store_path && config->recorder.folder;
}

/* One for each trust domain, or one for each gNB. */
static bool derive_edges(struct config *config)
{
    const struct config_inventory *inventory = &config->inventory;
    const bool each = inventory->isolation == CONFIG_ISOLATION_GNB;
    const unsigned count = each ? inventory->gnb_count : inventory->domain_count;
    struct config_edge *edges = arena_array(&config->memory, count ? count : 1, sizeof *edges);
    for (unsigned i = 0; edges && i < count; i++) {
        const struct config_domain *domain =
            each ? config_find_domain(inventory, inventory->gnbs[i].domain) : &inventory->domains[i];
        edges[i] = (struct config_edge){.name = each ? inventory->gnbs[i].name : domain->name,
                                        .domain = domain,
                                        .listen = each ? inventory->gnbs[i].listen : domain->listen,
                                        .listen_count =
                                            each ? inventory->gnbs[i].listen_count : domain->listen_count};
    }
    config->edges = edges;
    config->edge_count = count;
    return edges != NULL;
}

/* Who is not on this host has to show a token. */
static bool guards_console(const struct config *config, const char *name, struct config_error *error)
{
    char listen[VALUE_TEXT_BYTES];
    if (!config->console.any.sa_family || *config->console_token || address_is_loopback(&config->console))
        return true;
    snprintf(
        error->text, sizeof error->text,
        "%s:1: console.token_file: found none beside console.listen %s, expected one, or an address of this "
        "host's own such as 127.0.0.1",
        name, config_endpoint_text(&config->console, listen));
    return false;
}

static bool no_memory(const char *name, struct config_error *error)
{
    snprintf(error->text, sizeof error->text, "%s:1: file: found no memory for it, expected a smaller one",
             name);
    return false;
}

/* The folder that the file lies in, with its slash; "" where it is the current one. */
static bool take_folder(struct config *config, const char *file)
{
    const char *slash = strrchr(file, '/');
    const size_t length = slash ? (size_t)(slash + 1 - file) : 0;
    char *folder = arena_alloc(&config->memory, length + 1);
    char *path = arena_alloc(&config->memory, strlen(file) + 1);
    if (!folder || !path)
        return false;
    memcpy(folder, file, length);
    memcpy(path, file, strlen(file) + 1);
    config->inventory.folder = folder;
    config->inventory.file = path;
    config->inventory.lines = &config->lines;
    return true;
}

/* The inventory's own, and those of its partners and recipients. */
static bool take_profiles(struct config *config, struct config_error *error)
{
    struct config_inventory *inventory = &config->inventory;
    struct config_profile unused;
    bool good =
        config_read_profile(inventory, inventory->profile_key, &inventory->profile, &config->memory, error);
    for (unsigned i = 0; good && i < inventory->partner_count; i++)
        good = config_read_profile(inventory, inventory->partners[i].profile,
                                   &inventory->partners[i].thresholds, &config->memory, error);
    for (unsigned i = 0; good && i < inventory->recipient_count; i++)
        good =
            config_read_profile(inventory, inventory->recipients[i].profile, &unused, &config->memory, error);
    return good;
}

/* The stricter of what the configuration asks of witnesses and what the profile does. */
static void take_quorum(struct config *config)
{
    struct config_recorder *recorder = &config->recorder;
    const struct config_profile *profile = &config->inventory.profile;
    recorder->quorum = recorder->quorum_key > profile->quorum ? recorder->quorum_key : profile->quorum;
    recorder->quorum_within = profile->quorum_within && profile->quorum_within < recorder->quorum_within_key
                                  ? profile->quorum_within
                                  : recorder->quorum_within_key;
}

static void keep_files(struct config *config, struct config_bundle *bundle)
{
    if (config->inventory.bundle != bundle)
        config_bundle_free(config->inventory.bundle);
    config->inventory.bundle = bundle;
}

static const struct config_part *inventory_of(struct config_bundle *bundle, struct config_error *error)
{
    return config_bundle_take(bundle, CONFIG_PART_INVENTORY, config_bundle_part(bundle, 0)->name, error);
}

static bool take_inventory(struct config *config, struct config_bundle *bundle, struct config_error *error)
{
    keep_files(config, bundle);
    const struct config_part *part = bundle ? inventory_of(bundle, error) : NULL;
    if (!part)
        return false;
    const struct config_source source = {part->path, part->text, part->length};
    if (!config_read(inventory_keys, &source, config, &config->memory, &config->lines, error) ||
        !((take_folder(config, part->path) && derive_edges(config)) || no_memory(part->path, error)) ||
        !take_profiles(config, error))
        return false;
    take_quorum(config);
    return true;
}

bool config_take_inventory(struct config *config, struct config_bundle *bundle, struct config_error *error)
{
    struct config_report report = {0};
    if (!take_inventory(config, bundle, error))
        return false;
    if (config_agrees(config, &report))
        return true;
    snprintf(error->text, sizeof error->text, "%s", report.first);
    return false;
}

bool config_parse_inventory(struct config *config, const char *text, size_t length, const char *name,
                            struct config_error *error)
{
    return take_inventory(config, config_bundle_of(name, text, length, error), error);
}

/* Without an inventory: that of an empty file. */
static bool parse(struct config *config, const char *text, size_t length, const char *name,
                  struct config_error *error)
{
    const struct config_source source = {name, text, length};
    return config_read(config_keys, &source, config, &config->memory, NULL, error) &&
           guards_console(config, name, error) && (complete(config) || no_memory(name, error)) &&
           config_parse_inventory(config, "", 0, "defaults", error);
}

struct config *config_parse(const char *text, size_t length, const char *name, struct config_error *error)
{
    struct config *config = calloc(1, sizeof *config);
    if (!config) {
        no_memory(name, error);
        return NULL;
    }
    arena_init(&config->memory, MEMORY_MOST);
    if (parse(config, text, length, name, error))
        return config;
    config_free(config);
    return NULL;
}

/* Where the inventory is that the configuration in `file` names; "": nowhere. */
static const char *inventory_path(const struct config *config, const char *file, char *path)
{
    const char *name = config->inventory_path_key, *slash = strrchr(file, '/');
    const int folder = *name && *name != '/' && slash ? (int)(slash + 1 - file) : 0;
    snprintf(path, CONFIG_PATH_MOST, "%.*s%s", folder, file, name);
    return path;
}

/* Without its inventory. */
static struct config *load_alone(const char *path, struct config_error *error)
{
    struct config_text text = config_file_read(path, error);
    struct config *config = text.bytes ? config_parse(text.bytes, text.length, path, error) : NULL;
    config_file_forget(text);
    return config;
}

/* NULL: the defaults hold. */
static const char *file_of(const char *path)
{
    if (path)
        return path;
    return access(CONFIG_FILE, F_OK) != 0 && errno == ENOENT ? NULL : CONFIG_FILE;
}

struct config_bundle *config_bundle_named(const struct config *config, const char *path,
                                          struct config_error *error)
{
    char inventory[CONFIG_PATH_MOST];
    const char *file = file_of(path);
    if (!file || !*inventory_path(config, file, inventory))
        return config_bundle_of("defaults", "", 0, error);
    return config_bundle_open(inventory, error);
}

struct config *config_load_alone(const char *path, struct config_error *error)
{
    const char *file = file_of(path);
    return file ? load_alone(file, error) : config_parse("", 0, "defaults", error);
}

struct config *config_load(const char *path, struct config_error *error)
{
    struct config *config = config_load_alone(path, error);
    if (config && config_take_inventory(config, config_bundle_named(config, path, error), error))
        return config;
    config_free(config);
    return NULL;
}

static bool report_inventory(struct config *config, struct config_bundle *bundle,
                             struct config_report *report)
{
    struct config_error error;
    const struct config_part *part = config_bundle_part(bundle, 0);
    const struct config_source source = {part->path, part->text, part->length};
    keep_files(config, bundle);
    return config_read_all(inventory_keys, &source, config, &config->memory, NULL, report) &&
           (take_inventory(config, bundle, &error) || config_report(report, "%s", error.text)) &&
           config_agrees(config, report);
}

struct config *config_load_reporting(const char *path, const char *inventory, struct config_report *report)
{
    struct config_error error;
    struct config *config = config_load_alone(path, &error);
    struct config_bundle *bundle = !config     ? NULL
                                   : inventory ? config_bundle_open(inventory, &error)
                                               : config_bundle_named(config, path, &error);
    if (!bundle)
        config_report(report, "%s", error.text);
    else if (report_inventory(config, bundle, report))
        return config;
    config_free(config);
    return NULL;
}

void config_forget_secrets(struct config *config)
{
    for (unsigned i = 0; i < config->home_key_count; i++)
        OPENSSL_cleanse((void *)(uintptr_t)config->home_keys[i].private_key,
                        sizeof config->home_keys[i].private_key);
    config->home_key_count = 0;
}

void config_forget_files(struct config *config)
{
    keep_files(config, NULL);
}

void config_free(struct config *config)
{
    if (!config)
        return;
    config_forget_secrets(config);
    config_forget_files(config);
    map_free(&config->lines);
    arena_free(&config->memory);
    free(config);
}

struct comparison {
    const struct config *old, *new;
    void (*changed)(void *context, const char *key, bool needs_restart);
    void *context;
};

static bool values_equal(const struct comparison *c, const struct key *key)
{
    char *before = config_write_value(key, c->old), *after = config_write_value(key, c->new);
    bool equal = before && after && strcmp(before, after) == 0;
    free(before);
    free(after);
    return equal;
}

static bool home_keys_equal(const struct config *a, const struct config *b)
{
    if (a->home_key_count != b->home_key_count)
        return false;
    for (unsigned i = 0; i < a->home_key_count; i++)
        if (a->home_keys[i].id != b->home_keys[i].id || a->home_keys[i].profile != b->home_keys[i].profile ||
            CRYPTO_memcmp(a->home_keys[i].private_key, b->home_keys[i].private_key, 32) != 0)
            return false;
    return true;
}

static void compare_keys(const struct comparison *c, const struct key *keys, const char *section)
{
    for (const struct key *key = keys; key->name; key++) {
        char name[96];
        snprintf(name, sizeof name, "%s%s%s", section, section[0] ? "." : "", key->name);
        if (key->fields && !key->list) {
            compare_keys(c, key->fields, name);
            continue;
        }
        /* Secrets are not printed, so printing cannot tell them apart. */
        bool equal = key->check == check_home_key ? home_keys_equal(c->old, c->new) : values_equal(c, key);
        if (!equal)
            c->changed(c->context, name, !key->live);
    }
}

void config_compare(const struct config *old, const struct config *new,
                    void (*changed)(void *context, const char *key, bool needs_restart), void *context)
{
    struct comparison c = {old, new, changed, context};
    compare_keys(&c, config_keys, "");
    compare_keys(&c, inventory_keys, "inventory");
}

static void keep_keys(const struct key *keys, char *new, const char *running)
{
    for (const struct key *key = keys; key->name; key++) {
        if (key->fields && !key->list) {
            keep_keys(key->fields, new, running);
            continue;
        }
        if (key->live)
            continue;
        memcpy(new + key->offset, running + key->offset, key->list ? sizeof(void *) : key->size);
        if (key->list)
            memcpy(new + key->count_offset, running + key->count_offset, sizeof(unsigned));
    }
}

void config_keep(struct config *new, const struct config *running)
{
    keep_keys(config_keys, (char *)new, (const char *)running);
    keep_keys(inventory_keys, (char *)new, (const char *)running);
    new->store_path = running->store_path;
    new->recorder.folder = running->recorder.folder;
    new->recorder.quorum = running->recorder.quorum;
    new->recorder.quorum_within = running->recorder.quorum_within;
    new->edges = running->edges;
    new->edge_count = running->edge_count;
}

const struct config_edge *config_find_edge(const struct config *config, const char *name)
{
    for (unsigned i = 0; i < config->edge_count; i++)
        if (strcmp(config->edges[i].name, name) == 0)
            return &config->edges[i];
    return NULL;
}

const struct config_plane_network *config_plane_network(const struct config_plane *plane, const char *name)
{
    for (unsigned i = 0; i < plane->network_count; i++)
        if (strcmp(plane->networks[i].name, name) == 0)
            return &plane->networks[i];
    return NULL;
}

bool config_plane_serves(const struct config_plane *plane, const char *name)
{
    return plane->network_count == 0 || config_plane_network(plane, name);
}

const struct config_dnn *config_find_dnn(const struct config *config, const char *name)
{
    for (unsigned i = 0; i < config->smf.dnn_count; i++)
        if (strcasecmp(config->smf.dnns[i].name, name) == 0)
            return &config->smf.dnns[i];
    return NULL;
}

static bool plmn_among(const struct config_plmn *plmns, unsigned count, struct config_plmn plmn)
{
    for (unsigned i = 0; i < count; i++)
        if (memcmp(&plmns[i], &plmn, sizeof plmn) == 0)
            return true;
    return false;
}

bool config_serves_tac(const struct config_serving *serving, uint32_t tac)
{
    for (unsigned i = 0; i < serving->tac_count; i++)
        if (serving->tacs[i] == tac)
            return true;
    return false;
}

bool config_is_equivalent(const struct config_serving *serving, struct config_plmn plmn)
{
    return plmn_among(serving->equivalents, serving->equivalent_count, plmn);
}

bool config_is_home(const struct config *config, struct config_plmn plmn)
{
    const struct config_network *network = &config->network;
    if (network->home_count)
        return plmn_among(network->homes, network->home_count, plmn);
    return config_find_plmn(config, plmn) != NULL;
}

const struct config_registration_area *config_find_area(const struct config *config, struct config_area tai)
{
    for (unsigned i = 0; i < config->network.area_count; i++) {
        const struct config_registration_area *area = &config->network.areas[i];
        for (unsigned k = 0; k < area->tai_count; k++)
            if (config_area_equal(area->tais[k], tai))
                return area;
    }
    return NULL;
}

const struct config_serving *config_find_plmn(const struct config *config, struct config_plmn plmn)
{
    for (unsigned i = 0; i < config->network.serving_count; i++)
        if (memcmp(&config->network.serving[i].plmn, &plmn, sizeof plmn) == 0)
            return &config->network.serving[i];
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "line/gateway.h"

#include <stdio.h>

/* Addresses of one family, from first to last. */
struct selector {
    struct selector *next;
    struct config_ip first, last;
    bool sctp; /* lets all of SCTP through: it is not bound to another protocol, or to ports */
};

/* What one CHILD_SA lets through, and who is at the other end. */
struct gateway_path {
    const struct gateway_path *next;
    struct bytes identity;
    const struct selector *local, *remote;
};

/* --- reading --- */

static bool read_prefix(const char *text, struct selector *selector)
{
    struct config_prefix prefix;
    if (!config_prefix_parse(text, &prefix))
        return false;
    selector->first.family = selector->last.family = prefix.family;
    memcpy(selector->first.address, prefix.address, sizeof prefix.address);
    memcpy(selector->last.address, prefix.address, sizeof prefix.address);
    const unsigned bits = prefix.family == AF_INET ? 32 : 128;
    for (unsigned i = prefix.length; i < bits; i++)
        selector->last.address[i / 8] |= (uint8_t)(0x80 >> i % 8);
    return true;
}

static bool read_range(char *text, struct selector *selector)
{
    char *dots = strstr(text, "..");
    if (!dots)
        return false;
    *dots = '\0';
    return config_ip_parse(text, &selector->first) && config_ip_parse(dots + 2, &selector->last) &&
           selector->first.family == selector->last.family;
}

static bool read_selector(struct bytes from, struct selector *selector)
{
    char text[2 * INET6_ADDRSTRLEN + 32];
    if (from.len >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)from.len, (const char *)from.data);
    char *bounds = strchr(text, '[');
    selector->sctp = !bounds || strcmp(bounds, "[sctp]") == 0 || strcmp(bounds, "[132]") == 0;
    if (bounds)
        *bounds = '\0';
    return read_prefix(text, selector) || read_range(text, selector);
}

static bool read_selectors(struct arena *arena, const struct vici_selector *from, const struct selector **to)
{
    for (; from; from = from->next) {
        struct selector *selector = ARENA_NEW(arena, struct selector);
        if (!selector || !read_selector(from->text, selector))
            return false;
        selector->next = (struct selector *)*to;
        *to = selector;
    }
    return true;
}

/* In the midst of being renewed it still stands. */
static bool in_use(struct bytes state, const char *settled)
{
    return bytes_are(state, settled) || bytes_are(state, "REKEYING");
}

static bool take_child(struct gateway_view *view, struct arena *arena, struct bytes identity,
                       const struct vici_child *child)
{
    struct gateway_path *path = ARENA_NEW(arena, struct gateway_path);
    if (!path)
        return false;
    *path = (struct gateway_path){.next = view->paths, .identity = identity};
    view->paths = path;
    return read_selectors(arena, child->local, &path->local) &&
           read_selectors(arena, child->remote, &path->remote);
}

bool gateway_take(struct gateway_view *view, struct arena *arena, const struct vici_sa *sa)
{
    if (!in_use(sa->state, "ESTABLISHED"))
        return true;
    const struct bytes identity = arena_copy(arena, sa->remote_id);
    if (!identity.len)
        return false;
    for (const struct vici_child *child = sa->children; child; child = child->next)
        if (in_use(child->state, "INSTALLED") && !take_child(view, arena, identity, child))
            return false;
    return true;
}

/* --- comparing --- */

static bool covers(const struct selector *selector, const struct config_ip *ip, bool *sctp)
{
    const size_t size = ip->family == AF_INET ? 4 : 16;
    bool covered = false;
    for (; selector; selector = selector->next)
        if (selector->first.family == ip->family && memcmp(selector->first.address, ip->address, size) <= 0 &&
            memcmp(ip->address, selector->last.address, size) <= 0) {
            covered = true;
            *sctp |= selector->sctp;
        }
    return covered;
}

/* NULL: it is another's. */
static const char *certificate_of(const struct config_gnb *enrolled, struct bytes identity)
{
    for (unsigned i = 0; i < enrolled->certificate_count; i++)
        if (bytes_are(identity, enrolled->certificates[i]))
            return enrolled->certificates[i];
    return NULL;
}

static enum gateway_verdict who_reaches(const struct gateway_view *view, const struct config_gnb *enrolled,
                                        const struct config_ip *from, const struct config_ip *to,
                                        const char **certificate)
{
    enum gateway_verdict verdict = GATEWAY_NOBODY;
    for (const struct gateway_path *path = view->paths; path; path = path->next) {
        bool sent = false, received = false;
        if (!covers(path->remote, from, &sent) || !covers(path->local, to, &received))
            continue;
        const char *named = certificate_of(enrolled, path->identity);
        if (!named)
            return GATEWAY_ANOTHER;
        if (sent && received) {
            verdict = GATEWAY_PROVED;
            *certificate = named;
        }
    }
    return verdict;
}

enum gateway_verdict gateway_who(const struct gateway_view *view, const struct config_gnb *enrolled,
                                 const union socket_address *from, const struct config_edge *edge,
                                 const char **certificate)
{
    if (!view)
        return GATEWAY_SILENT;
    const struct config_ip sender = config_ip_of(from);
    enum gateway_verdict verdict = GATEWAY_NOBODY;
    for (unsigned i = 0; i < edge->listen_count; i++) {
        const struct config_ip own = config_ip_of(&edge->listen[i]);
        if (own.family != sender.family)
            continue;
        verdict = who_reaches(view, enrolled, &sender, &own, certificate);
        if (verdict != GATEWAY_PROVED)
            return verdict;
    }
    return verdict;
}

const char *gateway_verdict_text(enum gateway_verdict verdict)
{
    switch (verdict) {
    case GATEWAY_SILENT:
        return "the security gateway does not say whose certificate it has";
    case GATEWAY_NOBODY:
        return "no IPsec tunnel leads from its N2 address to ours";
    case GATEWAY_ANOTHER:
        return "the certificate behind its N2 address is another one than it is enrolled with";
    case GATEWAY_PROVED:
        break;
    }
    return "its certificate is the one that it is enrolled with";
}

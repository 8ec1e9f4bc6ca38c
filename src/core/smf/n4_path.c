/* SPDX-License-Identifier: Apache-2.0 */
/* What a plane reports of its GTP-U paths (TS 29.244 5.9, 7.4.5; TS 23.527 5.2.2). Sessions stay: a path may come back. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "core/smf/n4.h"
#include "kit/log.h"

const char *n4_ip_text(const struct pfcp_ip *ip, char text[INET6_ADDRSTRLEN])
{
    return ip->has_v4 ? inet_ntop(AF_INET, ip->v4, text, INET6_ADDRSTRLEN)
                      : inet_ntop(AF_INET6, ip->v6, text, INET6_ADDRSTRLEN);
}

static bool same_ip(const struct pfcp_ip *a, const struct pfcp_ip *b)
{
    return a->has_v4 == b->has_v4 && a->has_v6 == b->has_v6 &&
           (!a->has_v4 || memcmp(a->v4, b->v4, sizeof a->v4) == 0) &&
           (!a->has_v6 || memcmp(a->v6, b->v6, sizeof a->v6) == 0);
}

static struct failed_path **find(struct upf *upf, const struct pfcp_ip *gnb)
{
    struct failed_path **place = &upf->failed_paths;
    while (*place && !same_ip(&(*place)->gnb, gnb))
        place = &(*place)->next;
    return place;
}

static void failed(struct upf *upf, const struct pfcp_ip *gnb)
{
    char text[INET6_ADDRSTRLEN];
    struct failed_path **place = find(upf, gnb);
    if (*place)
        return;
    upf->smf->core->metrics.path_failures++;
    log_warning("smf", NULL, "plane %s: GTP-U path to gNB %s has failed", upf->name, n4_ip_text(gnb, text));
    *place = calloc(1, sizeof **place);
    if (*place)
        (*place)->gnb = *gnb;
}

static void recovered(struct upf *upf, const struct pfcp_ip *gnb)
{
    char text[INET6_ADDRSTRLEN];
    struct failed_path **place = find(upf, gnb), *path = *place;
    if (!path)
        return;
    log_info("smf", NULL, "plane %s: GTP-U path to gNB %s works again", upf->name, n4_ip_text(gnb, text));
    *place = path->next;
    free(path);
}

void n4_path_report(struct upf *upf, const struct pfcp_node_report_request *report)
{
    for (size_t i = 0; report->has_path_failure && i < report->path_failure.peers_count; i++)
        failed(upf, &report->path_failure.peers[i].ip);
    for (size_t i = 0; report->has_path_recovery && i < report->path_recovery.peers_count; i++)
        recovered(upf, &report->path_recovery.peers[i].ip);
}

void n4_forget_paths(struct upf *upf)
{
    while (upf->failed_paths) {
        struct failed_path *path = upf->failed_paths;
        upf->failed_paths = path->next;
        free(path);
    }
}

unsigned n4_failed_paths(const struct upf *upf)
{
    unsigned count = 0;
    for (const struct failed_path *path = upf->failed_paths; path; path = path->next)
        count++;
    return count;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/forwarding.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit/log.h"
#include "plane/setting.h"

static const char setting_v4[] = "/proc/sys/net/ipv4/ip_forward";
static const char setting_v6[] = "/proc/sys/net/ipv6/conf/all/forwarding";

static bool is_off(const char *path)
{
    char value = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool off = fd >= 0 && read(fd, &value, 1) == 1 && value == '0';
    if (fd >= 0)
        close(fd);
    return off;
}

static void switch_on(const char *path)
{
    if (!setting_write(path, '1'))
        log_warning("plane", NULL,
                    "cannot switch on %s: %s; phones will have no internet, write 1 to it as root", path,
                    strerror(errno));
}

/* --- notes: which families were off, and in which network namespace --- */

static uint64_t own_namespace(void)
{
    struct stat about;
    return stat("/proc/self/ns/net", &about) == 0 ? about.st_ino : 0;
}

static void read_note(const char *path, struct forwarding *was)
{
    char families[8];
    uint64_t where;
    FILE *note = fopen(path, "re");
    if (note && fscanf(note, "%7s %" SCNu64, families, &where) == 2 && where == own_namespace()) {
        was->v4 |= strchr(families, '4') != NULL;
        was->v6 |= strchr(families, '6') != NULL;
    }
    if (note)
        fclose(note);
}

static void write_note(const struct forwarding *was)
{
    FILE *note = was->v4 || was->v6 ? fopen(was->note, "we") : NULL;
    if (!note)
        return;
    fprintf(note, "%s%s %" PRIu64 "\n", was->v4 ? "4" : "", was->v6 ? "6" : "", own_namespace());
    fclose(note);
}

/* What the notes of the others say. */
static struct forwarding others(const char *own)
{
    char path[512];
    struct forwarding all = {0};
    const char *name = strrchr(own, '/') + 1, *ending = strrchr(own, '.');
    snprintf(path, sizeof path, "%.*s", (int)(name - own), own);
    DIR *folder = opendir(path);
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        const char *its = strrchr(entry->d_name, '.');
        if (!its || strcmp(its, ending) != 0 || strcmp(entry->d_name, name) == 0)
            continue;
        snprintf(path, sizeof path, "%.*s%s", (int)(name - own), own, entry->d_name);
        read_note(path, &all);
    }
    if (folder)
        closedir(folder);
    return all;
}

/* The note is written first: who finds forwarding on, finds a note that says by whom. */
void forwarding_need(struct forwarding *forwarding, bool v4, bool v6, const char *note)
{
    snprintf(forwarding->note, sizeof forwarding->note, "%s", note);
    read_note(note, forwarding);
    const bool off_v4 = v4 && is_off(setting_v4), off_v6 = v6 && is_off(setting_v6);
    const struct forwarding beside = others(note);
    forwarding->v4 |= off_v4 || (v4 && beside.v4);
    forwarding->v6 |= off_v6 || (v6 && beside.v6);
    write_note(forwarding);
    if (off_v4)
        switch_on(setting_v4);
    if (off_v6)
        switch_on(setting_v6);
}

/* Of planes that end at the same moment the last one to take its note away finds no other. */
void forwarding_leave(struct forwarding *forwarding)
{
    if (!forwarding->note[0])
        return;
    unlink(forwarding->note);
    const struct forwarding beside = others(forwarding->note);
    if (forwarding->v4 && !beside.v4)
        setting_write(setting_v4, '0');
    if (forwarding->v6 && !beside.v6)
        setting_write(setting_v6, '0');
    *forwarding = (struct forwarding){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "keeper/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kit/log.h"
#include "kit/sctp.h"

enum { KERNEL_MAJOR = 5, KERNEL_MINOR = 10 };

static bool check_kernel(void)
{
    struct utsname name;
    unsigned major = 0, minor = 0;
    if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
        return true;
    if (major > KERNEL_MAJOR || (major == KERNEL_MAJOR && minor >= KERNEL_MINOR))
        return true;
    log_error("host", NULL, "this kernel is %s: Demarc needs %d.%d or later; update the host", name.release,
              KERNEL_MAJOR, KERNEL_MINOR);
    return false;
}

/* Makes a TUN device for the moment: whoever can do that can also give it addresses. */
static bool can_make_tun(int fd)
{
    struct ifreq wanted = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    if (ioctl(fd, TUNSETIFF, &wanted) == 0)
        return true;
    log_error("host", NULL, "no TUN device can be made: %s; CAP_NET_ADMIN is needed: run as root%s",
              strerror(errno), geteuid() == 0 ? " with all its capabilities (--cap-add NET_ADMIN)" : "");
    return false;
}

static bool check_tun(void)
{
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        bool good = can_make_tun(fd);
        close(fd);
        return good;
    }
    if (errno == EACCES || errno == EPERM)
        log_error("host", NULL, "/dev/net/tun cannot be opened: %s; run as root", strerror(errno));
    else
        log_error(
            "host", NULL,
            "there is no usable /dev/net/tun (%s): load the module (modprobe tun), or give the device to the "
            "container (--device /dev/net/tun)",
            strerror(errno));
    return false;
}

static void explain(const char *what, const union socket_address *address, const char *key, int cause)
{
    char at[ADDRESS_TEXT];
    address_print(address, at);
    if (cause == EADDRINUSE)
        log_error("host", NULL,
                  "%s at %s is taken by another process: stop it (ss -anp shows it), or change %s", what, at,
                  key);
    else if (cause == EADDRNOTAVAIL)
        log_error("host", NULL,
                  "%s at %s: this host does not have the address; add it (ip address add), or change %s",
                  what, at, key);
    else if (cause == EPERM || cause == EACCES)
        log_error("host", NULL, "%s at %s needs privileges (CAP_NET_RAW, CAP_NET_ADMIN): run as root", what,
                  at);
    else if (cause == EPROTONOSUPPORT || cause == ESOCKTNOSUPPORT)
        log_error("host", NULL,
                  "%s at %s: this kernel has no SCTP; load the module sctp, or set n2.sctp to auto", what,
                  at);
    else
        log_error("host", NULL, "%s at %s cannot be opened: %s; see %s", what, at, strerror(cause), key);
}

static void close_if_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

static bool check_port(const char *what, int type, const union socket_address *address, const char *key)
{
    const int on = 1;
    int fd = socket(address->any.sa_family, type | SOCK_CLOEXEC, 0);
    if (fd >= 0 && type == SOCK_STREAM)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool good = fd >= 0 && bind(fd, &address->any, address_length(address)) == 0;
    if (!good)
        explain(what, address, key, errno);
    close_if_open(fd);
    return good;
}

static bool check_n2(const struct config *config)
{
    bool good = true;
    for (unsigned i = 0; i < config->edge_count; i++)
        for (unsigned k = 0; k < config->edges[i].listen_count; k++) {
            const struct sctp_settings settings = {
                .stack = config->sctp, .local = config->edges[i].listen[k], .listen = true, .socket = -1};
            int claim = -1, fd = sctp_socket(&settings);
            if (fd < 0 || !sctp_claim(&settings, &claim)) {
                explain("N2 (SCTP)", &settings.local, "domains.listen (inventory)", errno);
                good = false;
            }
            close_if_open(fd);
            close_if_open(claim);
        }
    return good;
}

static bool check_planes(const struct config *config)
{
    bool good = check_port("N4 of the SMF", SOCK_DGRAM, &config->smf.n4, "smf.n4");
    for (unsigned i = 0; i < config->plane_count; i++) {
        const struct config_plane *plane = &config->planes[i];
        if (plane->external)
            continue;
        good &= check_port("N4 of a plane", SOCK_DGRAM, &plane->n4, "planes.n4");
        for (unsigned k = 0; k < plane->n3_count; k++)
            good &= check_port("N3 (GTP-U)", SOCK_DGRAM, &plane->n3[k], "planes.n3");
    }
    return good;
}

bool host_check(const struct config *config)
{
    bool good = check_kernel();
    good &= check_tun();
    good &= check_n2(config);
    good &= check_planes(config);
    if (config->metrics.any.sa_family)
        good &= check_port("metrics (HTTP)", SOCK_STREAM, &config->metrics, "metrics.listen");
    return good;
}

bool host_user_of(const struct config *config, struct host_user *user)
{
    *user = (struct host_user){0};
    if (!*config->user)
        return true;
    const struct passwd *entry = getpwnam(config->user);
    if (!entry) {
        log_error("host", NULL, "there is no user %s on this host: create it (useradd -r %s), or change user",
                  config->user, config->user);
        return false;
    }
    *user = (struct host_user){true, entry->pw_uid, entry->pw_gid};
    return true;
}

/* Makes a folder and those above it. */
static bool make_folder(const char *path)
{
    char part[4096];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(part, 0755);
        *slash = '/';
    }
    return mkdir(part, 0750) == 0 || errno == EEXIST;
}

static bool make_own(const char *path, const char *key, struct host_user user)
{
    if (make_folder(path) && (!user.set || chown(path, user.uid, user.gid) == 0) &&
        access(path, W_OK | X_OK) == 0)
        return true;
    log_error("host", NULL, "%s cannot be used: %s; make it writable, or change %s", path, strerror(errno),
              key);
    return false;
}

/* Control writes there what it accepts (line/accepted.h). */
static bool make_line_folder(const struct config *config, struct host_user user)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/line", config->state_dir);
    return make_own(path, "state_dir", user);
}

static bool is_ours(const struct dirent *entry)
{
    const char *suffix = strrchr(entry->d_name, '.');
    return entry->d_type == DT_SOCK || (suffix && strcmp(suffix, ".pid") == 0);
}

void host_clear(const struct config *config)
{
    DIR *folder = opendir(config->runtime_dir);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (is_ours(entry))
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}

bool host_prepare(const struct config *config, struct host_user user)
{
    if (!make_own(config->runtime_dir, "runtime_dir", user) ||
        !make_own(config->state_dir, "state_dir", user) || !make_line_folder(config, user))
        return false;
    host_clear(config);
    return true;
}

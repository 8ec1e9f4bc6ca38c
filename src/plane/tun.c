/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static bool name_device(int fd, const char *name, short flags)
{
    struct ifreq request = {.ifr_flags = (short)(flags | IFF_NO_PI | IFF_MULTI_QUEUE)};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    return ioctl(fd, TUNSETIFF, &request) == 0;
}

static bool set_up(int fd, const char *name, bool *udp_segments)
{
    int header = TUN_HEADER_BYTES;
    unsigned offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
    if (!name_device(fd, name, IFF_TUN | IFF_VNET_HDR) || ioctl(fd, TUNSETVNETHDRSZ, &header) != 0)
        return false;
    *udp_segments = ioctl(fd, TUNSETOFFLOAD, offloads | TUN_F_USO4 | TUN_F_USO6) == 0;
    return *udp_segments || ioctl(fd, TUNSETOFFLOAD, offloads) == 0;
}

/* -1 if it has not been set up; errno stays. */
static int keep_if(bool done, int fd)
{
    if (done || fd < 0)
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static int open_queue(void)
{
    return open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

int tun_open(const char *name, bool *udp_segments)
{
    const int fd = open_queue();
    return keep_if(fd >= 0 && set_up(fd, name, udp_segments), fd);
}

int tun_open_frames(const char *name)
{
    const int fd = open_queue();
    return keep_if(fd >= 0 && name_device(fd, name, IFF_TAP), fd);
}

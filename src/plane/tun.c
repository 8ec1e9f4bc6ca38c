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

static bool set_up(int fd, const char *name, bool *udp_segments)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE | IFF_VNET_HDR};
    int header = TUN_HEADER_BYTES;
    unsigned offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(fd, TUNSETIFF, &request) != 0 || ioctl(fd, TUNSETVNETHDRSZ, &header) != 0)
        return false;
    *udp_segments = ioctl(fd, TUNSETOFFLOAD, offloads | TUN_F_USO4 | TUN_F_USO6) == 0;
    return *udp_segments || ioctl(fd, TUNSETOFFLOAD, offloads) == 0;
}

int tun_open(const char *name, bool *udp_segments)
{
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (set_up(fd, name, udp_segments))
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

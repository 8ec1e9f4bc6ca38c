/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/device.h"

#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit/mac.h"
#include "plane/netlink.h"

/* --- ethtool --- */

static bool ask(const char *name, unsigned long call, struct ifreq *about)
{
    strncpy(about->ifr_name, name, IFNAMSIZ - 1);
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool done = fd >= 0 && ioctl(fd, call, about) == 0;
    if (fd >= 0)
        close(fd);
    return done;
}

static bool request(const char *name, void *data)
{
    struct ifreq about = {.ifr_data = data};
    return ask(name, SIOCETHTOOL, &about);
}

bool device_is_veth(const char *name)
{
    struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
    return request(name, &driver) && strcmp(driver.driver, "veth") == 0;
}

bool device_is_loopback(const char *name)
{
    struct ifreq about = {0};
    return ask(name, SIOCGIFFLAGS, &about) && (about.ifr_flags & IFF_LOOPBACK);
}

uint64_t device_mac(const char *name)
{
    struct ifreq about = {0};
    const bool has = ask(name, SIOCGIFHWADDR, &about) && about.ifr_hwaddr.sa_family == ARPHRD_ETHER;
    return has ? mac_number((const uint8_t *)about.ifr_hwaddr.sa_data) : 0;
}

bool device_finish_packets(const char *name)
{
    struct ethtool_value value = {.cmd = ETHTOOL_STXCSUM, .data = 0};
    return request(name, &value);
}

bool device_gather_packets(const char *name)
{
    struct ethtool_value value = {.cmd = ETHTOOL_SGRO, .data = 1};
    return request(name, &value);
}

/* Structures of ethtool with what is at their ends. */
enum {
    FEATURES = 256,
    SET_BYTES = sizeof(struct ethtool_sset_info) + sizeof(uint32_t),
    NAMES_BYTES = sizeof(struct ethtool_gstrings) + FEATURES * ETH_GSTRING_LEN,
    CHANGE_BYTES =
        sizeof(struct ethtool_sfeatures) + FEATURES / 32 * sizeof(struct ethtool_set_features_block)
};

/* The number of each of the kernel's features is where its name is in the list. */
static unsigned list_features(const char *device, struct ethtool_gstrings *names)
{
    _Alignas(struct ethtool_sset_info) uint8_t room[SET_BYTES];
    struct ethtool_sset_info *set = (struct ethtool_sset_info *)room;
    *set = (struct ethtool_sset_info){.cmd = ETHTOOL_GSSET_INFO, .sset_mask = UINT64_C(1) << ETH_SS_FEATURES};
    if (!request(device, set) || set->data[0] > FEATURES)
        return 0;
    *names = (struct ethtool_gstrings){
        .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES, .len = set->data[0]};
    return request(device, names) ? names->len : 0;
}

static bool is_tag_offload(const uint8_t *name)
{
    static const char *const offloads[] = {"tx-vlan-hw-insert", "tx-vlan-stag-hw-insert"};
    return strncmp((const char *)name, offloads[0], ETH_GSTRING_LEN) == 0 ||
           strncmp((const char *)name, offloads[1], ETH_GSTRING_LEN) == 0;
}

bool device_write_tags(const char *name)
{
    _Alignas(struct ethtool_gstrings) uint8_t list[NAMES_BYTES];
    _Alignas(struct ethtool_sfeatures) uint8_t room[CHANGE_BYTES] = {0};
    struct ethtool_gstrings *names = (struct ethtool_gstrings *)list;
    struct ethtool_sfeatures *change = (struct ethtool_sfeatures *)room;
    const unsigned count = list_features(name, names);
    change->cmd = ETHTOOL_SFEATURES;
    change->size = (count + 31) / 32;
    for (unsigned i = 0; i < count; i++)
        if (is_tag_offload(names->data + (size_t)i * ETH_GSTRING_LEN))
            change->features[i / 32].valid |= 1U << i % 32;
    return count && request(name, change);
}

/* --- the family "netdev" of generic netlink (linux/netdev.h, which this C library does not have yet) --- */

enum { NETDEV_DEV_GET = 1, NETDEV_DEV_IFINDEX = 1, NETDEV_DEV_XDP_FEATURES = 3, NETDEV_VERSION = 1 };
enum { XDP_NDO_XMIT = 1 << 2 };

/* 0: the kernel has no such family. */
static uint16_t netdev_family(void)
{
    const struct genlmsghdr header = {.cmd = CTRL_CMD_GETFAMILY, .version = 1};
    struct netlink_request question;
    _Alignas(NLMSG_ALIGNTO) uint8_t answer[8192];
    netlink_begin(&question, GENL_ID_CTRL, 0, &header, sizeof header);
    netlink_put_text(&question, CTRL_ATTR_FAMILY_NAME, "netdev");
    if (netlink_ask(&question, NETLINK_GENERIC, answer, sizeof answer) < 0)
        return 0;
    const uint16_t *family = netlink_attribute(answer, sizeof header, CTRL_ATTR_FAMILY_ID, sizeof(uint16_t));
    return family ? *family : 0;
}

enum device_redirect device_redirect(unsigned index)
{
    const struct genlmsghdr header = {.cmd = NETDEV_DEV_GET, .version = NETDEV_VERSION};
    const uint16_t family = netdev_family();
    struct netlink_request question;
    _Alignas(NLMSG_ALIGNTO) uint8_t answer[NETLINK_BYTES];
    uint64_t features;
    if (family == 0)
        return DEVICE_SILENT;
    netlink_begin(&question, family, 0, &header, sizeof header);
    netlink_put_u32(&question, NETDEV_DEV_IFINDEX, index);
    if (netlink_ask(&question, NETLINK_GENERIC, answer, sizeof answer) < 0)
        return DEVICE_SILENT;
    const void *value = netlink_attribute(answer, sizeof header, NETDEV_DEV_XDP_FEATURES, sizeof features);
    if (!value)
        return DEVICE_SILENT;
    memcpy(&features, value, sizeof features);
    return features & XDP_NDO_XMIT ? DEVICE_TAKES : DEVICE_DOES_NOT_TAKE;
}

#!/usr/bin/env python3
"""A plane on hosts that lack one thing or another: it takes the slow path, or does not start, and one sentence says what to do."""
from cases import case, expect, main
from lab import wait_until

CONFIG = """
runtime_dir: {folder}/run
state_dir: {folder}/state
planes: [{{name: default, n4: 127.0.0.7, n3: [10.100.0.1], nat: {nat}, fast: generic, fast_interfaces: [n6], fast_sessions: 1024, fast_pins: {pins}}}]
data_networks: [{{name: internet, type: ipv4v6, ipv4: 10.45.0.0/16, ipv6: "2001:db8:cafe::/48", mtu: 1400}}]
"""
READY, SLOW = "user plane default ready", "no fast path: "
APART = "unshare -m sh -c '{before}; exec {{plane}}'"
BPF = "mount -t tmpfs tmpfs /mnt; mkdir /mnt/b; mount -t bpf bpf /mnt/b; "


def plane_on(lab, build, how, nat="false", pins=None):
    """What it says until it is ready, or has ended."""
    host, others = lab.host("core"), [lab.host("radio"), lab.host("server")]
    lab.link(host, "n3", ["10.100.0.1/24"], others[0], "eth0", ["10.100.0.11/24"])
    lab.link(host, "n6", ["10.200.0.1/24"], others[1], "eth0", ["10.200.0.2/24"])
    config = lab.folder / "demarc.yaml"
    config.write_text(CONFIG.format(folder=lab.folder, nat=nat, pins=pins or lab.pins()))
    (lab.folder / "line.yaml").write_text("profile: lab\n")
    for part in ("run", "state"):
        (lab.folder / part).mkdir()
    plane = f"{build}/src/face/demarc plane default --config {config}"
    process = host.start(["sh", "-c", "exec " + how.format(plane=plane)], "plane.log")
    wait_until(lambda: process.poll() is not None or READY in process.log.read_text(), 60, "the plane to start, or to end")
    ended = process.poll()
    if ended is None:
        lab.stop(process)
    return ended, process.log.read_text()


def falls_back(lab, build, how, *words, **options):
    ended, said = plane_on(lab, build, how, **options)
    expect(ended is None, f"it does not serve: {said}")
    line = next((one for one in said.splitlines() if SLOW in one), "")
    expect(" warning " in line and all(word in line for word in words), f"not {words}: {said}")
    expect("is pinned in" not in said, f"nothing was pinned: {said}")


def refuses(lab, build, how, *words, **options):
    ended, said = plane_on(lab, build, how, **options)
    expect(ended and any(" error " in one and all(word in one for word in words) for one in said.splitlines()), f"not {words}: {said}")


@case
def without_the_capabilities_for_bpf_the_slow_path_serves(lab, build):
    falls_back(lab, build, "setpriv --bounding-set=-bpf,-sys_admin,-perfmon {plane}", "CAP_BPF")


@case
def where_bpf_is_mounted_for_reading_only_the_slow_path_serves(lab, build):
    falls_back(lab, build, APART.format(before=BPF + "mount -o remount,ro /mnt/b"), "mount -t bpf", "planes.fast_pins", pins="/mnt/b/demarc")


@case
def where_no_bpf_file_system_can_be_mounted_the_slow_path_serves(lab, build):
    falls_back(lab, build, "setpriv --bounding-set=-sys_admin {plane}", "mount -t bpf", pins="/sys/fs/bpf/odd-hosts")


@case
def with_few_descriptors_the_slow_path_serves(lab, build):
    falls_back(lab, build, "prlimit --nofile=24 {plane}", "limit of open files")


@case
def with_settings_that_cannot_be_written_the_slow_path_serves_behind_nat(lab, build):
    falls_back(lab, build, APART.format(before="mount --bind /proc/sys /proc/sys; mount -o remount,ro,bind /proc/sys"), "/proc/sys", nat="true")


@case
def without_type_information_of_the_kernel_there_is_a_fast_path(lab, build):
    ended, said = plane_on(lab, build, APART.format(before="mount -t tmpfs tmpfs /sys/kernel/btf"))
    expect(ended is None and "fast path at n3: generic" in said, said)


@case
def without_locked_memory_there_is_a_fast_path(lab, build):
    ended, said = plane_on(lab, build, "prlimit --memlock=0 {plane}")
    expect(ended is None and "fast path at n3: generic" in said, said)


@case
def where_ipv6_is_disabled_a_data_network_that_has_it_is_refused(lab, build):
    off = "net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1"
    refuses(lab, build, f"sh -c 'sysctl -qw {off}; exec {{plane}}'", "IPv6", "disable_ipv6")


@case
def without_tun_devices_it_does_not_start(lab, build):
    refuses(lab, build, APART.format(before="mount -t tmpfs tmpfs /dev/net"), "modprobe tun")


@case
def a_second_plane_does_not_take_what_a_living_one_has(lab, build):
    pins = lab.pins()
    holder = lab.host("holder").start(["sh", "-c", f"mkdir {pins}/default && exec flock {pins}/default sleep 120"], "holder.log")
    wait_until(lambda: (pins / "default").exists(), 10, "the folder")
    falls_back(lab, build, "{plane}", "another plane has", pins=pins)
    lab.stop(holder)


main()

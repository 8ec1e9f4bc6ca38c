#!/usr/bin/env python3
"""The fast path outlives everything: whatever is killed under traffic, every packet arrives, and every octet is counted once."""
import json

from cases import case, expect, main
from lab import wait_until
from outlived import Setting, lost

KILLS = 5
FOUND = "1 sessions found, whose packets go on; 0 sessions and 0 tunnels were damaged"


def started(lab, build):
    setting = Setting(lab, build, "generic").start()
    setting.begin()
    return setting


def expect_all(told):
    expect(lost(told) == 0, f"{told}")
    expect(all(one["received"] > 0 for one in told.values()), f"{told}")


def octets_of_the_phone(setting):
    """What its device has counted, as the kernel does: (uplink, downlink)."""
    shown = setting.lab.hosts["phone1"].run("ip -s -j link show ue1s1").stdout
    counted = json.loads(shown)[0]["stats64"]
    return counted["tx"]["bytes"], counted["rx"]["bytes"]


def octets_of_the_gnb(setting):
    """What the line says was carried through the gNB, which has this phone only."""
    told = setting.core.json("line", "status")["gnbs"]
    return [(one["uplink_octets"], one["downlink_octets"]) for one in told if one["gnb"] == "north"]


@case
def every_packet_arrives_while_control_and_plane_are_killed(lab, build):
    setting = started(lab, build)
    for _ in range(KILLS):
        setting.kill("plane-default")
        setting.kill("control")
    expect_all(setting.end())
    expect(setting.core.log().count(FOUND) == KILLS, "sessions were not found by each plane")


@case
def what_went_through_the_gnb_is_told_to_the_octet_over_deaths(lab, build):
    setting = started(lab, build)
    for _ in range(2):
        setting.kill("plane-default")
        setting.kill("control")
    expect_all(setting.end())
    wait_until(lambda: octets_of_the_gnb(setting) == [octets_of_the_phone(setting)], 20,
               f"told {octets_of_the_gnb(setting)}, counted by the kernel {octets_of_the_phone(setting)}")
    expect("what it carried" not in setting.core.log(), "a gap in what was counted")


@case
def packets_go_on_while_there_is_neither_control_nor_a_plane(lab, build):
    setting = started(lab, build)
    setting.kill_for_a_while("control", "plane-default")
    expect_all(setting.end())


@case
def a_plane_whose_keeper_has_died_leaves_the_fast_path_to_the_next(lab, build):
    setting = Setting(lab, build, "generic").start()
    setting.kill("keeper")
    expect(FOUND in setting.core.log(), "no session was found")


def leads(setting, to):
    """The device that the host sends packets for an address to."""
    words = setting.core.host.run(["ip", "route", "get", to], check=False).stdout.split()
    return words[words.index("dev") + 1] if "dev" in words else None


def complaints(setting, to):
    """What a sender hears of an address of the pool that nobody has."""
    shown = setting.server.run(f"ping -n -c 3 -i 0.2 -W 1 {to}", check=False).stdout
    return [line for line in shown.splitlines() if line.startswith("From")]


@case
def what_is_for_phones_of_the_slow_path_is_neither_refused_nor_sent_back_while_the_plane_is_away(lab, build):
    setting = started(lab, build)
    heard = []
    setting.kill_for_a_while("plane-default", meanwhile=lambda: heard.append((leads(setting, "10.45.9.9"), complaints(setting, "10.45.9.9"))))
    expect_all(setting.end())
    expect(heard == [("demarc0", [])], f"where it was sent, and what its sender heard: {heard}")
    wait_until(lambda: "LOWER_UP" in setting.core.host.run("ip link show demarc0", check=False).stdout, 30, "the next plane to serve a device")
    expect(leads(setting, "10.45.9.9") == "demarc0", "the next plane's device has no routes")


@case
def what_a_plane_has_left_goes_when_the_next_is_of_another_configuration(lab, build):
    setting = Setting(lab, build, "off").start()
    setting.core.host.run("ip route add 172.16.9.0/24 dev demarc0")
    setting.core.kill()
    expect(leads(setting, "10.45.9.9") == "demarc0", "the device has not stayed")
    text = setting.core.config.read_text()
    setting.core.config.write_text(text.replace("nat: false,", "nat: false, tun: other,").replace("10.45.0.0/16", "10.46.0.0/16"))
    setting.core.start()
    setting.core.wait()
    expect(leads(setting, "10.46.9.9") == "other0" and leads(setting, "10.45.9.9") == "n6", "packets are led where nobody is")
    left = setting.core.host.run("ip -o link").stdout
    expect("demarc0" not in left, left)


@case
def a_plane_without_a_fast_path_takes_down_what_another_has_left(lab, build):
    setting = Setting(lab, build, "generic").start()
    setting.core.kill()
    expect("xdpgeneric" in setting.core.host.run("ip link show n3").stdout, "the program has not stayed")
    setting.core.config.write_text(setting.core.config.read_text().replace("fast: generic", "fast: off"))
    setting.core.start()
    setting.core.wait()
    expect("is taken down" in setting.core.log(), "nothing is said of it")
    expect("xdp" not in setting.core.host.run("ip link").stdout, "the program is still there")
    expect(not (lab.folder / "bpf" / "default").exists(), "its maps are still there")


@case
def a_plane_that_is_taken_down_in_order_leaves_nothing(lab, build):
    setting = started(lab, build)
    setting.end()
    pins = lab.folder / "bpf"
    expect((pins / "default" / "link-n3").exists(), f"pinned: {list(pins.rglob('*'))}")
    expect("xdpgeneric" in setting.core.host.run("ip link show n3").stdout, "the program is not at n3")
    setting.core.stop()
    expect(not (pins / "default").exists(), f"left: {list(pins.rglob('*'))}")
    left = setting.core.host.run("ip link").stdout
    expect("xdp" not in left, "the program is still there")
    expect("demarc0" not in left, "the TUN device is still there")


main()

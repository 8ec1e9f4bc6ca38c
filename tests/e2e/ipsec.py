#!/usr/bin/env python3
"""N2 through IPsec: a gNB is let in only behind the certificate of its enrolment, as strongSwan has authenticated it."""
import sys

from cases import case, expect, main
from charon import Authority, Charon, missing
from lab import wait_until
from running_core import CONFIG, Core

OWN, OTHER = "C=NO, O=Vendor, CN=gnb-0001", "C=NO, O=Vendor, CN=gnb-0002"
INVENTORY = """
profile: enrolled
domains: [{{name: default, listen: [10.91.0.1]}}]
security_gateway: {{vici: {vici}, period: 1s, grace: 2s}}
gnbs: [{{name: north, domain: default, id: 999/70-00000001, n2: [10.91.1.1/32], certificates: ["{subject}"]}}]
"""
N3 = CONFIG + "planes: [{{name: default, n4: 127.0.0.7, n3: [10.91.0.1]}}]\n"


class Setting:
    """The core with a gateway before it, and a radio site that has a certificate and, until it connects, no tunnel."""

    def __init__(self, lab, build, subject):
        vici = lab.folder / "charon-gateway" / "vici"
        self.core = Core(lab, build, "core", 1, N3, inventory=INVENTORY.format(vici=vici, subject=OWN))
        self.radio = lab.host("radio")
        lab.link(self.core.host, "out0", ["10.90.0.1/24"], self.radio, "out0", ["10.90.0.2/24"])
        self.core.host.address("lo", "10.91.0.1/32")
        self.radio.address("lo", "10.91.1.1/32")
        self.core.host.run("ip route add 10.91.1.1 via 10.90.0.2")
        self.radio.run("ip route add 10.91.0.1 via 10.90.0.1")
        authority = Authority(lab)
        self.gateway = Charon(self.core.host, "gateway", authority, "C=NO, O=Operator, CN=gateway", "10.90.0.1",
                              "10.91.0.1", "10.91.1.1")
        self.site = Charon(self.radio, "site", authority, subject, "10.90.0.2", "10.91.1.1", "10.91.0.1",
                           peer="10.90.0.1")
        self.core.start()
        self.core.wait()

    def play(self, text, **options):
        path = self.core.folder / "far.scenario"
        cast = self.core.cast(1).replace("127.0.1.1", "10.91.1.1")
        path.write_text(f"amf 10.91.0.1\n{cast}{text}")
        return self.radio.run([self.core.ran, "scenario", path], timeout=300, **options)

    def stay(self):
        """A gNB that is there until the lab ends."""
        path = self.core.folder / "staying.scenario"
        cast = self.core.cast(1).replace("127.0.1.1", "10.91.1.1")
        path.write_text(f"amf 10.91.0.1\n{cast}start 1\nrun here: sleep 60\n")
        self.radio.start([self.core.ran, "scenario", path], "staying.log")
        wait_until(self.gnbs, 10, "the gNB to be let in")
        expect(self.gnbs()[0]["proved_by"] == OWN, f"it was let in otherwise: {self.gnbs()}")

    def gnbs(self):
        return self.core.json("gnb")


@case
def a_gnb_behind_its_own_certificate_is_served(lab, build):
    setting = Setting(lab, build, OWN)
    setting.site.connect()
    setting.play("start 1\nregister 1\nsession 1\nrun 1: ping -c 2 -i 0.2 -W 2 10.32.0.1\n")
    expect("rule=N1" not in setting.core.log(), setting.core.log())


@case
def without_a_tunnel_its_ng_setup_is_refused(lab, build):
    setting = Setting(lab, build, OWN)
    expect(setting.play("start 1\n", check=False).returncode != 0, "it is let in")
    expect("no IPsec tunnel leads from its N2 address" in setting.core.log(), setting.core.log())
    setting.site.connect()
    setting.play("start 1\n")


@case
def behind_the_certificate_of_another_it_is_refused(lab, build):
    setting = Setting(lab, build, OTHER)
    setting.site.connect()
    expect(setting.play("start 1\n", check=False).returncode != 0, "it is let in")
    expect("the certificate behind its N2 address is another one" in setting.core.log(), setting.core.log())


def expect_dropped(setting, trouble, words):
    """A gNB that is there is not any more after the trouble, and the log says why."""
    setting.site.connect()
    setting.stay()
    trouble()
    wait_until(lambda: not setting.gnbs(), 15, "the association to be dropped")
    expect(words in setting.core.log(), setting.core.log())


@case
def a_gnb_whose_tunnel_goes_is_dropped(lab, build):
    setting = Setting(lab, build, OWN)
    expect_dropped(setting, setting.site.disconnect, "association: no IPsec tunnel leads from its N2 address")


@case
def a_gateway_that_is_gone_vouches_for_nobody(lab, build):
    setting = Setting(lab, build, OWN)
    expect_dropped(setting, setting.gateway.process.kill, "gives no answer")


reason = missing()
if reason:
    print(f"1..0 # SKIP N2 through IPsec is not tried: {reason}")
    sys.exit(0)
main()

#!/usr/bin/env python3
"""N4 and N3 as they are spoken, read by tshark: every PFCP message and every GTP-U packet is whole, and says what belongs there."""
import shutil
import sys

from cases import case, expect, main
from foreign import PING as FOREIGN_PING
from foreign import Foreign
from referee import Referee
from running_core import CONFIG, killing, running, until

OWN = CONFIG + "smf: {{pfcp_heartbeat: 1s, pfcp_t1: 500ms}}\nplanes: [{{name: default, n4: 127.0.0.7, n3: [127.0.0.7], echo_period: 1s}}]\n"
NETWORK = "10.32.0.1"
PING = f"run {{0}}: ping -n -c 2 -i 0.2 -W 5 -I ue{{0}}s1 {NETWORK}\n"

SESSION_MESSAGES = set(range(50, 58))  # establishment, modification, deletion and report, with their responses
G_PDU, END_MARKER = 255, 254


def expect_heard(found, wanted, what):
    expect(wanted <= set(found), f"{what} not heard: {wanted - set(found)} of {found}")


@case
def our_smf_and_our_upf_say_nothing_that_tshark_takes_exception_to(lab, build):
    core = running(lab, build, 2, config=OWN)
    referee = Referee(core.host, "lo")
    core.scenario(core.cast(2) + "start 1-2\nregister 1-2\nsession 1-2\n" + PING.format(1) + PING.format(2)
                  + "xn-handover 1 gnb 2\n" + PING.format(1) + "n2-handover 1 gnb 1\n" + PING.format(1)
                  + "idle 2\nwait 300\nrun here: ping -n -c 1 -W 5 10.32.0.3\nexpect 2 connected\n"
                  + killing(core, "control") + "xn-handover 1 gnb 2\n" + PING.format(1)
                  + killing(core, "plane-default")
                  + until(f"ping -n -c 1 -W 1 -I ue1s1 {NETWORK}", 20, "1") + "wait 2500\nclose 1 1\nderegister 1-2\n")
    referee.end()
    referee.expect_whole()
    expect_heard(referee.types(), SESSION_MESSAGES | {1, 2, 5, 6}, "PFCP")
    expect(referee.read("pfcp.ie_type == 51", ["frame.number"]), "the plane says nothing of its load")
    expect_heard(referee.types("gtp.message"), {1, 2, END_MARKER, G_PDU}, "GTP-U")
    bare = referee.read("gtp.message == 255 && !gtp.ext_hdr.pdu_ses_con.pdu_type", ["frame.number", "ip.src", "ip.dst"])
    expect(not bare, f"without a PDU session container: {bare[:5]}")
    # What a gNB sends back in a handover is downlink still (TS 38.415 5.5.2.1).
    wrong = [row for row in referee.read("gtp.message == 255", ["ip.src", "gtp.ext_hdr.pdu_ses_con.pdu_type"])
             if (row[0].split(";")[-1] == NETWORK) != (row[1] == "0")]
    expect(not wrong, f"a container of the other direction: {wrong[:5]}")


@case
def our_smf_tells_another_maker_s_upf_nothing_that_tshark_takes_exception_to(lab, build):
    one = Foreign(lab, build)
    referee = Referee(one.core.host, "lo")
    one.core.scenario(one.cast + "session 1\n" + FOREIGN_PING + "xn-handover 1 gnb 2\nidle 1\nwait 300\n" + one.order("call")
                      + one.until_said("the phone answers") + one.order("restart") + one.until_said("established", 2)
                      + FOREIGN_PING + "close 1 1\nderegister 1\n")
    referee.end()
    one.expect_right()
    referee.expect_whole("ip.src != 127.0.0.20")
    expect_heard(referee.types(), SESSION_MESSAGES | {1, 2, 5, 6}, "PFCP")


if not shutil.which("tshark") or not shutil.which("tcpdump"):
    print("1..0 # SKIP tshark or tcpdump is not installed")
    sys.exit(0)
main()

#!/usr/bin/env python3
"""What an operator does, and does wrong: subscribers, configuration, imports, limits, a host that lacks something."""
import signal
import subprocess
import time

from cases import case, expect, main
from lab import wait_until
from running_core import KEY, OPC, CONFIG, Core, running

IPV6 = """
runtime_dir: {folder}/run
state_dir: {folder}/state
log: {{level: warning}}
planes:
  - name: default
    n4: 127.0.0.7
    n3: ["fd00::7"]
data_networks:
  - name: internet
    type: ipv4v6
    ipv4: 10.32.0.0/11
    ipv6: "2001:db8:cafe::/48"
"""

HOLD_PORT = "import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.7', 2152)); time.sleep(99)"

FEW = CONFIG + "limits: {{ues: 3, sessions_per_ue: 1, gnbs: 1}}\n"


def stays(core, scenario):
    """A scenario that goes on until it is ended."""
    play = core.folder / "stay.scenario"
    play.write_text(scenario + "stay\n")
    return core.host.start([core.ran, "scenario", play], "ran.log")


def refused(core, *words, exit_code=1):
    """What a command that must fail says on standard error."""
    done = core.command(*words, check=False)
    expect(done.returncode == exit_code, f"{words}: exit {done.returncode}: {done.stdout}{done.stderr}")
    return done.stderr


def failure(core, scenario):
    done = core.scenario(scenario, check=False)
    expect(done.returncode == 1, "the scenario came true")
    return done.stderr


@case
def radio_over_ipv6_has_phones_of_both_families(lab, build):
    core = Core(lab, build, "core", 2, config=IPV6, session_type="ipv4v6",
                inventory='profile: lab\ndomains: [{name: default, listen: ["fd00::5"]}]')
    core.host.address("lo", *(f"fd00::{host}/128" for host in ("5", "7", "11")))
    core.start()
    core.wait()
    phones = core.cast(2).partition("phones")[2]
    core.scenario("amf fd00::5\ngnb 1 north address fd00::11\nphones" + phones + """
start 1
register 1-2
session 1-2 1 internet ipv4v6
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
idle 1
service 1
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
deregister 1-2
""")


@case
def changed_subscribers_take_effect_at_once(lab, build):
    core = running(lab, build, 2)
    expect("phone 3" in failure(core, core.cast(3) + "start 1\nregister 3\n"), "a stranger was registered")
    core.command("subscriber", "add", "imsi-999700000000003", "--k", KEY, "--opc", OPC)
    core.scenario(core.cast(3) + f"""
start 1
register 1-3
session 3
run here: {core.demarc} subscriber remove imsi-999700000000003 --config {core.config}
expect 3 off
run here: {core.demarc} subscriber set imsi-999700000000002 --status barred --config {core.config}
expect 2 off
idle 1
run here: {core.demarc} subscriber set imsi-999700000000001 --status barred --config {core.config}
""")
    wait_until(lambda: not core.json("ue"), 5, "no phone to be registered")  # the last one is told while it sleeps
    expect("cause" in failure(core, core.cast(3) + "start 1\nregister 2\n"), "a barred phone was registered")
    core.command("subscriber", "set", "imsi-999700000000002", "--status", "active")
    core.scenario(core.cast(3) + "start 1\nregister 2\nderegister 2\n")


@case
def the_operator_deregisters_phones_and_releases_sessions(lab, build):
    core = running(lab, build, 2)
    core.scenario(core.cast(2) + f"""
start 1
register 1-2
session 1-2
run here: {core.demarc} ue deregister imsi-999700000000002 --config {core.config}
expect 2 off
run here: {core.demarc} session release imsi-999700000000001 1 --config {core.config}
run here: while {core.demarc} session --config {core.config} | grep -q internet; do sleep 0.05; done
session 1
deregister 1
""")


@case
def wrong_configuration_is_told_in_one_line_with_its_place(lab, build):
    core = Core(lab, build, "core", 0)
    wrong = core.folder / "wrong.yaml"
    for text, place, expected in (
            ("network:\n  amf_set: 5000\n", "2: network.amf_set", "a number from 0 to 1023"),
            ("limitz:\n  ues: 4\n", "1: limitz", "did you mean limits?"),
            ("data_networks:\n  - name: internet\n    ipv4: 10.0.0.0/99\n", "3: data_networks[0].ipv4", "a prefix"),
            ("network: [\n", "2", ""),
            ("log:\n  level: loud\n", "2: log.level", "error, warning, info")):
        wrong.write_text(text)
        for words in (["check", wrong], ["run", "--config", wrong]):
            done = lab.execute([core.demarc, *words], check=False)
            expect(done.returncode == 1, f"{text!r}: exit {done.returncode}")
            said = done.stdout + done.stderr
            expect(len(said.splitlines()) == 1, f"not one line: {said}")
            expect(f"{wrong}:{place}" in said and expected in said, f"{text!r}: {said}")
    expect(lab.execute([core.demarc, "check", core.config]).returncode == 0, "a good file is refused")


@case
def a_bad_row_of_an_import_is_named_and_decides_as_asked(lab, build):
    core = running(lab, build, 1)
    rows = core.folder / "rows.csv"
    rows.write_text(f"imsi,k,opc\n999700000000011,{KEY},{OPC}\n999700000000012,{KEY[:-1]},{OPC}\n999700000000013,{KEY},{OPC}\n")
    said = refused(core, "subscriber", "import", rows)
    expect(f"{rows}:3:" in said, said)
    expect(len(core.json("subscriber", "list")) == 1, "something of a bad file was imported")
    said = refused(core, "subscriber", "import", "--skip-bad", rows)
    expect(f"{rows}:3:" in said, said)
    there = {one["imsi"] for one in core.json("subscriber", "list")}
    expect(there == {"999700000000001", "999700000000011", "999700000000013"}, there)


@case
def a_hundred_thousand_subscribers_are_imported_in_seconds(lab, build):
    core = running(lab, build, 1)
    rows = core.folder / "many.csv"
    with rows.open("w") as file:
        file.write("imsi,k,opc\n")
        file.writelines(f"9997{number:011d},{KEY},{OPC}\n" for number in range(1, 100001))
    began = time.monotonic()
    core.command("subscriber", "import", rows)
    print(f"# 100,000 subscribers into a running core: {time.monotonic() - began:.1f} s", flush=True)
    expect(core.json("status")["control"]["subscribers"] == 100000, "not all are there")
    core.scenario(core.cast(1).replace("imsi 999700000000001", "imsi 999700000100000") + "start 1\nregister 1\n")


@case
def a_locked_database_fails_the_procedure_and_the_core_lives(lab, build):
    core = running(lab, build, 2)
    lock = subprocess.Popen(["sqlite3", str(core.folder / "state" / "demarc.db")], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    try:
        lock.stdin.write("BEGIN IMMEDIATE;\n.print locked\n")
        lock.stdin.flush()
        expect(lock.stdout.readline().strip() == "locked", "sqlite3 could not lock")
        expect("cause 22" in failure(core, core.cast(2) + "start 1\nregister 1\n"), "no cause 22 (congestion)")
    finally:
        lock.communicate("ROLLBACK;\n")
    core.scenario(core.cast(2) + "start 1\nregister 1-2\nderegister 1-2\n")


@case
def limits_of_the_configuration_are_refusals_with_a_cause(lab, build):
    core = running(lab, build, 5, config=FEW)
    said = failure(core, core.cast(5) + "start 1\nregister 1-3\nsession 1 1\nsession 1 2\n")
    expect("cause" in said, said)
    said = failure(core, core.cast(5) + "start 1\nregister 4-5\n")
    expect("cause 22" in said, said)
    said = failure(core, core.cast(5) + "start 1\nstart 2\n")
    expect("gNB 2 was not accepted" in said, said)


@case
def a_reload_takes_over_what_it_can_and_names_the_rest(lab, build):
    core = running(lab, build, 5, config=FEW)
    expect("not accepted" in failure(core, core.cast(2) + "start 1-2\n"), "two gNBs were accepted")
    core.config.write_text(core.config.read_text().replace("gnbs: 1", "gnbs: 2"))
    said = core.command("reload").stdout
    expect("limits.gnbs" in said, said)
    core.scenario(core.cast(2) + "start 1-2\nregister 1-2\nderegister 1-2\n")
    before = core.processes()
    core.config.write_text(core.config.read_text() + "smf: {n4: 127.0.0.44}\n")
    said = core.command("reload").stdout
    expect("smf.n4" in said and "restart" in said, said)
    expect("smf.n4" in core.command("reload").stdout, "what still needs a restart is not named again")
    core.config.write_text(core.config.read_text().replace("gnbs: 2", "gnbs: 3"))
    core.process.send_signal(signal.SIGHUP)
    three = core.cast(2).replace("phones", "gnb 3 east address 127.0.1.3\nphones") + "start 1-3\n"
    wait_until(lambda: core.scenario(three, check=False).returncode == 0, 10, "SIGHUP to be obeyed")
    core.config.write_text(core.config.read_text() + "log: {level: loud}\n")
    expect("demarc.yaml:" in refused(core, "reload"), "a bad file was taken over")
    core.scenario(core.cast(2) + "start 1-2\nregister 1-2\n")
    expect(core.processes() == before, "a process was started again")


@case
def metrics_have_the_names_that_dashboards_know(lab, build):
    core = running(lab, build, 2)
    failure(core, core.cast(3) + "start 1\nregister 3\n")
    failure(core, core.cast(3) + "start 1\nregister 1\nsession 1 1 nowhere\n")
    stays(core, core.cast(2) + "start 1\nregister 1-2\nsession 1-2\nrun 1: ping -c 2 -i 0.2 -W 2 10.32.0.1\n")
    wait_until(lambda: len(core.json("session")) == 2, 15, "two sessions")

    def metrics():
        return core.host.run("curl -s http://127.0.0.1:9090/metrics", check=False).stdout

    wait_until(lambda: "fivegs_ep_n3_gtp_indatapktn3upf 2" in metrics(), 10, "two packets to be counted")
    text = metrics()
    for name in ("amffunction_rm_reginitreq", "amffunction_rm_reginitsucc", "amffunction_rm_reginitfail",
                 "amffunction_rm_registeredsubnbr", "amffunction_mm_paging5greq", "amffunction_amf_authreq",
                 "amffunction_amf_authfail", "smffunction_sm_sessionnbr", "smffunction_sm_pdusessioncreationreq",
                 "smffunction_sm_pdusessioncreationsucc", "smffunction_sm_pdusessioncreationfail",
                 "upffunction_upf_sessionnbr", "ep_n3_gtp_indatapktn3upf", "ep_n3_gtp_outdatapktn3upf"):
        expect(f"# TYPE fivegs_{name} " in text, f"no fivegs_{name}:\n{text}")
    for line in ("ran_ue 2", "gnb 1", "ues_active 2", "fivegs_smffunction_sm_sessionnbr 2"):
        expect(f"\n{line}\n" in text, f"no line `{line}`:\n{text}")


@case
def what_the_host_lacks_is_told_with_a_remedy(lab, build):
    core = Core(lab, build, "core", 1)
    lab.folder.chmod(0o755)
    done = core.host.run(["setpriv", "--reuid=65534", "--clear-groups", "--bounding-set=-all", core.demarc, "run",
                          "--config", core.config], check=False)
    expect(done.returncode == 1 and "root" in done.stdout + done.stderr, f"not root: {done.stdout}{done.stderr}")
    done = core.host.run(["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", core.demarc, "run",
                          "--config", core.config], check=False)
    said = done.stdout + done.stderr
    expect(done.returncode == 1 and "CAP_NET_ADMIN" in said, f"no CAP_NET_ADMIN: {said}")
    holder = core.host.start(["python3", "-c", HOLD_PORT], "holder.log")
    wait_until(lambda: "127.0.0.7:2152" in core.host.run("ss -lun").stdout, 5, "the port to be taken")
    done = core.host.run([core.demarc, "run", "--config", core.config], check=False)
    said = done.stdout + done.stderr
    expect(done.returncode == 1 and "127.0.0.7:2152" in said and "planes.n3" in said, f"port taken: {said}")
    lab.stop(holder)
    done = core.host.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs /dev/net && "
                          f"exec {core.demarc} run --config {core.config}"], check=False)
    said = done.stdout + done.stderr
    expect(done.returncode == 1 and "tun" in said.lower() and "modprobe" in said, f"no TUN: {said}")


main()

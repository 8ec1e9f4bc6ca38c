#!/usr/bin/env python3
"""Sessions to a partner's data network live only while the answer to that partner is share, and the answer says why."""
import hashlib
import json
from datetime import date, timedelta

from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, KEY, OPC, Core, until

GATEWAY, PARTNERS = "10.32.0.1", "10.77.0.1"
SUPI = "imsi-999700000000001"

NETWORKS = CONFIG + """
  - name: ally
    type: ipv4
    ipv4: 10.77.0.0/24
    partner: ally
    label: secret
"""

KNOWN = f"reason: why, reviewed: {date.today() - timedelta(days=30)}"

# north is trusted and south is not.
INVENTORY = f"""
profile: enrolled
vendors: [{{name: own, risk: trusted}}, {{name: far, risk: high}}]
domains:
  - {{name: home, vendor: own, listen: [127.0.0.5]}}
  - {{name: strange, vendor: far, listen: [127.0.0.6]}}
gnbs:
  - {{name: north, domain: home, id: 999/70-00000001, n2: [127.0.1.1/32], n3: [127.0.1.1/32], {KNOWN}}}
  - {{name: south, domain: strange, id: 999/70-00000002, n2: [127.0.1.2/32], n3: [127.0.1.2/32], {KNOWN}}}
assets:
  - {{name: default, kind: function, vendor: own, class: core, {KNOWN}}}
  - {{name: demarc, kind: function, vendor: own, class: core, {KNOWN}}}
partners: [{{name: ally, profile: trusted-path}}, {{name: strict, profile: zero}}]
labels:
  - {{name: secret, originator: us, releasable_to: [ally, strict]}}
  - {{name: internal, originator: us, releasable_to: []}}
"""

SHARE, SHARE_IF, WITHHOLD, UNKNOWN = 0, 3, 4, 5


def network(lab, build):
    core = Core(lab, build, "core", 0, config=NETWORKS, inventory=INVENTORY)
    subscriber = {"imsi": SUPI[5:], "security": {"k": KEY, "opc": OPC, "amf": "8000", "sqn": 0},
                  "slice": [{"sst": 1, "session": [{"name": name, "type": "ipv4"} for name in ("internet", "ally")]}]}
    (core.folder / "subscriber.json").write_text(json.dumps(subscriber))
    core.command("subscriber", "import", core.folder / "subscriber.json")
    core.start()
    core.wait()
    known = ("--partner", "ally", "--label", "secret", "--path", "gnb=north,upf=default")
    wait_until(lambda: ask(core, *known)[0] == SHARE, 20, "the recorder to say that evidence is taken")
    return core


def opening(core):
    """Both gNBs, each at its own domain, and a phone at the trusted one."""
    return core.cast(1) + "start 1\namf 127.0.0.6\nstart 2\nregister 1\n"


def ask(core, *words, json_form=False):
    done = core.command("answer", *words, *(["--json"] if json_form else []), check=False)
    return done.returncode, json.loads(done.stdout) if json_form else done.stdout


def has(core, psi, there=True):
    """Waits until control has that session, or has it no more."""
    return until(f"{'' if there else '! '}{core.demarc} session --json --config {core.config} | grep -q '\"psi\": {psi},'")


def answers(core, code, *words):
    return f"run here: {core.demarc} answer {' '.join(words)} --config {core.config}; test $? = {code}\n"


def entries(core):
    """Of the evidence log, those that are durable."""
    shown = core.command("evidence", "show", "0", "1000", check=False).stdout
    return [json.loads(line[line.index("{"):]) for line in shown.splitlines() if "{" in line]


@case
def a_partners_session_goes_where_it_may_not_cross_and_comes_back(lab, build):
    core = network(lab, build)
    here = ("--session", f"{SUPI}/2")
    core.scenario(opening(core) + f"""
session 1 1 internet ipv4
session 1 2 ally ipv4
run 1: ping -c 2 -i 0.2 -W 5 {PARTNERS}
{answers(core, SHARE, *here)}
n2-handover 1 gnb 2
{has(core, 2, there=False)}
run 1: ping -c 2 -i 0.2 -W 5 {GATEWAY}
try session 1 2 ally ipv4
{has(core, 2, there=False)}
n2-handover 1 gnb 1
session 1 2 ally ipv4
run 1: ping -c 2 -i 0.2 -W 5 {PARTNERS}
{answers(core, SHARE, *here)}
deregister 1
""")
    code, reply = ask(core, "--partner", "ally", "--label", "secret", "--path", "gnb=south,upf=default", json_form=True)
    expect(code == WITHHOLD, f"south: {reply}")
    expect([reason["name"] for reason in reply["answer"]["reasons"]] == ["south"], f"{reply}")
    code, said = ask(core, "--partner", "ally", "--label", "secret", "--path", "gnb=south,upf=default")
    expect(said.startswith("withhold: secret with ally"), said)
    log = core.log()
    expect("secret: share became withhold, by entry" in log, f"no flip is told:\n{log}")


@case
def what_would_turn_is_told_before_it_does(lab, build):
    core = network(lab, build)
    where = ("--partner", "ally", "--label", "secret", "--path", "gnb=any,upf=default")
    before = ask(core, *where, json_form=True)[1]["answer"]["answer"]
    without = core.json("line", "what-if", "remove", "far")
    expect(without["from"] == "core", f"{without}")
    turned = {(row["partner"], row["path"]): (row["before"], row["after"]) for row in without["answers"]}
    expect(turned[("ally", "gnb=any,upf=default")] == (before, "share") == ("withhold", "share"), f"{turned}")
    expect(turned[("strict", "gnb=any,upf=default")] == ("withhold", "share"), f"{turned}")
    expect(("ally", "domain=home,upf=default") not in turned, f"{turned}")
    changed = core.folder / "changed.yaml"
    changed.write_text(INVENTORY.replace("{name: far, risk: high}", "{name: far, risk: trusted}")
                       .replace("name: own, risk: trusted", "name: own, risk: high"))
    would = core.json("line", "what-if", "reload", changed)
    turned = {(row["partner"], row["path"]): (row["before"], row["after"]) for row in would["answers"]}
    expect(turned[("ally", "domain=home,upf=default")] == ("share", "withhold"), f"{turned}")
    expect([row["after"] for row in would["counts"] if row["what"] == "high-risk assets"] == [3], f"{would['counts']}")
    dry = core.json("line", "bar", "far", "--dry-run")
    expect(dry["without"]["answers"] == without["answers"], f"{dry}")
    expect(ask(core, *where, json_form=True)[1]["answer"]["answer"] == before, "asking has changed it")


@case
def an_idle_phone_that_comes_back_elsewhere_loses_it_and_may_ask_again(lab, build):
    core = network(lab, build)
    core.scenario(opening(core) + f"""
session 1 2 ally ipv4
run 1: ping -c 2 -i 0.2 -W 5 {PARTNERS}
idle 1
move 1 gnb 2
try service 1
{has(core, 2, there=False)}
idle 1
move 1 gnb 1
register 1 mobility
expect 1 idle
service 1
session 1 2 ally ipv4
run 1: ping -c 2 -i 0.2 -W 5 {PARTNERS}
deregister 1
""")


@case
def a_reload_that_turns_the_answer_releases_the_session(lab, build):
    core = network(lab, build)
    turned = INVENTORY.replace("name: default, kind: function, vendor: own", "name: default, kind: function, vendor: far")
    core.scenario(opening(core) + f"""
session 1 1 internet ipv4
session 1 2 ally ipv4
run 1: ping -c 2 -i 0.2 -W 5 {PARTNERS}
{core.reload_with(turned)}
{has(core, 2, there=False)}
run 1: ping -c 2 -i 0.2 -W 5 {GATEWAY}
{core.reload_with(INVENTORY)}
session 1 2 ally ipv4
run 1: ping -c 2 -i 0.2 -W 5 {PARTNERS}
deregister 1
""")


@case
def an_answer_and_what_turned_it_are_evidence(lab, build):
    core = network(lab, build)
    code, reply = ask(core, "--partner", "ally", "--label", "secret", "--path", "gnb=north,upf=default", json_form=True)
    expect(code == SHARE, f"north: {reply}")
    form = json.dumps(reply["answer"], separators=(",", ":"), ensure_ascii=False)
    expect(hashlib.sha256(form.encode()).hexdigest() == reply["digest"], f"another digest than that of {form}")
    core.scenario(opening(core) + f"""
session 1 2 ally ipv4
idle 1
move 1 gnb 2
try service 1
{has(core, 2, there=False)}
deregister 1 off
""")
    wait_until(lambda: any(entry["kind"] == "flip" for entry in entries(core)), 20, "the flip to be durable")
    told = entries(core)
    asked = [entry for entry in told if entry["number"] == reply["entry"]["number"] and entry["run"] == reply["entry"]["run"]]
    expect([(entry["kind"], entry["digest"]) for entry in asked] == [("answer", reply["digest"])], f"{asked}")
    flip = next(entry for entry in told if entry["kind"] == "flip")
    run, number = flip["reason"].rpartition(" ")[2].split("/")
    cause = [entry for entry in told if entry["run"] == run and entry["number"] == int(number)]
    expect([(entry["kind"], entry["gnb"]) for entry in cause] == [("answer", "south")], f"{flip}: {cause}")


@case
def the_answer_is_the_partners_own_and_its_status_tells_it(lab, build):
    core = network(lab, build)
    path = ("--path", "gnb=north,upf=default")
    for partner, label, where, expected in (("ally", "secret", path, SHARE), ("strict", "secret", path, WITHHOLD),
                                            ("ally", "internal", path, WITHHOLD), ("ally", "nothing", path, UNKNOWN),
                                            ("ally", "secret", ("--path", "gnb=any,upf=default"), WITHHOLD),
                                            ("ally", "secret", ("--path", "gnb=north,upf=other"), UNKNOWN),
                                            ("ally", "secret", ("--path", "gnb=north"), UNKNOWN)):
        code, said = ask(core, "--partner", partner, "--label", label, *where)
        expect(code == expected, f"{partner}, {label}, {where}: {code}\n{said}")
        code, said = ask(core, "--partner", partner, "--label", label, *where, "--offline", json_form=True)
        expect(code == (SHARE_IF if expected == SHARE else expected), f"from files: {said}")
        other = "strict" if partner == "ally" else "ally"
        expect(other not in json.dumps(said), f"the answer for {partner} tells of {other}")


main()

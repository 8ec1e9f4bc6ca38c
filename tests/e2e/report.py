#!/usr/bin/env python3
"""An oversight report: evidence that anybody can check, the same in every copy, and copies that name whom they were made for."""
import hashlib
import html
import json
import re
import subprocess
import sys
from pathlib import Path

from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, Core

CHECKER = Path(__file__).resolve().parent.parent / "evidence" / "check_proof.py"
WITNESS = "127.0.0.1:7381"
LINE = """
profile: lab
vendors: [{name: acme, risk: high}, {name: house, risk: trusted}]
domains:
  - {name: north, vendor: acme, listen: [127.0.0.5]}
  - {name: south, vendor: house, listen: [127.0.0.6]}
gnbs:
  - {name: north, domain: north, id: 999/70-00000001, areas: [999/70-1, 999/70-7]}
  - {name: south, domain: south, id: 999/70-00000002, areas: [999/70-1]}
partners: [{name: ally}, {name: other}]
labels:
  - {name: flash, originator: us, releasable_to: [ally]}
  - {name: secret-of-others, originator: us, releasable_to: [other]}
recipients:
  - {name: regulator, profile: uk-dvd-2022}
  - {name: ally-desk, partner: ally}
"""


def witness(core, *options):
    return [core.demarc, "witness", core.folder / "witness", "--name", "oversight", *options]


def log_key(core):
    return (core.folder / "state-evidence" / "log.pub").read_text().strip()


def started(lab, build):
    """A core whose log is to be cosigned by a witness that is not there yet; the witness's key."""
    core = Core(lab, build, "core", 2, config=CONFIG, inventory=LINE)
    key = core.host.run(witness(core)).stdout.strip()
    core.config.write_text(core.config.read_text() +
                           f'recorder: {{quorum: 1, witnesses: [{{key: "{key}", url: "http://{WITNESS}"}}]}}\n')
    core.start()
    core.wait()
    core.scenario(core.cast(1) + "amf 127.0.0.5\nstart 1\namf 127.0.0.6\nstart 2\nregister 1\n")
    return core, key


def pages(core, *recipients):
    folder = core.folder / "out"
    folder.mkdir(exist_ok=True)
    core.command("report", "--to", ",".join(recipients), "-o", folder)
    return [(folder / f"{name}.html").read_text() for name in recipients]


def evidence_of(page):
    return page[page.index('<section id="evidence">'):page.index("</section>\n") + len("</section>\n")]


def proofs_of(page):
    return [html.unescape(text) for text in re.findall(r'<pre class="proof" id="[^"]*">(.*?)</pre>', page, re.DOTALL)]


def checks(core, proof, *options):
    path = core.folder / "proof"
    path.write_text(proof, encoding="utf-8")
    return subprocess.run([sys.executable, CHECKER, "--key", log_key(core), *options, path], capture_output=True, text=True,
                          timeout=60, check=False)


def whose(core, text):
    path = core.folder / "leaked"
    path.write_text(text, encoding="utf-8")
    return core.command("report", "--whose", path, check=False)


def cosigned(core):
    recorder = core.json("status")["recorder"]
    return recorder["witnessed"] == "yes"


@case
def copies_have_the_same_evidence_which_is_one_once_it_is_cosigned(lab, build):
    core, key = started(lab, build)
    wait_until(lambda: core.json("status")["recorder"]["checkpoint"] > 0, 20, "a checkpoint")
    first = pages(core, "regulator")[0]
    expect("Not yet cosigned" in first, "it is called evidence without the witness")
    core.host.start(witness(core, "--log", log_key(core), "--listen", WITNESS), "witness.log")
    wait_until(lambda: cosigned(core), 30, "the witness to cosign")
    wait_until(lambda: "Not yet cosigned" not in pages(core, "regulator")[0], 30, "a report that is evidence")
    wait_until(lambda: cosigned(core), 30, "the witness to cosign")
    one, other = pages(core, "regulator", "ally-desk")
    expect(evidence_of(one) == evidence_of(other), "the evidence is not the same in both copies")
    expect(one != other, "the copies are the same")
    proofs = proofs_of(one)
    expect(proofs, "there is no proof in it")
    for proof in proofs:
        done = checks(core, proof, "--witness", key, "--quorum", "1")
        expect(done.returncode == 0, done.stdout + done.stderr)
        lines = proof.split("\n")
        lines[1] = lines[1][:-8] + ("AAAA" if lines[1][-8:-4] != "AAAA" else "BBBB") + lines[1][-4:]
        expect(checks(core, "\n".join(lines)).returncode == 1, "a changed proof is accepted")
    expect("secret-of-others" not in other + one and "flash" in other and "flash" not in one, "answers of others are told")
    shown = core.command("evidence", "show", "0", "100000").stdout.splitlines()
    released = [json.loads(line.partition(" ")[2]) for line in shown if '"kind":"report"' in line]
    digest = hashlib.sha256(evidence_of(one).encode()).hexdigest()
    expect(all(digest in entry["reason"] for entry in released[-2:]), f"{digest} is not in {released[-2:]}")


@case
def a_leaked_copy_names_its_recipient(lab, build):
    core, _ = started(lab, build)
    one, other = pages(core, "regulator", "ally-desk")
    for page, name in ((one, "regulator"), (other, "ally-desk")):
        expect(whose(core, page).stdout.count(name) >= 3, whose(core, page).stdout)
    words = html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", one, flags=re.DOTALL))
    unseen = re.sub("[\u2060\u200b\u200c]", "", words)
    expect("woven: regulator" in whose(core, re.sub("copy [0-9a-f-]{19}", "", words)).stdout, "the woven mark is lost")
    retyped = whose(core, " \n ".join(re.sub("copy [0-9a-f-]{19}", "", unseen).split()))
    expect("wording:" in retyped.stdout and "regulator" in retyped.stdout, retyped.stdout)
    expect(whose(core, "nothing of a report").returncode == 1, "a text without marks has an owner")
    expect(whose(core, "copy 0123-4567-89ab-cdef").returncode == 1, "a mark of nobody's has an owner")


@case
def nothing_is_released_that_is_not_logged(lab, build):
    core, _ = started(lab, build)
    folder = core.folder / "out"
    expect(core.command("report", "--to", "nobody", "-o", folder, check=False).returncode == 1, "a stranger gets a report")
    core.stop()
    done = core.command("report", "--to", "regulator", "-o", folder, check=False)
    expect(done.returncode == 1 and "not released" in done.stderr and not folder.exists(), done.stdout + done.stderr)


@case
def the_same_facts_are_there_as_json(lab, build):
    core, _ = started(lab, build)
    facts = json.loads(core.command("report", "--to", "regulator", "--json").stdout)
    rules = {rule["rule"]: rule for rule in facts["rules"]}
    expect(list(rules) == ["L1", "L2", "L5", "H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8", "N1", "N2", "N3", "N4", "N5", "N6",
                           "K1", "K2"], f"{list(rules)}")
    expect(facts["profile"]["name"] == "uk-dvd-2022" and facts["copy"]["recipient"] == "regulator", f"{facts['profile']}")
    losses = {loss["vendor"]: loss for loss in facts["losses"]}
    expect(losses["acme"]["areas_lost"] == ["999/70-7"] and losses["house"]["areas_lost"] == [], f"{losses}")
    expect(losses["acme"]["phones"] == 0 or losses["acme"]["phones"] is not None, f"{losses}")
    expect((losses["acme"]["sites"], losses["acme"]["sites_left"], losses["acme"]["vendors_left"]) == (2, 1, 1), f"{losses}")
    other = json.loads(core.command("report", "--to", "ally-desk", "--json", "--profile", "uk-2020-01").stdout)
    expect(other["profile"]["name"] == "uk-2020-01" and "map" not in other, f"{other['profile']}")
    expect({answer["label"] for answer in other["answers"]} == {"flash"}, f"{other['answers']}")


@case
def answers_are_those_of_the_core_that_runs(lab, build):
    core, _ = started(lab, build)
    report = json.loads(core.command("report", "--to", "ally-desk", "--json").stdout)
    expect(report["answers_from"] == "core", report["answers_from"])
    paths = [answer["path"] for answer in report["answers"]]
    expect(paths == ["gnb=any,upf=default", "domain=north,upf=default", "domain=south,upf=default"], f"{paths}")
    shown = core.command("evidence", "show", "0", "100000").stdout
    for answer in report["answers"]:
        said = core.command("answer", "--partner", "ally", "--label", "flash", "--path", answer["path"], "--json", check=False)
        expect(json.loads(said.stdout)["answer"]["answer"] == answer["verdict"], f"{answer}, and then {said.stdout}")
        expect(answer["digest"] in shown, f"{answer} is not in the log")


@case
def shares_are_kept_hour_by_hour(lab, build):
    core, _ = started(lab, build)

    def points():
        return json.loads(core.command("report", "--to", "regulator", "--json").stdout)["shares"]["history"]["points"]

    wait_until(points, 30, "a point of the shares")
    before = points()
    expect(before[0]["sites"] == 50.0, f"{before}")
    core.stop()
    core.start()
    core.wait()
    expect(points()[0] == before[0], f"{points()}, and before it {before}")


main()

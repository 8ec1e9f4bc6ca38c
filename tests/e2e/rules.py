#!/usr/bin/env python3
"""Rules of the line where an inventory is loaded, and what commands say of them while the core runs and when it does not."""
from cases import case, expect, main
from running_core import Core

KNOWN = "reason: why, reviewed: 2026-10-01, since: 2019-01-01"
INVENTORY = f"""
profile: uk-2020-01
vendors: [{{name: own, risk: trusted}}, {{name: far}}]
domains:
  - {{name: default, vendor: own, listen: [127.0.0.5]}}
  - {{name: far, vendor: far, listen: [127.0.0.6]}}
gnbs: [{{name: pier, domain: far, id: 999/70-00000001, {KNOWN}}}]
suspensions: [{{rule: H8, by: J. Doe, reason: measured elsewhere, until: 2099-01-01}}]
"""
FAR_CORE = f"assets: [{{name: amf-2, kind: function, vendor: far, class: core, {KNOWN}}}]\n"


def started(lab, build):
    core = Core(lab, build, "core", 1, inventory=INVENTORY)
    core.start()
    return core.wait()


def explained(core):
    return core.command("line", "explain", "setup", "pier").stdout


@case
def a_change_that_breaks_a_rule_is_refused_and_what_runs_stays(lab, build):
    core = started(lab, build)
    line = core.folder / "line.yaml"
    accepted = line.read_text()
    line.write_text(accepted + FAR_CORE)
    for words in (("line", "check"), ("line", "sign", "--key", core.folder / "ann.key"), ("reload",)):
        done = core.command(*words, check=False)
        expect(done.returncode == 1 and "class: found amf-2, expected what rule L1 of uk-2020-01 allows" in done.stdout + done.stderr,
               f"{words}: exit {done.returncode}: {done.stdout}{done.stderr}")
    policy = core.json("status")["control"]["policy"]
    expect(policy.startswith("serial 1,"), f"what was refused is in force: {policy}")
    line.write_text(accepted)
    core.command("reload")


@case
def status_and_explain_say_what_runs(lab, build):
    core = started(lab, build)
    rules = {item["rule"]: item for item in core.json("line", "status")["rules"]}
    expect(set(rules) == {"L1", "L2", "L5", "H1", "H2", "H3", "H4", "H5", "H6", "H8"}, f"{sorted(rules)}")
    expect(rules["H1"]["verdict"] == "refuse" and rules["H1"]["counted"] == "1 of 1 (100.00 %)", f"{rules['H1']}")
    expect(rules["H1"]["limit"] == "35 %" and rules["H1"]["from"] == "2023-01-28", f"{rules['H1']}")
    expect(rules["H8"]["suspended"]["by"] == "J. Doe" and rules["H8"]["suspended"]["until"] == "2099-01-01", f"{rules['H8']}")
    expect("J. Doe" in core.command("line", "status").stdout, "the table does not tell who has suspended")
    expect("what the core that runs here has measured" in explained(core), explained(core))
    expect("K1" not in explained(core), explained(core))
    core.command("line", "bar", "far", "--now", "--reason", "a test")
    expect("its vendor is barred by command" in explained(core), explained(core))
    core.stop()
    expect("no core runs here" in explained(core) and "K1" not in explained(core), explained(core))


main()

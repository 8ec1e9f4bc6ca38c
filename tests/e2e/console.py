#!/usr/bin/env python3
"""The console: a page and an API that tell what runs, change nothing, and keep out who has no business there."""
import json
import sys

from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, Core

LINE = """
profile: lab
vendors: [{name: acme, risk: high}, {name: house, risk: trusted}]
domains:
  - {name: north, vendor: acme, listen: [127.0.0.5]}
  - {name: south, vendor: house, listen: [127.0.0.6]}
gnbs:
  - {name: north, domain: north, id: 999/70-00000001}
  - {name: south, domain: south, id: 999/70-00000002}
partners: [{name: ally}]
labels: [{name: flash, originator: us, releasable_to: [ally]}]
suspensions: [{rule: H2, by: J. Doe, reason: measured elsewhere, until: 2099-01-31}]
"""
TOKEN = "a-token-of-some-length"

# Sends octets from standard input, and prints what comes until the other end closes, or falls silent.
TALK = """
import socket, sys
talk = socket.create_connection(("127.0.0.1", 9999), timeout=20)
try:
    talk.sendall(sys.stdin.buffer.read())
    talk.shutdown(socket.SHUT_WR)
except OSError:
    pass
try:
    while heard := talk.recv(65536):
        sys.stdout.buffer.write(heard)
except OSError:
    pass
"""


def started(lab, build, more=""):
    core = Core(lab, build, "core", 1, config=CONFIG + more, inventory=LINE)
    core.start()
    core.wait()
    return core


def talk(core, octets):
    """The status and the whole of what is answered to these octets; 0: the connection was just closed."""
    path = core.folder / "request"
    path.write_bytes(octets)
    heard = core.host.run(["sh", "-c", f"exec {sys.executable} -c '{TALK}' < {path}"]).stdout
    return int(heard.split(" ", 2)[1]) if heard.startswith("HTTP/") else 0, heard


def ask(core, path, method="GET", body="", **headers):
    lines = {"Host": "127.0.0.1:9999", "Connection": "close", **({"Content-Length": str(len(body))} if body else {}),
             **{name.replace("_", "-"): value for name, value in headers.items()}}
    text = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n" + body
    return talk(core, text.encode())


def told(core, path, **options):
    code, heard = ask(core, path, **options)
    expect(code == 200, f"{path}: {heard[:400]}")
    return json.loads(heard.partition("\n\n")[2])


@case
def the_page_and_the_api_tell_what_runs(lab, build):
    core = started(lab, build)
    core.scenario(core.cast(1) + "amf 127.0.0.5\nstart 1\namf 127.0.0.6\nstart 2\nregister 1\n")
    for path, what in (("/", "text/html"), ("/console.css", "text/css"), ("/console.js", "text/javascript")):
        code, heard = ask(core, path)
        expect(code == 200 and f"Content-Type: {what}" in heard and "default-src 'none'" in heard, heard[:600])
        expect("http://" not in heard.replace("http://www.w3.org/2000/svg", "") and "https://" not in heard, f"{path} names others")
    status = told(core, "/api/v1/status")
    expect({one["state"] for one in status["processes"]} == {"up"}, f"{status['processes']}")
    expect(status["control"]["shares"]["sites"]["high_risk_sites"] == 1, f"{status['control']}")
    line = told(core, "/api/v1/line")
    expect(line["from"] == "core" and line["suspensions"][0]["rule"] == "H2", f"{line}")
    verdicts = {rule["rule"]: rule["state"] for rule in line["rules"]}
    expect(verdicts["H1"] == "broken" and verdicts["L1"] == "kept", f"{line['rules']}")
    expect("items" in told(core, "/api/v1/gnb") and "items" in told(core, "/api/v1/shares"), "a list without items")
    expect("/api/v1/answer" in told(core, "/api/v1")["paths"], "the API does not say what there is")


@case
def an_answer_is_the_same_in_the_api(lab, build):
    core = started(lab, build)
    wait_until(lambda: told(core, "/api/v1/facts")["taken"], 20, "the recorder to say that evidence is taken")
    path = "gnb=south,upf=default"
    said = json.loads(core.command("answer", "--partner", "ally", "--label", "flash", "--path", path, "--json", check=False).stdout)
    asked = told(core, f"/api/v1/answer?partner=ally&label=flash&path={path}")
    posted = told(core, "/api/v1/answer", method="POST", body=json.dumps({"partner": "ally", "labels": ["flash"], "path": path}))
    expect(said["answer"] == asked["answer"] == posted["answer"], f"{said}\n{asked}\n{posted}")
    expect(posted["entry"]["number"] > asked["entry"]["number"] > said["entry"]["number"], "not each is an entry of evidence")
    expect(ask(core, "/api/v1/answer?partner=ally&label=flash")[0] == 400, "a question without a path is answered")


@case
def what_is_hostile_is_refused_and_changes_nothing(lab, build):
    core = started(lab, build)
    before = core.json("digest")
    refused = [
        (405, ask(core, "/api/v1/status", method="POST", body="{}")), (405, ask(core, "/", method="DELETE")),
        (405, ask(core, "/api/v1/gnb", method="PUT", body="{}")), (404, ask(core, "/api/v1/../../etc/passwd")),
        (404, ask(core, "/../../../etc/passwd")), (404, ask(core, "/%2e%2e/%2e%2e/etc/passwd")), (404, ask(core, "/console.key")),
        (404, ask(core, "/api/v1/ue.deregister?supi=imsi-999700000000001")), (404, ask(core, "/api/v1/subscriber.get")),
        (403, ask(core, "/api/v1/status", Sec_Fetch_Site="cross-site")), (421, ask(core, "/api/v1/status", Host="rebound.example")),
        (400, ask(core, "/api/v1/answer", method="POST", body="[" * 9000)), (400, ask(core, "/api/v1/answer", method="POST", body="[]")),
        (413, ask(core, "/api/v1/answer", method="POST", body=" " * 100000))]
    for code, (got, heard) in refused:
        expect(got == code, f"{code} was expected of {heard[:300]}")
    for octets in (b"\x16\x03\x01\x02\x00" * 50, b"GET / HTTP/1.1\r\nHost: " + b"a" * 200000, b"GET " + b"/a" * 100000 + b" HTTP/1.1\r\n\r\n",
                   b"POST /api/v1/answer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999999999999\r\n\r\n", b"\0" * 100000):
        code, heard = talk(core, octets)
        expect(code == 0 or 400 <= code < 600, heard[:300])
    console = core.role("console")
    expect(told(core, "/api/v1/status")["processes"] and core.role("console") == console, "the console has ended")
    expect(core.json("digest") == before, "it has changed something")


@case
def with_a_token_only_who_has_it_is_told_anything(lab, build):
    path = lab.folder / "token"
    path.write_text(TOKEN + "\n")
    core = started(lab, build, f"console: {{{{token_file: {path}}}}}\n")
    expect(ask(core, "/")[0] == 200, "the page asks for the token itself")
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer " + TOKEN[:-1]}, {"Authorization": "Basic " + TOKEN}):
        code, heard = ask(core, "/api/v1/status", **headers)
        expect(code == 401 and "sessions" not in heard, heard[:300])
    expect(told(core, "/api/v1/status", Authorization="Bearer " + TOKEN, Host="console.example")["control"], "the token opens nothing")
    other = core.folder / "open.yaml"
    other.write_text(core.config.read_text().replace(f"token_file: {path}", "listen: 192.0.2.1:9999"))
    done = lab.execute([core.demarc, "check", other], check=False)
    expect(done.returncode != 0 and "token_file" in done.stdout + done.stderr, done.stdout + done.stderr)


main()

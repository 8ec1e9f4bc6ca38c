"""End-to-end cases: functions named as sentences, run one after the other, reported as TAP.

    @case
    def a_phone_registers(lab, build): ...

    main()      # usage: PROGRAM BUILD-FOLDER [WORD...]: only the cases whose name contains one of the words

Each case has a lab of its own. A case that raises has failed; the core's log is then shown.
"""
import os
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "scripts"))

from lab import Lab  # noqa: E402

CASES = []


def case(function):
    CASES.append(function)
    return function


def expect(truth, otherwise):
    if not truth:
        raise AssertionError(otherwise)


def show_logs(lab):
    for log in sorted(lab.folder.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()
        for line in lines[-40:]:
            print(f"# {log.name}: {line}")


def attempt(function, build):
    with Lab("e2e") as lab:
        try:
            function(lab, build)
            return True
        except Exception:  # noqa: BLE001  whatever a case raises is its failure
            show_logs(lab)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            return False


def main():
    build, words = Path(sys.argv[1]).resolve(), sys.argv[2:]
    chosen = [one for one in CASES if not words or any(word in one.__name__ for word in words)]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for number, function in enumerate(chosen, 1):
        name = function.__name__.replace("_", " ")
        if os.geteuid() != 0:
            print(f"ok {number} - {name} # SKIP network namespaces need root", flush=True)
            continue
        well = attempt(function, build)
        failed += not well
        print(f"{'ok' if well else 'not ok'} {number} - {name}", flush=True)
    sys.exit(1 if failed else 0)

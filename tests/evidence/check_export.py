#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a whole export of evidence offline, entry by entry, with nothing of Demarc's:

    demarc evidence export FROM TO > entries
    demarc evidence prove FROM first; demarc evidence prove TO-1 last        (under the same checkpoint: else once more)
    check_export.py --key NAME+ID+KEY --first first --last last [--earlier PROOF]... entries

The paths of the two proofs hold what lies left and right of the export; with its entries in between they must lead to the root that the log
has signed. So none of them was changed, left out, added or moved. --earlier: a proof that was given out before; the export is to go on from its
checkpoint's tree, which shows that the log only grew. What was pruned before FROM must be what an entry of the export says, if one does.

Prints how many entries hold, how many are missing by the numbers of their sources, and how often a clock was set back."""
import argparse
import json
import re
import sys

from check_proof import Key, Wrong, check, leaf_of, node_of, number_of, octets_of, open_note

MEMBERS = {"time", "source", "run", "number", "kind", "step", "rule", "association", "gnb", "procedure", "reason", "victim_touched",
           "digest"}


class Tree:
    """The entries so far as the roots of full trees, the largest first: (how many, hash)."""

    def __init__(self, peaks=()):
        self.peaks = list(peaks)

    def size(self):
        return sum(count for count, _ in self.peaks)

    def append(self, leaf):
        self.peaks.append((1, leaf))
        while len(self.peaks) > 1 and self.peaks[-1][0] == self.peaks[-2][0]:
            (count, left), (_, right) = self.peaks[-2:]
            self.peaks[-2:] = [(2 * count, node_of(left, right))]

    def root(self):
        whole = None
        for _, peak in reversed(self.peaks):
            whole = peak if whole is None else node_of(peak, whole)
        return whole


class Proof:
    """A proof that holds, in its parts."""

    def __init__(self, octets, keys):
        self.entry = check(octets, *keys).encode()
        head, _, note = octets.partition(b"\n\n")
        lines = head.decode().split("\n")
        self.index, self.path = number_of(lines[2][6:]), [octets_of(line) for line in lines[3:]]
        origin, size, root = open_note(note)[0].decode().split("\n")[:3]
        self.size, self.root, self.checkpoint = number_of(size), octets_of(root), (origin, size, root)

    def before(self):
        """What lies left of the entry: the halves of the path that are on that side, from the top."""
        begin, end, path, peaks = 0, self.size, list(self.path), []
        while end - begin > 1:
            half = begin + (1 << (end - begin - 1).bit_length() - 1)
            other = path.pop()
            if self.index >= half:
                peaks.append((half - begin, other))
                begin = half
            else:
                end = half
        return peaks


class Walk:
    """What is noticed on the way through the entries."""

    def __init__(self):
        self.runs, self.lost, self.set_back, self.prunings = {}, 0, 0, []

    def take(self, line):
        entry = json.loads(line)
        if not isinstance(entry, dict) or not set(entry) <= MEMBERS or "kind" not in entry:
            raise Wrong(f"{line[:60]!r} is no entry")
        run, number, time = entry.get("run"), entry.get("number", 0), entry["time"]
        if number:
            last, then = self.runs.get(run, (number - 1, time))
            self.lost += max(0, number - last - 1)
            self.set_back += time < then
            self.runs[run] = (number, time)
        said = re.fullmatch("entries pruned from the beginning: ([0-9]+)", entry["reason"])
        if entry["kind"] == "pruning" and said:
            self.prunings.append((int(said[1]), bytes.fromhex(entry["digest"])))


def check_export(first, last, earlier, lines):
    """Raises Wrong, or returns what was noticed. Proofs; entries without their ends."""
    if first.checkpoint != last.checkpoint:
        raise Wrong("the two proofs are not of one checkpoint")
    if first.index > last.index or len(lines) != last.index - first.index + 1:
        raise Wrong(f"{last.index - first.index + 1} entries are proved, {len(lines)} are there")
    if lines[0] != first.entry or lines[-1] != last.entry:
        raise Wrong("the first or the last entry is not the proved one")
    tree, walk, roots = Tree(first.before()), Walk(), {}
    if tree.size() != first.index:
        raise Wrong("the first path is not that of its entry")
    roots[tree.size()] = tree.root()
    for line in lines:
        if tree.size() == last.index and tree.peaks != last.before():
            raise Wrong("the entries do not lead from the one proof to the other: one was changed, moved, left out or added")
        walk.take(line)
        tree.append(leaf_of(line))
        roots[tree.size()] = tree.root()
    for one in earlier:
        if roots.get(one.size) != one.root:
            raise Wrong(f"the checkpoint over {one.size} entries that was given out before is of another log, or outside the export")
    for count, digest in walk.prunings:
        if count in roots and roots[count] != digest:
            raise Wrong(f"what a pruning says of the first {count} entries is not so")
    return walk


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--key", required=True)
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--quorum", type=int, default=0)
    parser.add_argument("--first", required=True)
    parser.add_argument("--last", required=True)
    parser.add_argument("--earlier", action="append", default=[])
    parser.add_argument("entries")
    asked = parser.parse_args()
    try:
        keys = Key(asked.key), [Key(one) for one in asked.witness], asked.quorum
        first, last = (Proof(read(path), keys) for path in (asked.first, asked.last))
        earlier = [Proof(read(path), (keys[0], [], 0)) for path in asked.earlier]
        text = read(asked.entries)
        if not text.endswith(b"\n"):
            raise Wrong("the last entry has no end")
        walk = check_export(first, last, earlier, text[:-1].split(b"\n"))
    except (Wrong, ValueError, KeyError, TypeError) as error:
        print(f"{asked.entries}: {error}", file=sys.stderr)
        return 1
    print(f"entries {first.index} to {last.index} hold, lost {walk.lost}, clocks set back {walk.set_back}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The independent checkers accept a log and refuse whatever was changed in what they are handed. The log is made here, so that nothing else is
needed; tests/e2e/evidence.py hands them what Demarc writes."""
import base64
import hashlib
import json
import unittest

import check_proof
from check_export import Proof, Tree, check_export
from check_proof import BASE, ORDER, P, Key, Wrong, leaf_of, multiply


def packed(point):
    x, y = (value * pow(point[2], P - 2, P) % P for value in point[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little")


def text(octets):
    return base64.b64encode(octets).decode()


class Signer:
    """RFC 8032 5.1.5, 5.1.6."""

    def __init__(self, name, kind, seed):
        digest = hashlib.sha512(bytes([seed]) * 32).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
        self.prefix, self.name, self.kind = digest[32:], name, kind
        self.public = packed(multiply(self.scalar, BASE))
        material = bytes([kind]) + self.public
        self.id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
        self.key = Key(f"{name}+{self.id.hex()}+{text(material)}")

    def sign(self, message):
        nonce = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % ORDER
        commitment = packed(multiply(nonce, BASE))
        challenge = int.from_bytes(hashlib.sha512(commitment + self.public + message).digest(), "little")
        return commitment + ((nonce + challenge * self.scalar) % ORDER).to_bytes(32, "little")

    def line(self, body):
        if self.kind == 1:
            octets = self.sign(body)
        else:
            octets = (1795338000).to_bytes(8, "big") + self.sign(b"cosignature/v1\ntime 1795338000\n" + body)
        return f"\u2014 {self.name} {text(self.id + octets)}\n".encode()


LOG, WITNESS = Signer("demarc.example/log", 1, 1), Signer("witness.example", 4, 2)
KEYS = LOG.key, [WITNESS.key], 1


def entry(number, **more):
    return json.dumps({"time": f"2026-11-22T12:00:{number % 60:02}.000000Z", "source": "control", "run": "07", "number": number + 1,
                       "kind": "refusal", "reason": "it is not enrolled", **more}).encode()


def root_of(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def path_of(leaves, index):
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return path_of(leaves[:half], index) + [root_of(leaves[half:])]
    return path_of(leaves[half:], index - half) + [root_of(leaves[:half])]


def proof_of(entries, index, size):
    leaves = [leaf_of(one) for one in entries[:size]]
    body = f"{LOG.name}\n{size}\n{text(root_of(leaves))}\n".encode()
    path = "".join(text(one) + "\n" for one in path_of(leaves, index))
    head = f"c2sp.org/tlog-proof@v1\nextra {text(entries[index])}\nindex {index}\n{path}\n".encode()
    return head + body + b"\n" + LOG.line(body) + WITNESS.line(body)


ENTRIES = [entry(number) for number in range(23)]


class Checkers(unittest.TestCase):
    def accepted(self, begin, end, lines, size=23, earlier=()):
        first, last = (Proof(proof_of(ENTRIES, index, size), KEYS) for index in (begin, end - 1))
        return check_export(first, last, [Proof(one, KEYS) for one in earlier], lines)

    def test_a_proof_changed_at_any_octet_is_refused(self):
        proof = proof_of(ENTRIES, 11, 23)
        self.assertEqual(check_proof.check(proof, *KEYS).encode(), ENTRIES[11])
        for at, octet in enumerate(proof):
            with self.subTest(at=at), self.assertRaises((Wrong, ValueError)):
                check_proof.check(proof[:at] + bytes([octet ^ 1 << at % 8]) + proof[at + 1:], *KEYS)

    def test_a_proof_cut_anywhere_is_refused(self):
        proof = proof_of(ENTRIES, 11, 23)
        for length in range(len(proof)):
            with self.assertRaises((Wrong, ValueError)):
                check_proof.check(proof[:length], *KEYS)

    def test_any_part_of_the_log_can_be_exported(self):
        for begin in range(0, 23, 3):
            for end in range(begin + 1, 24, 4):
                self.assertEqual(self.accepted(begin, end, ENTRIES[begin:end]).lost, 0)

    def test_an_export_with_anything_changed_is_refused(self):
        good = ENTRIES[3:20]
        for at in range(len(good)):
            changed = [good[:at] + [good[at].replace(b"not ", b"")] + good[at + 1:], good[:at] + good[at + 1:],
                       good[:at] + [good[at]] + good[at:], good[:at] + good[at + 1:at + 2] + good[at:at + 1] + good[at + 2:]]
            for lines in changed:
                if lines != good:
                    with self.assertRaises((Wrong, ValueError)):
                        self.accepted(3, 20, lines)

    def test_an_export_goes_on_from_what_was_given_out_before(self):
        for size in range(4, 21):
            self.accepted(3, 20, ENTRIES[3:20], earlier=[proof_of(ENTRIES, 1, size)])
        forked = ENTRIES[:7] + [entry(99)] + ENTRIES[8:]
        for size in (8, 20):
            with self.assertRaises(Wrong):
                self.accepted(3, 20, ENTRIES[3:20], earlier=[proof_of(forked, 1, size)])
        with self.assertRaises(Wrong):
            self.accepted(3, 20, ENTRIES[3:20], earlier=[proof_of(ENTRIES, 1, 22)])

    def test_proofs_of_two_checkpoints_are_none_of_one_export(self):
        first, last = Proof(proof_of(ENTRIES, 3, 23), KEYS), Proof(proof_of(ENTRIES, 19, 22), KEYS)
        with self.assertRaises(Wrong):
            check_export(first, last, [], ENTRIES[3:20])

    def test_a_pruning_says_what_was_there(self):
        for digest, good in ((root_of([leaf_of(one) for one in ENTRIES[:5]]), True), (bytes(32), False)):
            pruned = ENTRIES + [entry(23, kind="pruning", reason="entries pruned from the beginning: 5", digest=digest.hex())]
            first, last = (Proof(proof_of(pruned, index, 24), KEYS) for index in (5, 23))
            if good:
                check_export(first, last, [], pruned[5:])
            else:
                with self.assertRaises(Wrong):
                    check_export(first, last, [], pruned[5:])

    def test_what_is_lost_and_clocks_are_counted(self):
        entries = [entry(0), entry(5), entry(6, time="2020-01-01T00:00:00.000000Z")]
        first, last = (Proof(proof_of(entries, index, 3), KEYS) for index in (0, 2))
        walk = check_export(first, last, [], entries)
        self.assertEqual((walk.lost, walk.set_back), (4, 1))

    def test_a_quorum_is_of_different_witnesses(self):
        proof = proof_of(ENTRIES, 0, 23)
        with self.assertRaises(Wrong):
            check_proof.check(proof, LOG.key, [WITNESS.key, WITNESS.key], 2)


if __name__ == "__main__":
    unittest.main(verbosity=0)

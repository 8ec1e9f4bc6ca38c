#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a proof of evidence (C2SP tlog-proof) with nothing of Demarc's: hashing of the tree by RFC 9162, notes, and Ed25519
(RFC 8032) written out here from the specifications.

usage: check_proof.py --key NAME+ID+KEY [--witness NAME+ID+KEY]... [--quorum N] PROOF...

Prints the entry of each proof that holds; the exit code is 1 if one does not."""
import argparse
import base64
import hashlib
import re
import sys

# --- Ed25519, RFC 8032 5.1 ---

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def recover_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    product = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            product = add(product, point)
        point = add(point, point)
        scalar >>= 1
    return product


def decompress(octets):
    y = int.from_bytes(octets, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x = recover_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public, message, signature):
    key, commitment, scalar = decompress(public), decompress(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or key is None or commitment is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = multiply(scalar, BASE), add(commitment, multiply(challenge, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- Keys and notes ---

class Wrong(Exception):
    pass


def octets_of(text):
    try:
        octets = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Wrong(f"{text!r} is no base 64") from error
    if base64.b64encode(octets).decode() != text:
        raise Wrong(f"{text!r} is not canonical")
    return octets


class Key:
    def __init__(self, text):
        self.name, number, material = text.split("+", 2)
        material = octets_of(material)
        self.kind, self.public = material[0], material[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + material).digest()[:4]
        if self.id.hex() != number or len(self.public) != 32 or self.kind not in (1, 4):
            raise Wrong(f"{text} is no key")

    def accepts(self, text, octets):
        if self.kind == 1:
            return signed(self.public, text, octets)
        stamp, signature = int.from_bytes(octets[:8], "big"), octets[8:]
        return signed(self.public, f"cosignature/v1\ntime {stamp}\n".encode() + text, signature)


def open_note(note):
    text, separator, lines = note.rpartition(b"\n\n")
    if not separator or not lines.endswith(b"\n"):
        raise Wrong("the checkpoint is no note")
    signatures = []
    for line in lines[:-1].decode().split("\n"):
        match = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", line)
        if not match:
            raise Wrong("a signature is none")
        octets = octets_of(match[2])
        signatures.append((match[1], octets[:4], octets[4:]))
    return text + b"\n", signatures


def has_signed(key, text, signatures):
    found = [octets for name, number, octets in signatures if (name, number) == (key.name, key.id)]
    return bool(found) and all(key.accepts(text, octets) for octets in found)


# --- The tree ---

def leaf_of(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_of(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_by(path, index, begin, end, leaf):
    """The root over [begin, end) by the definition: the path's last hash is the other half's."""
    if end - begin == 1:
        if path:
            raise Wrong("the path is too long")
        return leaf
    if not path:
        raise Wrong("the path is too short")
    half = 1 << (end - begin - 1).bit_length() - 1
    if index < begin + half:
        return node_of(root_by(path[:-1], index, begin, begin + half, leaf), path[-1])
    return node_of(path[-1], root_by(path[:-1], index, begin + half, end, leaf))


# --- Proofs ---

def number_of(text):
    if not re.fullmatch("0|[1-9][0-9]*", text):
        raise Wrong(f"{text!r} is no number")
    return int(text)


def check(proof, log, witnesses, quorum):
    head, separator, note = proof.partition(b"\n\n")
    lines = head.decode().split("\n")
    if not separator or lines[0] != "c2sp.org/tlog-proof@v1" or len(lines) < 3:
        raise Wrong("it is no proof")
    if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise Wrong("entry or index is missing")
    entry, index = octets_of(lines[1][6:]), number_of(lines[2][6:])
    path = [octets_of(line) for line in lines[3:]]
    text, signatures = open_note(note)
    origin, size, root = text.decode().split("\n")[:3]
    size, root = number_of(size), octets_of(root)
    if origin != log.name or log.kind != 1 or not has_signed(log, text, signatures):
        raise Wrong("the checkpoint is not the log's")
    if index >= size or any(len(one) != 32 for one in path):
        raise Wrong("the entry is not in the tree")
    if root_by(path, index, 0, size, leaf_of(entry)) != root:
        raise Wrong("the path does not lead to the root")
    different = {(one.name, one.id): one for one in witnesses}.values()
    cosigned = sum(one.kind == 4 and has_signed(one, text, signatures) for one in different)
    if cosigned < quorum:
        raise Wrong(f"{cosigned} cosignatures, {quorum} are asked for")
    return entry.decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--key", required=True)
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--quorum", type=int, default=0)
    parser.add_argument("proofs", nargs="+")
    asked = parser.parse_args()
    wrong = 0
    for path in asked.proofs:
        try:
            with open(path, "rb") as file:
                print(check(file.read(), Key(asked.key), [Key(one) for one in asked.witness], asked.quorum))
        except (Wrong, ValueError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Checks a Bedside log from files alone, with nothing but Python's standard library.

    verify.py head    VKEY CHECKPOINT
    verify.py proof   VKEY PROOF
    verify.py entries VKEY CHECKPOINT ENTRIES [OLDER_CHECKPOINT...]
    verify.py tile    VKEY CHECKPOINT ENTRIES LEVEL INDEX TILE

VKEY is the key as /v1/log gives it. CHECKPOINT is what /checkpoint serves, PROOF what
/v1/log/proof/{index} serves, TILE what /tile/{level}/{index} serves. ENTRIES has one entry a
line, each a member of `data` of /v1/log/entries. Older checkpoints must be beginnings of the
log. Exit code 0: everything holds; 1: it does not; the reason is on standard error.

Written from RFC 6962, RFC 8032 and the C2SP specifications, apart from the program that it checks.
"""

import base64
import hashlib
import json
import sys


class Fault(Exception):
    """What does not hold."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# --- Ed25519 (RFC 8032 section 5.1), verification only. Slow, and short.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(p, q):
    """Adds two points in extended coordinates."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = add(total, p)
        p = add(p, p)
        n >>= 1
    return total


def point(encoded):
    """The point behind 32 bytes."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        raise Fault("a key or signature is no point")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        raise Fault("a key or signature is no point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_holds(key, text, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    a, r = point(key), point(signature[:32])
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L
    one, other = times(s, BASE), add(r, times(h, a))
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (
        one[1] * other[2] - other[1] * one[2]
    ) % P == 0


# --- Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint).


def read_key(text):
    try:
        name, digits, encoded = text.strip().split("+", 2)
        typed = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise Fault("the verifier key is not of the form NAME+ID+KEY") from None
    number = sha256(name.encode(), b"\n", typed)[:4]
    if number.hex() != digits or len(typed) != 33 or typed[0] != 1:
        raise Fault("the verifier key does not fit its id")
    return name, number, typed[1:]


def read_head(note, key):
    """Size and root of a signed checkpoint."""
    name, number, public = key
    at = note.rfind("\n\n")
    if at < 0:
        raise Fault("this is no signed checkpoint")
    text, below = note[: at + 1], note[at + 2 :]
    signed = False
    for line in below.splitlines():
        words = line.split(" ")
        if len(words) != 3 or words[0] != "\u2014":
            raise Fault("this is no signature line")
        raw = base64.b64decode(words[2], validate=True)
        if words[1] == name and raw[:4] == number:
            if not signature_holds(public, text.encode(), raw[4:]):
                raise Fault("the signature does not hold")
            signed = True
    if not signed:
        raise Fault("the checkpoint is not signed by this log")
    lines = text.splitlines()
    if len(lines) < 3 or lines[0] != name or str(int(lines[1])) != lines[1]:
        raise Fault("the checkpoint is not one of this log")
    root = base64.b64decode(lines[2], validate=True)
    if len(root) != 32:
        raise Fault("the root has another length")
    return int(lines[1]), root


# --- The tree (RFC 6962 section 2.1).


def leaf_hash(leaf):
    return sha256(b"\x00", leaf)


def tree_root(hashes):
    if not hashes:
        return sha256()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << ((len(hashes) - 1).bit_length() - 1)
    return sha256(b"\x01", tree_root(hashes[:half]), tree_root(hashes[half:]))


def root_of_path(index, size, leaf, path):
    """The root that a path leads to; follows the tree down and then up again."""
    turns, begin, length = [], 0, size
    while length > 1:
        half = 1 << ((length - 1).bit_length() - 1)
        if index < begin + half:
            turns.append("left")
            length = half
        else:
            turns.append("right")
            begin, length = begin + half, length - half
    if len(turns) != len(path):
        raise Fault("the path has another length")
    for turn, beside in zip(reversed(turns), path):
        leaf = sha256(b"\x01", leaf, beside) if turn == "left" else sha256(b"\x01", beside, leaf)
    return leaf


def read_entries(text):
    """The hashes of all leaves; every payload must be the one that its leaf commits to."""
    hashes = []
    for line in filter(None, text.split("\n")):
        entry = json.loads(line)
        if entry["index"] != len(hashes):
            raise Fault(f"entry {len(hashes)} is missing")
        if entry["payload"] is not None:
            bound = sha256(base64.b64decode(entry["salt"]), entry["payload"].encode())
            if json.loads(entry["leaf"])["commitment"] != bound.hex():
                raise Fault(f"entry {entry['index']} says something else than its leaf")
        hashes.append(leaf_hash(entry["leaf"].encode()))
    return hashes


# --- What is asked.


def check_head(key, checkpoint):
    size, _ = read_head(checkpoint, key)
    return f"{size} entries are signed"


def check_proof(key, proof):
    front, _, checkpoint = proof.partition("\n\n")
    lines = front.splitlines()
    if not lines or lines[0] != "c2sp.org/tlog-proof@v1":
        raise Fault("this is no proof")
    if len(lines) < 3 or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise Fault("the proof lacks its leaf or its index")
    leaf = base64.b64decode(lines[1][6:], validate=True)
    index = int(lines[2][6:])
    path = [base64.b64decode(line, validate=True) for line in lines[3:]]
    size, root = read_head(checkpoint, key)
    if index >= size or root_of_path(index, size, leaf_hash(leaf), path) != root:
        raise Fault("the path does not lead to the signed root")
    return f"entry {index} of {size}: {leaf.decode()}"


def check_entries(key, checkpoint, entries, *older):
    size, root = read_head(checkpoint, key)
    hashes = read_entries(entries)
    if len(hashes) < size:
        raise Fault(f"{size} entries are signed, and there are {len(hashes)}")
    if tree_root(hashes[:size]) != root:
        raise Fault("the entries are not those that were signed")
    for note in older:
        before, old_root = read_head(note, key)
        if before > size or tree_root(hashes[:before]) != old_root:
            raise Fault("the log does not begin with an older checkpoint")
    return f"{size} entries hold, and {len(older)} older checkpoints with them"


def check_tile(key, checkpoint, entries, level, index, tile):
    size, root = read_head(checkpoint, key)
    hashes = read_entries(entries)[:size]
    if tree_root(hashes) != root:
        raise Fault("the entries are not those that were signed")
    for _ in range(int(level)):
        full = len(hashes) // 256 * 256
        hashes = [tree_root(hashes[at : at + 256]) for at in range(0, full, 256)]
    expected = hashes[int(index) * 256 : int(index) * 256 + 256]
    if not expected or tile != b"".join(expected):
        raise Fault("the tile does not hold its hashes")
    return f"tile {index} of level {level} holds"


def main(arguments):
    checks = {"head": check_head, "proof": check_proof, "entries": check_entries}
    try:
        what, key, *files = arguments
        if what == "tile":
            checkpoint, entries, level, index, tile = files
            texts = [read(checkpoint).decode(), read(entries).decode(), level, index, read(tile)]
            said = check_tile(read_key(key), *texts)
        else:
            said = checks[what](read_key(key), *[read(path).decode() for path in files])
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    except (KeyError, TypeError, ValueError) as error:
        print(f"this cannot be read: {error!r}", file=sys.stderr)
        return 1
    print(said)
    return 0


def read(path):
    with open(path, "rb") as file:
        return file.read()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

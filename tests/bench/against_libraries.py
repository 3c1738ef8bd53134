"""Times our derivation, sealing and opening against OpenSSL (Python's hashlib) and libsodium (PyNaCl), in one run.

    target/vectors/python/bin/python tests/bench/against_libraries.py [ROUNDS]

Ours and theirs take turns, so that both see the same machine; the ratio compares the medians. Targets: derivation 1.0, sealing
and opening of 512 KiB 1.2.
"""

import hashlib
import statistics
import subprocess
import sys
import time
from pathlib import Path

import nacl.bindings as sodium

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 15
KEY, NONCE, PLAINTEXT = bytes([7] * 32), bytes([9] * 24), b"a" * 524288
BOX = sodium.crypto_secretbox(PLAINTEXT, NONCE, KEY)
THEIRS = {
    "derive": lambda: hashlib.scrypt(b"shootdeathstar", salt=b"ECHOECHO", n=65536, r=8, p=1, dklen=64, maxmem=2**27),
    "seal": lambda: sodium.crypto_secretbox(PLAINTEXT, NONCE, KEY),
    "open": lambda: sodium.crypto_secretbox_open(BOX, NONCE, KEY),
}
TIMES = {"derive": 1, "seal": 20, "open": 20}
TARGETS = {"derive": 1.0, "seal": 1.2, "open": 1.2}

ours = subprocess.Popen(
    ["cargo", "bench", "--quiet", "--bench", "primitives"],
    cwd=Path(__file__).resolve().parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(what, times):
    ours.stdin.write(f"{what} {times}\n")
    ours.stdin.flush()
    return int(ours.stdout.readline())


def theirs(what, times):
    began = time.perf_counter_ns()
    for _ in range(times):
        THEIRS[what]()
    return (time.perf_counter_ns() - began) // times


print(f"{'':8} {'ours':>10} {'library':>10} {'ratio':>6} {'target':>6}")
for what, times in TIMES.items():
    ask(what, times), theirs(what, times)
    pairs = [(ask(what, times), theirs(what, times)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(column) for column in zip(*pairs))
    print(f"{what:8} {mine / 1e6:7.3f} ms {other / 1e6:7.3f} ms {mine / other:6.2f} {TARGETS[what]:6.1f}")
ours.stdin.close()
ours.wait(timeout=60)

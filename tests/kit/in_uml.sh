#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a test on a kernel that has SCTP: Debian's user-mode-linux, with this host's files as its root.
#   in_uml.sh TEST-BINARY [ARGUMENT...]
# Exits 77 (skipped) where user-mode-linux is not installed.
set -u
binary=$(realpath "$1")
shift

if [ "$$" = 1 ]; then # inside: we are init
    echo inside
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    mount -t proc proc /proc
    ip link set lo up
    python3 - <<'PYTHON'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
# The cookie's HMAC and the checksum, which the kernel would ask modprobe for; then what networks are made of.
WANTED = ('hmac.ko', 'md5.ko', 'sha1_generic.ko', 'crc32c_generic.ko', 'sctp.ko', 'veth.ko', 'bridge.ko', 'nf_tables.ko')
root = '/usr/lib/uml/modules/' + os.uname().release + '/'
needs = dict(line.rstrip('\n').split(':') for line in open(root + 'modules.dep'))
loaded = set()
def load(module):
    for need in needs[module].split():
        load(need)
    if module not in loaded:
        loaded.add(module)
        fd = os.open(root + module, os.O_RDONLY)
        if libc.syscall(313, fd, b'', 0) and ctypes.get_errno() != 17:
            print('cannot load', module, os.strerror(ctypes.get_errno()))
for module in needs:
    if os.path.basename(module) in WANTED:
        load(module)
PYTHON
    ip -6 addr add ::1/128 dev lo 2>/dev/null
    timeout 120 "$binary" "$@"
    echo "test exited with $?"
    halt -f 2>/dev/null || echo o >/proc/sysrq-trigger
    sleep 5
fi

if ! command -v linux.uml >/dev/null; then
    echo "SKIPPED: $(basename "$binary") needs a kernel with SCTP: linux.uml (package user-mode-linux) is not installed"
    exit 77
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
timeout 150 linux.uml mem=256M root=/dev/root rootfstype=hostfs rootflags=/ rw quiet con=null con0=null,fd:1 \
    init="$(realpath "$0")" -- "$binary" "$@" </dev/null >"$log" 2>&1
if ! grep -aq '^inside' "$log"; then
    tail -n 5 "$log"
    echo "SKIPPED: $(basename "$binary") needs a kernel with SCTP: user-mode-linux does not start here"
    exit 77
fi
grep -aE '^(\[ |ok |not ok |1\.\.|test exited|.*error|.*sctp)' "$log" || tail -n 30 "$log"
grep -aq '^test exited with 0' "$log"

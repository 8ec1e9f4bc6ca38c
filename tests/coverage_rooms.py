#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up llvm-cov's summary (JSON, standard input) by room: coverage_rooms.py REPOSITORY"""
import json
import os
import sys

KINDS = ('lines', 'functions', 'branches')


def room_of(path, repository):
    """The room that a file of the repository belongs to, or None."""
    parts = os.path.relpath(path, repository).split(os.sep)
    return parts[1] if len(parts) > 2 and parts[0] == 'src' else None


def add_up(files, repository):
    rooms = {}
    for file in files:
        room = room_of(file['filename'], repository)
        for name in (room, 'total') if room else ():
            sums = rooms.setdefault(name, {kind: [0, 0] for kind in KINDS})
            for kind in KINDS:
                sums[kind][0] += file['summary'][kind]['covered']
                sums[kind][1] += file['summary'][kind]['count']
    return rooms


def main(repository):
    rooms = add_up(json.load(sys.stdin)['data'][0]['files'], os.path.realpath(repository))
    print(f'{"room":8}' + ''.join(f'{kind:>24}' for kind in KINDS))
    for room in sorted(rooms, key=lambda name: (name == 'total', name)):
        cells = [f'{covered} of {count}, {100 * covered / max(count, 1):.1f} %' for covered, count in
                 (rooms[room][kind] for kind in KINDS)]
        print(f'{room:8}' + ''.join(f'{cell:>24}' for cell in cells))


if __name__ == '__main__':
    main(*sys.argv[1:])

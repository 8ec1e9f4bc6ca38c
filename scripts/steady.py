#!/usr/bin/env python3
"""Numbered packets, one after the other at a steady pace, and who counts them.

usage: steady.py send ADDRESS PORT PER-SECOND     until SIGTERM; then says how many it has sent
       steady.py receive PORT                     until SIGTERM, and then as long as any come; then says, as JSON, how many came, which did not, and how many came late or twice
"""
import json
import signal
import socket
import sys
import time

ROOM = 8 << 20
SO_RCVBUFFORCE = 33


class Ended(Exception):
    pass


def end(*_):
    raise Ended


def send(address, port, rate):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    number, began, ended = 0, time.monotonic(), []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))  # not between a packet and its being counted
    while not ended:
        try:
            sender.sendto(number.to_bytes(8, "big") + bytes(92), (address, int(port)))
        except OSError as error:
            print(f"not sent: {number}: {error}", flush=True)
            time.sleep(0.1)
            continue
        number += 1
        time.sleep(max(0.0, began + number / int(rate) - time.monotonic()))
    print(json.dumps({"sent": number}), flush=True)


def rest(receiver):
    receiver.settimeout(1)
    numbers = []
    while True:
        try:
            numbers.append(int.from_bytes(receiver.recv(2000)[:8], "big"))
        except TimeoutError:
            return numbers


def receive(port):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
    receiver.bind(("", int(port)))
    print("listening", flush=True)
    numbers = []
    try:
        while True:
            numbers.append(int.from_bytes(receiver.recv(2000)[:8], "big"))
    except Ended:
        numbers += rest(receiver)
        seen = set(numbers)
        late = sum(after <= before for before, after in zip(numbers, numbers[1:]))
        missing = [number for number in range(max(seen, default=-1) + 1) if number not in seen]
        print(json.dumps({"received": len(seen), "missing": missing[:1000], "late": late}), flush=True)


signal.signal(signal.SIGTERM, end)
{"send": send, "receive": receive}[sys.argv[1]](*sys.argv[2:])

"""The packet program's pace: what it takes for a packet, run by the kernel on packets in memory, between interfaces of a network namespace."""
import subprocess

from lab import Lab

GNBS = 256


def routes(host):
    """All neighbours are known, so that the kernel's own tables answer, and nobody is asked."""
    host.run("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
    for number in range(GNBS):
        host.run(f"ip neigh add 198.18.1.{number} lladdr 02:00:00:00:01:{number:02x} dev n3")
    host.run("ip neigh add 198.19.0.2 lladdr 02:00:00:00:02:02 dev n6")
    host.run("ip route add default via 198.19.0.2")


def fast(build):
    """As a softirq, it goes before what else the host is at."""
    with Lab("fast") as lab:
        upf, ran, network = lab.host("upf"), lab.host("ran"), lab.host("dn")
        lab.link(upf, "n3", ["198.18.0.1/16"], ran, "eth0", ["198.18.0.2/16"])
        lab.link(upf, "n6", ["198.19.0.1/24"], network, "eth0", ["198.19.0.2/24"])
        routes(upf)
        for sessions in ("1000", "60000", "1000000", "1000/8"):
            subprocess.run(upf.inside(["chrt", "--fifo", "1", build / "bench/fast/fast-packets", "n3", "n6", sessions]), check=False)

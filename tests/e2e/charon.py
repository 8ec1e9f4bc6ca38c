"""strongSwan's charon in hosts of a lab, with ESP in user space: IPsec that works on every kernel with TUN devices."""
import os
import shutil

from lab import wait_until

NEEDED = ("charon-systemd", "swanctl", "pki")
PLUGINS = ("random nonce openssl pem pkcs1 pkcs8 pubkey x509 revocation constraints kdf "
           "kernel-libipsec kernel-netlink socket-default vici updown")
SETTINGS = """
charon-systemd {{
  load = {plugins}
  plugins {{ vici {{ socket = unix://{vici} }} }}
}}
"""
CONNECTION = """
connections {{ n2 {{
  local_addrs = {own}
  {remote}
  local {{ auth = pubkey
    certs = own.pem }}
  remote {{ auth = pubkey
    cacerts = authority.pem }}
  children {{ n2 {{
    local_ts = {own_inner}/32
    remote_ts = {peer_inner}/32 }} }} }} }}
"""


def missing():
    """What keeps it from running here; None: nothing."""
    absent = [tool for tool in NEEDED if not shutil.which(tool)]
    if absent:
        return f"strongSwan is not installed: no {', '.join(absent)}"
    return None if os.path.exists("/dev/net/tun") else "there are no TUN devices"


class Authority:
    """Signs certificates."""

    def __init__(self, lab):
        self.lab, self.folder = lab, lab.folder / "authority"
        self.folder.mkdir()
        self.key("authority")
        self.write("authority.pem", "pki --self --ca --type ecdsa --dn 'C=NO, O=Operator, CN=authority' --outform pem "
                                    f"--in {self.folder}/authority.key")

    def write(self, name, command):
        (self.folder / name).write_text(self.lab.execute(command).stdout)
        return self.folder / name

    def key(self, name):
        return self.write(f"{name}.key", "pki --gen --type ecdsa --outform pem")

    def certify(self, name, subject):
        key = self.key(name)
        return key, self.write(f"{name}.pem", f"pki --issue --in {key} --type priv --cacert {self.folder}/authority.pem "
                                              f"--cakey {self.folder}/authority.key --dn '{subject}' --outform pem")


class Charon:
    """One end of a tunnel between two inner addresses. Without `peer` it waits for whom the authority has certified."""

    def __init__(self, host, name, authority, subject, own, own_inner, peer_inner, peer=None):
        self.host, self.folder = host, host.lab.folder / f"charon-{name}"
        self.vici = self.folder / "vici"
        for part in ("x509", "x509ca", "private"):
            (self.folder / part).mkdir(parents=True)
        key, certificate = authority.certify(name, subject)
        shutil.copy(certificate, self.folder / "x509/own.pem")
        shutil.copy(key, self.folder / "private/own.key")
        shutil.copy(authority.folder / "authority.pem", self.folder / "x509ca/authority.pem")
        (self.folder / "strongswan.conf").write_text(SETTINGS.format(plugins=PLUGINS, vici=self.vici))
        remote = f"remote_addrs = {peer}" if peer else ""
        (self.folder / "swanctl.conf").write_text(
            CONNECTION.format(own=own, own_inner=own_inner, peer_inner=peer_inner, remote=remote))
        self.start(name)

    def start(self, name):
        environment = {**os.environ, "STRONGSWAN_CONF": str(self.folder / "strongswan.conf")}
        self.process = self.host.start(["charon-systemd"], f"charon-{name}.log", env=environment)
        wait_until(self.vici.exists, 10, "charon to listen")
        self.control("--load-all", "--file", self.folder / "swanctl.conf")

    def control(self, *words):
        return self.host.run(["env", f"SWANCTL_DIR={self.folder}", "swanctl", *words, "--uri", f"unix://{self.vici}"])

    def connect(self):
        self.control("--initiate", "--child", "n2", "--timeout", "10")

    def disconnect(self):
        self.control("--terminate", "--ike", "n2", "--timeout", "10")

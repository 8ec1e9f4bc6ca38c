#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fetches the ASN.1 modules of NGAP that Debian ships in the source package of wireshark: ngap_asn1.sh FOLDER
# The system's package sources are copied, as deb-src, into the folder; nothing of the system is changed.
set -eu
out=$1
[ -s "$out/NGAP-IEs.asn1" ] && exit 0
mkdir -p "$out/apt/lists/partial" "$out/apt/cache/archives/partial" "$out/apt/parts"
for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] && grep -q '/debian' "$file" && sed 's/^Types:.*/Types: deb-src/' "$file" >"$out/apt/parts/${file##*/}"
done
cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    grep '/debian' | sed -n 's/^deb /deb-src /p' >"$out/apt/sources.list" || true
cd "$out"
options="-qq -o Dir::Etc::sourcelist=$out/apt/sources.list -o Dir::Etc::sourceparts=$out/apt/parts
    -o Dir::State::lists=$out/apt/lists -o Dir::Cache=$out/apt/cache -o APT::Sandbox::User="
# shellcheck disable=SC2086
apt-get $options update && apt-get $options source --download-only wireshark
tar -xf wireshark_*.orig.tar.* --wildcards --strip-components=5 '*/epan/dissectors/asn1/ngap/*.asn'
rm -rf apt wireshark_*
for file in *.asn; do
    mv "$file" "$file"1
done

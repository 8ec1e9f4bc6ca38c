#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first referee: what the codec encodes, Erlang's aligned-PER codec, compiled from the official ASN.1 modules, must decode and encode
# again to the same bytes: ngap_erlang.sh NGAP-EMIT FOLDER. The compiled codec is kept in the folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
emit=$1
work=$2
skip() {
    echo "SKIPPED: NGAP was not compared with Erlang: $1"
    exit 77
}
command -v erlc >/dev/null || skip "no erlc (packages erlang-base, erlang-asn1, erlang-dev)"
mkdir -p "$work"
if [ ! -s "$work/NGAP.beam" ]; then
    sh "$here/ngap_asn1.sh" "$work" >"$work/fetch.log" 2>&1 || skip "no ASN.1 modules (see $work/fetch.log)"
    (cd "$work" && for module in CommonDataTypes Constants Containers IEs PDU-Contents PDU-Descriptions; do
        echo "NGAP-$module.asn1"
    done >NGAP.set.asn && erlc -bper NGAP.set.asn) || skip "the ASN.1 modules could not be compiled"
fi
"$emit" 40 >"$work/messages"
cd "$work"
erlc "$here/ngap_referee.erl"
erl -noshell -run ngap_referee main messages -s init stop

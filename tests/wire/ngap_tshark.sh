#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The second referee: tshark must dissect random messages of every type without an expert error:
# ngap_tshark.sh NGAP-EMIT FOLDER. What octet strings carry at random (NAS, RRC) is not NGAP and not dissected.
set -eu
emit=$1
work=$2
if ! command -v tshark >/dev/null || ! command -v text2pcap >/dev/null; then
    echo "SKIPPED: NGAP was not dissected by tshark: not installed"
    exit 77
fi
mkdir -p "$work"
# A Reroute NAS Request (procedure 36) holds a whole message of its own, which is random octets here.
"$emit" 40 7 plain | sed -n '/^NGAP-PDU 0024/d; s/^NGAP-PDU //p' >"$work/messages"
sed 's/../ &/g; s/^/000000/' "$work/messages" | text2pcap -q -S 38412,38412,60 - "$work/messages.pcap" 2>/dev/null
disabled=''
for protocol in nas-5gs nas-eps lte_rrc nr-rrc xnap s1ap rrc lpp nrppa ngap-qmc; do
    disabled="$disabled --disable-protocol $protocol"
done
# shellcheck disable=SC2086
tshark -n -r "$work/messages.pcap" -o ngap.dissect_container:FALSE $disabled -T fields \
    -e frame.number -e _ws.expert.severity -e _ws.expert.message -e _ws.col.Info >"$work/dissected" 2>"$work/errors"
asked=$(wc -l <"$work/messages")
seen=$(wc -l <"$work/dissected")
# 8388608 is the severity of an error; random digits of a PLMN are worth a warning.
bad=$(awk -F'\t' '$2 ~ /8388608/ || $4 == ""' "$work/dissected" | tee "$work/bad" | wc -l)
head -n 10 "$work/bad"
echo "$seen of $asked messages dissected, $bad with an error"
[ "$asked" -gt 0 ] && [ "$seen" -eq "$asked" ] && [ "$bad" -eq 0 ]

#!/usr/bin/env bash
# The first step of a deploy pipeline: is this build the approved one? Ends with 0 only if Countersign says yes.
# COUNTERSIGN_URL: Countersign's own address, the same as its PUBLIC_URL. Set it on the agents that deploy, not in the build.
# Nothing that a person typed, and nothing of the build's environment, is put into a command here.
set -euo pipefail
: "${COUNTERSIGN_URL:?set it to the address of Countersign, on the agents that deploy}"

tries=${COUNTERSIGN_TRIES:-24}
pause=${COUNTERSIGN_PAUSE:-5}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

for ((try = 1; try <= tries; try++)); do
  # A token is good for one yes, so each try has its own.
  token=$(buildkite-agent oidc request-token --audience "$COUNTERSIGN_URL" --lifetime 60 --claim organization_id,build_id)
  # By standard input: what is on a command line every process of the machine can read.
  status=$(printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl --config - --silent --show-error --max-time 15 --request POST --output "$answer" --write-out '%{http_code}' "$COUNTERSIGN_URL/buildkite/attest") || status=000
  case $status in
    200)
      echo "Countersign: yes, this is the approved build"
      cat "$answer"
      echo
      exit 0
      ;;
    503)
      echo "Countersign does not know yet (try $try of $tries)"
      sleep "$pause"
      ;;
    403)
      echo "Countersign: no, this is not the approved build ($(head -c 40 "$answer" | tr -cd 'a-z-'))" >&2
      exit 1
      ;;
    *)
      echo "Countersign gave no answer (status $status), so this is not known to be the approved build" >&2
      exit 1
      ;;
  esac
done
echo "Countersign still does not know, so this is not known to be the approved build" >&2
exit 1

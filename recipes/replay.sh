#!/usr/bin/env bash
# On each push: what was once wrong stays right.
#
#   recipes/replay.sh ENGINE [FLAG ...]
#
# FLAGs go to `zenverify replay`. CORPUS is the regression corpus, `corpus` by default; without one
# there is nothing to replay yet, and that is said.
set -euo pipefail
engine=$1
shift
corpus=${CORPUS:-corpus}
if [ ! -d "$corpus" ]; then
  echo "there is no $corpus yet: nothing to replay"
  exit 0
fi
exec zenverify replay --engine "$engine" "$@" "$corpus"

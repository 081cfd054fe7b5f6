#!/usr/bin/env bash
# What the action does: one of the recipes, with what the environment says. No input is ever part of
# a command's text: it is passed on as a word.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -r -a flags <<< "${FLAGS:-}"
case ${MODE:-replay} in
  replay) exec "$here/replay.sh" "$ENGINE" ${flags[@]+"${flags[@]}"} ;;
  pull-request) exec "$here/pull-request.sh" "$ENGINE" "$BASE" ${flags[@]+"${flags[@]}"} ;;
  nightly) exec "$here/nightly.sh" "$ENGINE" ${flags[@]+"${flags[@]}"} ;;
  *)
    echo "mode: expected replay, pull-request or nightly, got $MODE" >&2
    exit 2
    ;;
esac

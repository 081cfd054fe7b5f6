#!/usr/bin/env bash
# Each night: a long campaign with a fresh seed. What it finds is added to the corpus.
#
#   recipes/nightly.sh ENGINE [FLAG ...]
#
# FLAGs go to `zenverify run`, such as --budget 1h. The exit code is its own. CORPUS and REPORTS say
# where entries and reports go (`corpus`, `reports`); keep both as artefacts, and merge the entries:
# zenverify corpus merge downloaded/corpus
set -euo pipefail
engine=$1
shift
exec zenverify run --engine "$engine" --corpus "${CORPUS:-corpus}" \
  --reports "${REPORTS:-reports}" "$@"

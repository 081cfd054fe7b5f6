#!/usr/bin/env bash
# On each pull request: a short campaign that fails only on what is new.
#
#   recipes/pull-request.sh ENGINE BASE [FLAG ...]
#
# BASE is a commit, such as origin/main. FLAGs go to `zenverify run`, such as --budget 2m. What is
# found is verified on the base too: what is wrong there as well is told, and is no failure of this
# change. Entries go to FOUND (`zenverify-found` by default) and reports to REPORTS (`reports`).
#
# Exit code: 0 nothing new, 1 something new, 2 the campaign could not be run.
set -euo pipefail
engine=$1 base=$2
shift 2
corpus=${CORPUS:-corpus} found=${FOUND:-zenverify-found} reports=${REPORTS:-reports}

rm -rf "$found"
mkdir -p "$found"
# The run knows what the corpus records; what it adds is what it has found.
if [ -d "$corpus" ]; then cp -R "$corpus/." "$found"; fi
before=$(find "$found" -name '*.json' | sort)
code=0
zenverify run --engine "$engine" --corpus "$found" --reports "$reports" "$@" || code=$?
if [ "$code" -gt 1 ]; then exit "$code"; fi

place=$(mktemp -d)
trap 'git worktree remove --force "$place/base" || true; rm -rf "$place"' EXIT
git worktree add --quiet --detach "$place/base" "$base"
new=0
while read -r entry; do
  if [ -z "$entry" ]; then continue; fi
  entry=$PWD/$entry
  right=0
  (cd "$place/base" && PYTHONPATH="$place/base:$place/base/src" \
    zenverify replay --engine "$engine" --quiet "$entry" > "$place/said" 2>&1) || right=$?
  if [ "$right" = 1 ]; then
    echo "wrong on $base too, not new: $entry"
  else
    echo "new: $entry"
    new=1
  fi
done < <(comm -13 <(echo "$before") <(find "$found" -name '*.json' | sort))
exit "$new"

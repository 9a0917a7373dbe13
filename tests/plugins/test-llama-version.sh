#!/bin/bash
# The plugin refuses a libllama of another version, when it is scanned and when a cached scan is of the right one.
# usage: test-llama-version.sh GENLM OTHER-LIBLLAMA
set -euo pipefail

genlm=$1 other=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GENLM_REGISTRY=$folder/registry

fails_to_make ()
{
  if LD_PRELOAD=$other "$genlm" launch 'llama model=x ! direct ! smc' >"$folder/output" 2>"$folder/errors"; then
    echo "an element was made with another libllama" >&2
    exit 1
  fi
  [[ ! -s $folder/output ]]
  grep -q '0\.7\.0' "$folder/errors"
}

# Scanned with the other version: not an element, and the reason is told.
LD_PRELOAD=$other "$genlm" inspect --failed >"$folder/failed"
grep -q '0\.7\.0' "$folder/failed"
fails_to_make

# Scanned with the right one, then made with the other.
rm -f "$GENLM_REGISTRY"
"$genlm" inspect llama >/dev/null
fails_to_make

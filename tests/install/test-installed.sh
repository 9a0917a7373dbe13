#!/bin/bash
# Installs into a folder of its own, then compiles and runs a program against what is there: headers, pkg-config file,
# library, plugins, scanner, type library.
# usage: test-installed.sh MESON BUILD-FOLDER PREFIX PROGRAM.c SCRIPTS
set -euo pipefail

meson=$1 build=$2 prefix=$3 program=$4 scripts=$5
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

DESTDIR=$root "$meson" install -C "$build" --no-rebuild --quiet >/dev/null
pc=$(find "$root" -name genlm-1.0.pc)
plugins=$(find "$root" -name libgenlmngram.so -printf '%h\n')
library=$(find "$root" -name 'libgenlm-1.0.so.0' -printf '%h\n')
sed -i "s|^prefix=.*|prefix=$root$prefix|" "$(dirname "$pc")"/*.pc

export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$pc")
read -ra flags < <(pkg-config --cflags --libs genlm-1.0)
for header in "$root$prefix"/include/genlm-1.0/genlm.h; do
  [[ -e $header ]]
done
"${CC:-cc}" ${GENLM_TEST_CFLAGS:-} "$program" -o "$root/program" "${flags[@]}"

export LD_LIBRARY_PATH=$library GENLM_PLUGIN_PATH=$plugins GENLM_REGISTRY=$root/registry XDG_CACHE_HOME=$root
export GENLM_PLUGIN_SCANNER
GENLM_PLUGIN_SCANNER=$(find "$root" -name genlm-plugin-scanner)
"$root/program"
"$root$prefix/bin/genlm" inspect ngram | grep -q 'order'
"$root$prefix/bin/genlm" inspect --failed

# A potential in a script runs in a worker process that is installed as well. Its interpreter has no sanitizer.
worker=$(find "$root" -name genlm-worker.py -printf '%h\n')
if [[ -n $worker && -z ${GENLM_TEST_CFLAGS:-} ]]; then
  export GENLM_WORKER_SCRIPTS=$worker GENLM_PLUGIN_PATH=$plugins:$scripts GI_TYPELIB_PATH PYTHONPATH
  GI_TYPELIB_PATH=$(find "$root" -name Genlm-1.0.typelib -printf '%h\n')
  PYTHONPATH=$(find "$root" -path '*/gi/overrides/Genlm.py' | sed 's|/gi/overrides/Genlm.py||')
  "$root$prefix/bin/genlm" launch 'ngram name=lm word-length max-length=5 name=words
    awrs potential=lm. condition=words. ! smc particles=2 max-tokens=10 seed=3' | grep -q 'Log evidence'
fi

# A header may not be included past the umbrella.
echo '#include <genlm-vocab.h>' >"$root/direct.c"
if "${CC:-cc}" -c "$root/direct.c" -o "$root/direct.o" "${flags[@]}" 2>/dev/null; then
  echo "a header can be included without genlm.h" >&2
  exit 1
fi

#!/bin/bash
# Sets a build folder up, anew or again, with libllama where there is one.
# usage: configure.sh FOLDER LIBLLAMA-PREFIX [MESON-OPTION...]      (an empty prefix: without the llama plugin)
set -euo pipefail
cd "$(dirname "$0")"
. ./common.sh

usage="usage: $0 FOLDER LIBLLAMA-PREFIX [MESON-OPTION...]"
folder=${1:?$usage}
prefix=${2?$usage}
shift 2
cd ..

meson=$(system_tool meson)
if [[ -n $prefix ]]; then
  options=(-Dllama=enabled "-Dpkg_config_path=$prefix/lib/pkgconfig" "$@")
else
  options=(-Dllama=disabled "$@")
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

set_up ()
{
  "$meson" setup "$@" "${options[@]}" "$folder" >"$log" 2>&1
}

# What the folder was last set up with stands in a file of it: nothing to do if
# that holds all that is asked for. Changed build files Ninja notices itself.
stamp=$folder/genlm-options
is_set_up ()
{
  local option
  [[ -e $folder/build.ninja && -e $stamp ]] || return 1
  for option in "${options[@]}"; do
    grep -qxF -e "$option" "$stamp" || return 1
  done
}

if is_set_up; then
  exit 0
fi
rm -f "$stamp"

# A folder left by an interrupted run or another Meson is made anew. What is
# not a build folder is left alone.
if [[ ! -e $folder/meson-private/coredata.dat ]] || ! set_up --reconfigure; then
  if [[ -d $folder/meson-private ]]; then
    rm -rf "$folder"
  fi
  if ! set_up; then
    cat "$log" >&2
    die "cannot set the build folder $folder up: see above"
  fi
fi
printf '%s\n' "${options[@]}" >"$stamp"

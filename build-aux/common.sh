# shellcheck shell=bash
# What the scripts of the tree share. Sourced, never run.

# Messages go to standard error: standard output carries results (paths).
say ()
{
  printf '%s\n' "$*" >&2
}

die ()
{
  say "error: $*"
  exit 1
}

# The folder that keeps what is expensive to get: libllama and the model.
cache_folder ()
{
  local base=${XDG_CACHE_HOME:-}
  # The XDG specification says to ignore a path that is not absolute.
  [[ $base == /* ]] || base=${HOME:?HOME is not set, so there is no cache folder}/.cache
  printf '%s/genlm\n' "$base"
}

# Debian's own python3 and meson, even where another one stands first on PATH:
# only that one has the Debian packages (pip, gi).
system_tool ()
{
  if [[ -x /usr/bin/$1 ]]; then
    printf '/usr/bin/%s\n' "$1"
  else
    command -v "$1" || die "$1 is not installed"
  fi
}

# Runs a command as root, by sudo where needed.
as_root ()
{
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    die "this needs root and there is no sudo: $*"
  fi
}

# Takes the lock NAME of the cache folder until this script ends, so that two
# runs at once do not do the same work, and opens a temporary folder of its
# own: an interrupted run leaves nothing but such a folder, which the next one
# removes. Sets $partial.
open_partial ()
{
  local cache=$1 name=$2
  mkdir -p "$cache"
  exec {cache_lock}>"$cache/.$name.lock"
  if ! flock --nonblock "$cache_lock"; then
    say "another run is getting $name: waiting for it"
    flock "$cache_lock"
  fi
  rm -rf "$cache/.$name.partial".*
  partial=$(mktemp -d "$cache/.$name.partial.XXXXXX")
  chmod 755 "$partial"
  # Bash runs this also when a signal ends it.
  trap 'rm -rf "$partial"' EXIT
  # Programs that end well when they are interrupted would hide it from Bash.
  trap 'trap - INT; kill -INT $$' INT
}

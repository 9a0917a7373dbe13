#!/bin/bash
# Installs the Debian packages that ./demo or ./check needs and that are missing.
# usage: install-packages.sh demo|check
set -euo pipefail
cd "$(dirname "$0")"
. ./common.sh

# To build the library, and libllama from its sources.
packages=(
  ca-certificates cmake g++ gcc libc6-dev libglib2.0-dev libjson-glib-dev
  meson ninja-build pkg-config python3 python3-pip unzip
)

# What the bindings and the whole test suite need besides; the last line is what the
# engine is compared with.
check_packages=(
  bubblewrap gi-docgen gir1.2-glib-2.0 gjs gobject-introspection
  libgirepository1.0-dev mypy python3-gi python3-numpy valac
  libfst-tools libpcre2-dev python3-jsonschema python3-lark
)

case ${1:-} in
  demo) ;;
  check) packages+=("${check_packages[@]}") ;;
  *) die "usage: $0 demo|check" ;;
esac

if ! command -v apt-get >/dev/null; then
  say "This is not a Debian system, so nothing is installed; needed are what Debian calls:"
  say "  ${packages[*]}"
  exit 0
fi

is_installed ()
{
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

missing=()
for package in "${packages[@]}"; do
  is_installed "$package" || missing+=("$package")
done

if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

say "Installing Debian packages: ${missing[*]}"
apt=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet --assume-yes
     -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

quietly ()
{
  if ! as_root "$@" </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
}

# An interrupted installation is finished first.
quietly env DEBIAN_FRONTEND=noninteractive dpkg --configure --pending ||
  die "cannot finish an earlier installation: see above"
quietly "${apt[@]}" update ||
  die "cannot read the lists of Debian packages: is there a network?"
quietly "${apt[@]}" install --no-install-recommends "${missing[@]}" ||
  die "cannot install the packages: see above"

#!/bin/bash
# Builds libllama into the cache folder, once, and prints the folder it is in.
# usage: get-llama.sh
#
# The sources come from the source distribution of llama-cpp-python, which
# carries llama.cpp 0.5.0; only its C library is built.
set -euo pipefail
cd "$(dirname "$0")"
. ./common.sh

version=0.5.0
package=llama-cpp-python
package_version=0.3.36
package_sha256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e

# The kind of code that this machine runs: the name of the build and its flags.
# Never GGML_NATIVE, which also takes what a virtual machine names but cannot
# run (AMX), and which would be wrong in a cache shared by several machines.
has_cpu_flags ()
{
  local flags flag
  flags=" $(sed -n 's/^flags[^:]*: //p;T;q' /proc/cpuinfo) "
  for flag in "$@"; do
    [[ $flags == *" $flag "* ]] || return 1
  done
}

kind=$(uname -m)
flags=(-DGGML_NATIVE=OFF)
if [[ $kind == x86_64 ]]; then
  if ! has_cpu_flags avx avx2 bmi2 f16c fma; then
    kind=x86-64
    flags+=(-DGGML_AVX=OFF -DGGML_AVX2=OFF -DGGML_BMI2=OFF -DGGML_F16C=OFF -DGGML_FMA=OFF)
    has_cpu_flags sse4_2 || flags+=(-DGGML_SSE42=OFF)
  elif has_cpu_flags avx512f avx512bw avx512cd avx512dq avx512vl avx512vbmi avx512_vnni avx512_bf16; then
    kind=x86-64-avx512
    flags+=(-DGGML_AVX512=ON -DGGML_AVX512_VBMI=ON -DGGML_AVX512_VNNI=ON -DGGML_AVX512_BF16=ON)
  else
    kind=x86-64-v3
  fi
fi

cache=$(cache_folder)
prefix=$cache/libllama-$version-$kind

if [[ ! -e $prefix/lib/pkgconfig/llama.pc ]]; then
  open_partial "$cache" libllama
fi

# Again: another run may have built it while this one waited for the lock.
if [[ ! -e $prefix/lib/pkgconfig/llama.pc ]]; then
  python=$(system_tool python3)
  say "Getting libllama $version (77 MB) …"
  printf '%s==%s --hash=sha256:%s\n' "$package" "$package_version" "$package_sha256" >"$partial/requirements.txt"
  "$python" -m pip download --quiet --no-deps --no-binary "$package" --require-hashes \
      --requirement "$partial/requirements.txt" --dest "$partial" >&2 ||
    die "cannot get $package $package_version from the Python package index"
  mkdir "$partial/source"
  tar --extract --file "$partial/${package//-/_}-$package_version.tar.gz" \
      --directory "$partial/source" --strip-components 1 --no-same-owner

  say "Building libllama $version for $kind, about $((160 / $(nproc) + 5)) seconds …"
  # The file llama.pc holds the prefix's path, so that the final one is given
  # here, and the files are staged on the way there.
  if ! { cmake -S "$partial/source/vendor/llama.cpp" -B "$partial/build" -G Ninja \
           -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib \
           '-DCMAKE_INSTALL_RPATH=$ORIGIN' -DBUILD_SHARED_LIBS=ON -DLLAMA_BUILD_IS_DEV=OFF \
           -DGGML_OPENMP=OFF -DGGML_CCACHE=OFF -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TOOLS=OFF \
           -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF \
           -DLLAMA_BUILD_APP=OFF -DLLAMA_OPENSSL=OFF "${flags[@]}" &&
         DESTDIR="$partial/stage" ninja -C "$partial/build" install
       } >"$partial/log" 2>&1; then
    tail -n 40 "$partial/log" >&2
    die "cannot build libllama: see above"
  fi
  rm -rf "$prefix"
  mv "$partial/stage$prefix" "$prefix"
fi

printf '%s\n' "$prefix"

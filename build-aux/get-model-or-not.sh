# shellcheck shell=bash
# Sourced: sets $llama_prefix and $model, both empty where they cannot be had,
# which ends the script if GENLM_REQUIRE_MODEL is set.

model=
if ! llama_prefix=$(build-aux/get-llama.sh) || ! model=$(build-aux/get-model.sh "$llama_prefix"); then
  llama_prefix=${llama_prefix:-}
  model=
  [[ ${GENLM_REQUIRE_MODEL:-0} == 0 ]] || die "libllama and the model are required here"
  say "Going on without the language model."
fi

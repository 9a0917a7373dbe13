# Completion of genlm for bash: commands, options, and names of elements.

_genlm ()
{
  local current=${COMP_WORDS[COMP_CWORD]} words

  case $COMP_CWORD:${COMP_WORDS[1]} in
    1:*) words='bench check inspect launch --help --version' ;;
    *:bench) words='--json --element= --method=prefix --method=complete --method=logw_next --method=mask_next
      --seconds= --seed= --workers= --help' ;;
    2:check) words='json-schema cfg wcfg regex wfsa' ;;
    *:check) words='--text= --text-file= --json --suite= --vocab= --jobs= --anew --limit= --max-memory= --fail --refs=
      --draft= --format=assert --format=annotate --set= --help' ;;
    *:inspect) words="--json --failed --rescan --help $(genlm inspect 2>/dev/null | sed -n 's/^  \([^ ]*\) .*/\1/p')" ;;
    *:launch) words='--json --seed= --help' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _genlm genlm

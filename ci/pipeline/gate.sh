# shellcheck shell=bash
# Sourced by the wrappers of each kind of pipeline. What they hand over comes from other people's
# repositories: it is passed on as words of an argument vector and never read by a shell again.

# Lines of $1 into the array $2; blank ones are left out, and blanks around a line are not part of it.
lines_into() {
  local -n into=$2
  local line
  into=()
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line%$'\r'}
    line=${line#"${line%%[![:space:]]*}"}
    line=${line%"${line##*[![:space:]]}"}
    [[ -z $line ]] || into+=("$line")
  done <<<"$1"
}

# run_gate PROGRAM REPORTS [ARGUMENT…]: the gate with the reports of every kind in the folder REPORTS.
# Sets `status`, that of `eqlab gate`, and `verdict`: pass, fail, or error where there is none.
run_gate() {
  local program=$1 reports=$2
  shift 2
  mkdir -p -- "$reports"
  # A run that ends early must not leave the reports of another.
  rm -f -- "$reports"/gate.{json,xml,sarif,md}
  status=0
  "$program" gate --output-json "$reports/gate.json" --output-junit "$reports/gate.xml" \
    --output-sarif "$reports/gate.sarif" --output-markdown "$reports/gate.md" "$@" </dev/null || status=$?
  # shellcheck disable=SC2034 # for the caller
  case $status in
    0) verdict=pass ;;
    1) verdict=fail ;;
    *) verdict=error ;;
  esac
}

# Is $1 a commit that this clone has?
has_commit() { git rev-parse --quiet --verify --end-of-options "$1^{commit}" >/dev/null 2>&1; }

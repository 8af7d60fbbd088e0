# shellcheck shell=bash
# Sourced by ci/quickstart and ci/test: from a bare machine to a built tree. Every step looks first
# whether there is anything to do, so that a second run gets going in seconds.
# (No process substitution: it needs /dev/fd, which minimal containers may lack.)
#
# What can go wrong on the way has an exit status of its own (ci/README.md lists them), apart from
# the 0, 1, 2, 3 and 130 of eqlab itself.
readonly exit_unsupported=20 exit_no_root=21 exit_no_network=22 exit_no_package=23 \
  exit_no_space=24 exit_apt_failed=25 exit_build_failed=26

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly root
# Which preset the script builds; ci/fuzz has its own.
readonly preset=${build_preset:-release}
readonly build="$root/build/$preset"
readonly space_needed_mb=3072

say() { printf '== %s\n' "$*" >&2; }

# stop STATUS SENTENCE…: one paragraph on standard error, then the end.
stop() {
  local status=$1
  shift
  printf '\n%s\n' "ci/${0##*/}: $*" | fold -s -w 90 >&2
  exit "$status"
}

# wanted NAME[>=VERSION] VERSION-FOUND: is that good enough?
wanted() {
  local least=${1#*>=}
  [[ $1 != *'>='* ]] || dpkg --compare-versions "$2" ge "$least"
}

# Sets `missing`: the lines of ci/packages of which no alternative is installed; those below a line
# [SET] only for a script that has the set's name in package_set.
find_missing_packages() {
  missing=()
  local line name status version alternative satisfied set=
  local -A installed=()
  local -a lines=() names=() alternatives=()
  while read -r line _; do
    [[ -z $line || $line == '#'* ]] && continue
    if [[ $line == '['*']' ]]; then
      set=${line:1:-1}
      continue
    fi
    [[ -z $set || " ${package_set:-} " == *" $set "* ]] || continue
    lines+=("$line")
    IFS='|' read -ra alternatives <<<"$line"
    names+=("${alternatives[@]%%>=*}")
  done <"$root/ci/packages"
  while read -r name status version; do
    [[ $status == installed ]] && installed[$name]=$version
  done <<<"$(dpkg-query -W -f '${Package} ${db:Status-Status} ${Version}\n' "${names[@]}" 2>/dev/null)"
  for line in "${lines[@]}"; do
    satisfied=no
    IFS='|' read -ra alternatives <<<"$line"
    for alternative in "${alternatives[@]}"; do
      name=${alternative%%>=*}
      if [[ -n ${installed[$name]:-} ]] && wanted "$alternative" "${installed[$name]}"; then
        satisfied=yes
        break
      fi
    done
    [[ $satisfied == yes ]] || missing+=("$line")
  done
}

# Sets `chosen`: for each of `missing` the first alternative that apt can install; and `unknown`:
# those for which there is none.
choose_packages() {
  chosen=() unknown=()
  local line name version alternative found
  local -A candidate=()
  local -a alternatives=() names=()
  for line in "${missing[@]}"; do
    IFS='|' read -ra alternatives <<<"$line"
    names+=("${alternatives[@]%%>=*}")
  done
  while read -r name version; do
    [[ -n $name ]] && candidate[$name]=$version
  done <<<"$(LC_ALL=C apt-cache policy "${names[@]}" 2>/dev/null |
    awk '/^[^ ]/ {sub(/:.*/, ""); name = $1} $1 == "Candidate:" && $2 != "(none)" {print name, $2}')"
  for line in "${missing[@]}"; do
    found=
    IFS='|' read -ra alternatives <<<"$line"
    for alternative in "${alternatives[@]}"; do
      name=${alternative%%>=*}
      if [[ -n ${candidate[$name]:-} ]] && wanted "$alternative" "${candidate[$name]}"; then
        found=$name
        break
      fi
    done
    if [[ -n $found ]]; then chosen+=("$found"); else unknown+=("${line//|/ or }"); fi
  done
}

require_space() {
  local folder=$1 free_kb
  free_kb=$(df -Pk -- "$folder" 2>/dev/null | awk 'END {print $4}')
  ((free_kb >= space_needed_mb * 1024)) || stop $exit_no_space \
    "Only $((free_kb / 1024)) MB are free on the disk that holds $folder. Packages and build need" \
    "about $space_needed_mb MB. Make room and start again; what is done already is kept."
}

require_debian() {
  local id='' like='' name='this system'
  if [[ -r /etc/os-release ]]; then
    id=$(. /etc/os-release && printf '%s' "${ID:-}")
    like=$(. /etc/os-release && printf '%s' "${ID_LIKE:-}")
    name=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-${ID:-this system}}")
  fi
  [[ " $id $like " =~ \ (debian|ubuntu)\  ]] && command -v apt-get dpkg-query >/dev/null || stop $exit_unsupported \
    "This script installs packages with apt and knows Debian 12, Ubuntu 24.04 and their relatives;" \
    "$name is none of them. Install what ci/packages lists in your system's way, then run" \
    "'cmake --preset $preset' and 'cmake --build --preset $preset' in $root."
}

# Sets `as_root`, the words that make a command run as root.
require_root() {
  as_root=()
  ((EUID == 0)) && return
  if command -v sudo >/dev/null; then
    as_root=(sudo)
    sudo -n true 2>/dev/null && return
    # Without a terminal sudo could only hang or fail at its question for the password.
    [[ -t 0 ]] && say "sudo asks for your password to install packages" && sudo -v && return
  fi
  choose_packages
  stop $exit_no_root \
    "Packages are missing, and installing them takes root or sudo, which this user does not have" \
    "(or only with a password, and there is no terminal to ask for it). Ask an administrator to" \
    "run this, then start again: apt-get install ${chosen[*]}${unknown[*]:+ (and, not in the" \
    "package lists here: ${unknown[*]})}"
}

# The line of apt's log that says most about what it could not reach.
reason_of() {
  grep -m1 -oE '(Temporary failure|Could not (resolve|connect)|Unable to connect|Connection failed|404 ).*' "$1" ||
    grep -m1 '^E:' "$1" || tail -n 1 "$1"
}

install_packages() {
  require_debian
  find_missing_packages
  ((${#missing[@]} == 0)) && return
  require_root
  require_space /

  local log="$root/build/packages.log" updated=yes
  mkdir -p "$root/build"
  local -a variables=(DEBIAN_FRONTEND=noninteractive LC_ALL=C)
  local name
  for name in http_proxy https_proxy no_proxy; do  # sudo would drop them
    [[ -n ${!name:-} ]] && variables+=("$name=${!name}")
  done
  local -a apt=("${as_root[@]}" env "${variables[@]}" apt-get -q
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=1 -o Acquire::http::Timeout=30
    -o Acquire::https::Timeout=30)
  say "package lists (log: build/packages.log)"
  "${apt[@]}" -o APT::Update::Error-Mode=any update </dev/null >"$log" 2>&1 || updated=no
  choose_packages
  if ((${#unknown[@]})); then
    # A broken third-party source alone does no harm; it is only named where something is missing.
    [[ $updated == yes ]] || stop $exit_no_network \
      "apt cannot reach its mirrors, and these packages are not on this machine: ${unknown[*]}." \
      "Check the network, the proxy (http_proxy, or Acquire::http::Proxy in /etc/apt/apt.conf.d)" \
      "and /etc/apt/sources.list. apt says: $(reason_of "$log")"
    stop $exit_no_package \
      "$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-This distribution}") has no package ${unknown[*]}." \
      "eqlab needs Debian 12, Ubuntu 24.04 or later; on Ubuntu the component 'universe' must be on" \
      "(add-apt-repository universe). ci/packages says what each package is for."
  fi

  say "installing ${#chosen[@]} packages: ${chosen[*]}"
  # --no-remove: other Boost versions cannot be installed beside the one needed, and it is not for
  # this script to take a package away from its user.
  if ! "${apt[@]}" install -y --no-install-recommends --no-remove "${chosen[@]}" </dev/null >"$log" 2>&1; then
    if grep -qE 'Failed to fetch|Unable to fetch|Temporary failure|Could not (resolve|connect)' "$log"; then
      stop $exit_no_network "apt knows the packages but cannot download them: no network, or a mirror" \
        "that does not answer. apt says: $(reason_of "$log")"
    fi
    if grep -q 'remove is disabled' "$log"; then
      stop $exit_apt_failed "Nothing was changed, because apt would have to remove packages of yours:" \
        "$(sed -n '/will be REMOVED:/,/^[^ ]/{/^ /p}' "$log" | xargs). If that is fine with you, run" \
        "this and start again: apt-get install ${chosen[*]}"
    fi
    if grep -qE 'enough free space|No space left' "$log"; then
      stop $exit_no_space "The disk is too full for the packages. apt says:" \
        "$(grep -m1 -E '^E:|No space left' "$log")"
    fi
    tail -n 15 "$log" >&2
    stop $exit_apt_failed "apt could not install the packages; its last words are above, all of them" \
      "in build/packages.log."
  fi
}

# More arguments for CMake, such as another compiler.
configure_options=()

# Configures when there is no usable build folder; afterwards ninja does so itself when needed.
configure() {
  local home
  if [[ -f $build/build.ninja ]]; then
    home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt" 2>/dev/null || true)
    [[ $home == "$root" ]] && return
    say "the checkout has moved: configuring afresh"
  fi
  require_space "$root"
  (cd -- "$root" && cmake --fresh --preset "$preset" "${configure_options[@]}" >&2) || stop $exit_build_failed \
    "CMake could not configure the build; what it found wrong is above."
}

# build_tree [TARGET…]: all targets when none is named.
build_tree() {
  local free_gb
  local -a options=()
  configure
  # Ninja starts a job or two more than there are cores, and a job takes up to 1 GB.
  free_gb=$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo 2>/dev/null || true)
  if ((${free_gb:-4} < 4)); then options+=(-j 1); fi
  (($# == 0)) || options+=(--target "$@")
  say "building (a few minutes the first time)"
  (cd -- "$root" && cmake --build --preset "$preset" "${options[@]}" >&2) || stop $exit_build_failed \
    "The build failed; the compiler's message is above. If it was killed, the machine ran out of" \
    "memory: 'cmake --build --preset $preset -j 1' needs the least."
}

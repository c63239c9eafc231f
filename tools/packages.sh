# For run, test and .ci/run to source: installs what a list of Debian packages names and the machine lacks.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# package_names FILE...: the first word of every line, comments left out.
package_names() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$@"; }

# install_packages NAME...: asks apt only when one is missing, so that a complete machine needs no network.
install_packages() {
  local installed missing as_root=()
  # dpkg-query fails when it knows nothing of a name, and prints the others all the same.
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p') || true
  missing=$(comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed"))
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    as_root=(sudo)
    command -v sudo >/dev/null || { say "cannot install" $missing": not root, and sudo is not here (run it as root)"; return 1; }
  fi
  say "installing" $missing
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300) log
  log=$(mktemp)
  if "${apt[@]}" update >"$log" 2>&1 </dev/null &&
    "${apt[@]}" install -y --no-install-recommends $missing >>"$log" 2>&1 </dev/null; then
    rm -f "$log"
  else
    tail -n 15 "$log" >&2
    rm -f "$log"
    say "apt could not install" $missing "(is Debian's archive reachable? The lines above are apt's)"
    return 1
  fi
}

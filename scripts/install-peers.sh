#!/usr/bin/env bash
# Installs the real programs that some tests talk to (Debian and Ubuntu). Needs root, or sudo without a password.
# python3-zeep and gsoap are independent SOAP stacks, and gcc compiles what gsoap writes; prometheus brings promtool;
# openssl makes certificates.
set -euo pipefail

readonly packages=(gcc gsoap libc6-dev libgsoap-dev openssl prometheus python3-zeep)

# Mirrors have bad moments: three attempts.
retry() {
  local attempt
  for attempt in 1 2 3; do
    "$@" && return 0
    echo "attempt $attempt of 3 failed: $*" >&2
    ((attempt == 3)) || sleep $((attempt * 5))
  done
  return 1
}

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || status=unknown
  [[ $status == 'install ok installed' ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  echo "already there: ${packages[*]}"
  exit 0
fi

apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120)
((EUID == 0)) || apt=(sudo -n "${apt[@]}")
retry "${apt[@]}" update
retry "${apt[@]}" install -y --no-install-recommends "${missing[@]}"

#!/usr/bin/env bash
# Installs the implementations that are not ours, for the interop tests: pinned ones from PyPI into .build/interop, which git
# ignores, and Debian's where there is one. Nothing is started, and no service of the system is set up.
#
#     setup.sh        then .build/interop/bin/python Tests/Interop/test_served.py --program PATH
#
# What cannot be installed is named. In CI (CI=true) that is a failure; elsewhere its tests are skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
export DEBIAN_FRONTEND=noninteractive
venv=.build/interop
requirements=Tests/Interop/requirements.txt
# The bare server program and its module: not `apache2`, which would start a service.
packages=(apache2-bin libapache2-mod-auth-openidc curl openssl python3 python3-venv strace util-linux)
# Where somebody has put a newer one, that is taken.
command -v kubectl >/dev/null || packages+=(kubernetes-client)
missing=()

if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
  sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo env DEBIAN_FRONTEND=noninteractive)
  "${sudo[@]}" apt-get update -q || true
  for package in "${packages[@]}"; do
    "${sudo[@]}" apt-get install -y -q --no-install-recommends "$package" || missing+=("$package (Debian)")
  done
fi

if ! cmp -s "$requirements" "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  pip=("$venv/bin/pip" install --quiet --disable-pip-version-check)
  if "${pip[@]}" --requirement "$requirements"; then
    cp "$requirements" "$venv/requirements.txt"
  else
    # One by one, so that one that is away takes no other along. Tried anew at the next run.
    while read -r requirement; do
      "${pip[@]}" "$requirement" || missing+=("$requirement (PyPI)")
    done <"$requirements"
  fi
fi

for name in "${missing[@]}"; do
  echo "interop: $name cannot be installed: what needs it is not tested" >&2
done
[ "${#missing[@]}" = 0 ] || [ "${CI:-}" != true ]

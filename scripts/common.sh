# What the scripts share: saying what is wrong, and installing Debian packages. Sourced, not run.

say() { printf '%s\n' "==> $*"; }
die() { printf '%s\n' "$(basename "$0"): $*" >&2; exit 1; }

# Packages that building needs, and those that testing needs beyond them.
build_packages="gcc cmake ninja-build pkg-config libc6-dev libarchive-dev libyaml-dev libsodium-dev libssl-dev
    libgit2-dev libutf8proc-dev libpcre2-dev zlib1g-dev libdeflate-dev git ca-certificates"
test_packages="clang-14 clang-format-14 clang-tidy-14 libcriterion-dev age minisign libarchive-tools python3
    python3-jsonschema python3-yaml tar gzip coreutils openssl strace"

# A package counts as there when dpkg says it is installed.
is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# install_packages NAME...: installs what is missing; says plainly why where it cannot.
install_packages() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
        die "this needs a Debian 12 system (apt and dpkg); found $(. /etc/os-release 2>/dev/null; echo "${PRETTY_NAME:-an unknown system}")"
    local missing= package as_root=
    for package in "$@"; do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            die "these packages are missing, and installing them needs root or sudo:$missing"
        as_root=sudo
    fi
    say "installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    local log; log=$(mktemp)
    # shellcheck disable=SC2086
    if ! { $as_root apt-get update && $as_root apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "apt-get could not install:$missing"
    fi
    rm -f "$log"
}

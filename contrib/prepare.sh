# Sourced by contrib/demo, contrib/test and contrib/bench: where we are, what is there, and how what
# is missing comes here. POSIX shell; the only file that installs anything.
#
# As root on Debian and its kin, missing packages are installed, without asking and without removing
# any. An ordinary user is told what is missing and, for Rust alone, gets it into the home directory
# by rustup.

set -eu

cd "$(dirname "$0")/.."
ROOT=$PWD
: "${HOME:=/root}"
export HOME
# An ordinary user's path has no sbin, and rustup's programs need not be in anybody's.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:${CARGO_HOME:-$HOME/.cargo}/bin
export PATH
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
exec </dev/null

# The oldest compiler that builds us, as in Cargo.toml.
OLDEST_RUST=$(sed -n 's/^rust-version = "1\.\([0-9]*\)".*/\1/p' Cargo.toml)

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "$0" "$*" >&2
    exit 1
}

have() {
    command -v "$1" >/dev/null 2>&1
}

is_root() {
    [ "$(id -u)" = 0 ]
}

# want PROGRAM PACKAGE...: makes PROGRAM available; false, with a line that says how, where it cannot.
want() {
    program=$1
    shift
    have "$program" && return 0
    install_packages "$@" && have "$program" && return 0
    say "missing: $program (Debian: apt-get install $*)"
    return 1
}

install_packages() {
    is_root && have apt-get || return 1
    say "installing: $*"
    apt_install "$@" || { apt-get update -qq && apt_install "$@"; }
}

# A package that could only come by removing another, as a second mail server would, stays away.
apt_install() {
    apt-get install -qq -y --no-remove --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@" >"${TMPDIR:-/tmp}/tend-apt.$$" 2>&1 && status=0 || status=$?
    [ "$status" = 0 ] || tail -n 3 "${TMPDIR:-/tmp}/tend-apt.$$"
    rm -f "${TMPDIR:-/tmp}/tend-apt.$$"
    return "$status"
}

# want_rust: a compiler and cargo that are recent enough, from wherever there is one first.
want_rust() {
    rust_is_recent || distribution_rust || rustup_rust ||
        die "needs Rust 1.$OLDEST_RUST or later: https://rustup.rs"
    want cc gcc libc6-dev || die "needs a C compiler"
    say "with $(rustc --version), $(cargo --version)"
}

rust_is_recent() {
    minor_is_recent rustc && minor_is_recent cargo
}

minor_is_recent() {
    minor=$("$1" --version 2>/dev/null | sed -n 's/^[a-z]* 1\.\([0-9]*\)\..*/\1/p')
    [ "${minor:-0}" -ge "$OLDEST_RUST" ]
}

# Debian 12 has a recent compiler beside its old one, under a name of its own.
distribution_rust() {
    is_root && have apt-get || return 1
    apt-cache show rustc-web >/dev/null 2>&1 || apt-get update -qq
    if apt-cache show rustc-web >/dev/null 2>&1; then
        install_packages rustc-web cargo-web rustfmt-web rust-web-clippy gcc libc6-dev
    else
        install_packages rustc cargo rustfmt rust-clippy gcc libc6-dev
    fi && rust_is_recent
}

rustup_rust() {
    if ! have rustup; then
        want curl curl ca-certificates || return 1
        say "installing Rust into $HOME by rustup"
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
            sh -s -- -y -q --no-modify-path --profile minimal -c rustfmt -c clippy || return 1
    else
        rustup -q toolchain install stable --profile minimal -c rustfmt -c clippy || return 1
        rustup -q default stable || return 1
    fi
    rust_is_recent
}

# want_32_bits: what builds for TARGET_32, a PC of 32 bits; false, with a line that says how, where it
# cannot be had. Of the compilers only rustup's has such a standard library to add.
want_32_bits() {
    TARGET_32=i686-unknown-linux-musl
    [ -d "$(rustc --print sysroot)/lib/rustlib/$TARGET_32/lib" ] ||
        { have rustup && rustup -q target add "$TARGET_32"; } || {
        say "missing: the standard library for 32 bits (rustup target add $TARGET_32)"
        return 1
    }
    compiles_32_bits || { install_packages gcc-multilib && compiles_32_bits; } || {
        say "missing: a C compiler for 32 bits (Debian: apt-get install gcc-multilib)"
        return 1
    }
}

compiles_32_bits() {
    echo '#include <stdint.h>' | cc -m32 -fsyntax-only -x c - 2>/dev/null
}

# Where cargo puts what it builds.
target_folder() {
    say "${CARGO_TARGET_DIR:-$ROOT/target}"
}

# want_unpacked PACKAGE PROGRAM: a package of Debian's in a folder of its own, $(target_folder)/PACKAGE,
# for it is not to run here; false where it cannot be had, or has no such PROGRAM.
want_unpacked() {
    folder=$(target_folder)/$1
    [ ! -x "$folder/$2" ] || return 0
    mkdir -p "$folder"
    (
        cd "$folder"
        apt-get download -qq "$1" >/dev/null 2>&1 ||
            { is_root && apt-get update -qq && apt-get download -qq "$1" >/dev/null; }
        dpkg -x "$1"_*.deb .
    ) && [ -x "$folder/$2" ]
}

# want_monit: Debian's monit as MONIT.
want_monit() {
    [ -z "${MONIT:-}" ] || return 0
    MONIT=$(target_folder)/monit/usr/bin/monit
    export MONIT
    want_unpacked monit usr/bin/monit
}

# want_sysvinit: the folder that Debian's SysV init is unpacked in as SYSVINIT.
want_sysvinit() {
    [ -z "${SYSVINIT:-}" ] || return 0
    SYSVINIT=$(target_folder)/sysvinit-core
    export SYSVINIT
    want_unpacked sysvinit-core sbin/init
}

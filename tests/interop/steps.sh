# Sourced by the tests with real programs: a folder of their own, steps that are counted, and an end
# that leaves nothing. POSIX shell. `TEND` names the program under test.

set -eu

cd "${ROOT:-$(dirname "$0")/../..}"
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
: "${TEND:=${CARGO_TARGET_DIR:-$PWD/target}/release/tend}"
DIR=$(mktemp -d "${TMPDIR:-/tmp}/tend-interop-XXXXXX")
chmod 755 "$DIR"
# What a program keeps at home, it keeps here.
HOME_BEFORE=${HOME:-/root}
HOME=$DIR
export HOME TEND DIR

# Only the end of patience; no measure of speed.
PATIENCE_S=${PATIENCE_S:-120}

passed=0
failed=0

# step WHAT COMMAND...: waits until the command succeeds.
step() {
    what=$1
    shift
    end=$(($(date +%s) + PATIENCE_S))
    until "$@" >"$DIR/step.out" 2>&1; do
        if [ "$(date +%s)" -ge "$end" ]; then
            failed=$((failed + 1))
            printf '  FAILED: %s\n' "$what"
            tail -n 5 "$DIR/step.out"
            return 0
        fi
        sleep 0.2
    done
    passed=$((passed + 1))
    printf '  ok: %s\n' "$what"
}

# Ends what a pidfile names, and waits until it is gone.
end_by_pidfile() {
    [ -s "$1" ] || return 0
    pid=$(tr -d ' \n' <"$1")
    kill "$pid" 2>/dev/null || return 0
    end=$(($(date +%s) + 30))
    while is_running "$pid"; do
        [ "$(date +%s)" -lt "$end" ] || kill -KILL "$pid" 2>/dev/null || :
        sleep 0.1
    done
}

# A zombie that nobody reaps is not running.
is_running() {
    case $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) in
    '' | Z | X) return 1 ;;
    *) return 0 ;;
    esac
}

# runs PIDFILE [OLD]: the pidfile names a process that runs and is not OLD.
runs() {
    pid=$(tr -d ' \n' <"$1") && [ -n "$pid" ] && [ "$pid" != "${2:-}" ] && is_running "$pid"
}

# A port nobody listens on, below those the system hands out by itself.
free_port() {
    port=$((10000 + $$ % 20000))
    [ ! -s "$DIR/port" ] || port=$(($(cat "$DIR/port") + 1))
    while grep -qi ":$(printf '%04X' "$port") 0*:0000 0A" /proc/net/tcp; do
        port=$((port + 1))
    done
    echo "$port" >"$DIR/port"
    echo "$port"
}

# The seed's control file with this machine's paths and addresses; see the callers for what each is.
seed_control_file() {
    sed -e "s|192\.168\.1\.100 port 80\$|127.0.0.2 port $HTTP|" \
        -e "s|192\.168\.1\.101 port 80\$|127.0.0.3 port $HTTP|" \
        -e "s|192\.168\.1\.100 port 443|127.0.0.2 port $HTTPS|" \
        -e "s|192\.168\.1\.101 port 443|127.0.0.3 port $HTTPS|" \
        -e "s|12-34-56-78-90-AB-CD-EF-12-34-56-78-90-AB-CD-EF|$FINGERPRINT|" \
        -e "s|/var/run/httpd2.pid|$DIR/httpd2.pid|" \
        -e "s|/etc/init.d/|$DIR/init.d/|" \
        -e "s|/var/spool/postfix/|$DIR/spool/|" \
        -e "s|/usr/local/certs/monit.pem|$DIR/monit.pem|" \
        -e "s|failed port 25 |failed port $SMTP |" \
        -e "s|port 2812|port $PAGE|" \
        -e "s|mail.aconus.com, mail.example.com port 10025,|127.0.0.1 port 1, 127.0.0.1 port 2,|" \
        -e "s|localhost with timeout|localhost port $SMTP with timeout|" \
        contrib/examples/monitrc-apache-postfix
}

# Certificate and key of the page and of Apache: the test certificate of the black-box tests.
certificates() {
    cat tests/support/key.pem tests/support/certificate.pem >"$DIR/monit.pem"
    chmod 600 "$DIR/monit.pem"
    FINGERPRINT=$(sed -e '/-----/d' tests/support/certificate.pem | base64 -d | md5sum |
        cut -c1-32 | sed 's/../&-/g; s/-$//' | tr a-f A-F)
}

report() {
    printf '  %s passed, %s failed\n' "$passed" "$failed"
    [ "$failed" = 0 ]
}

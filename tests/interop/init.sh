# Sourced by the tests of an init that brings tend back. The init is process 1 of its own process
# table; mounts are private, and inside, /etc, /run, /dev, /var/log and /usr/local/sbin are folders
# of ours, so nothing of the machine's own init is touched and the line of init/inittab is right as
# we ship it. POSIX shell; `TEND` names the program under test.

. "$(dirname "$0")/steps.sh"

init=

finish() {
    trap '' INT TERM HUP EXIT
    # Killing its process 1 ends everything inside.
    for child in $init; do
        kill -KILL "$child" 2>/dev/null || :
    done
    rm -rf "$DIR"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

mkdir -p "$DIR/etc" "$DIR/sbin"
cp /etc/passwd /etc/group "$DIR/etc/"
cp /etc/ld.so.cache "$DIR/etc/" 2>/dev/null || :
cp "$TEND" "$DIR/sbin/tend"

cat >"$DIR/web" <<END
#!/bin/sh
sleep 1000006 </dev/null >/dev/null 2>&1 &
echo \$! >$DIR/web.pid
END
chmod 755 "$DIR/web"
cat >"$DIR/etc/monitrc" <<END
set daemon 1
set log $DIR/log
set pidfile $DIR/tend.pid
set statefile $DIR/state
set idfile $DIR/id
check process web with pidfile $DIR/web.pid
    start program = "$DIR/web"
END
chmod 600 "$DIR/etc/monitrc"

# boot INIT...: starts it as process 1.
boot() {
    cat >"$DIR/boot" <<'END'
set -e
mount --bind "$DIR/etc" /etc
mount --bind "$DIR/sbin" /usr/local/sbin
mount -t tmpfs none /var/log
mount -t tmpfs none /run
mount -t tmpfs none /dev
for device in null:3 zero:5 urandom:9 console:3; do
    mknod -m 666 "/dev/${device%:*}" c 1 "${device#*:}"
done
exec "$@"
END
    unshare --pid --fork --mount --mount-proc sh "$DIR/boot" "$@" >"$DIR/init.out" 2>&1 &
    unshare=$!
}

# The child of unshare is process 1 in there.
children() {
    init=$(cat "/proc/$unshare/task/$unshare/children" 2>/dev/null) && [ -n "$init" ]
}

in_there() {
    nsenter --target "${init%% *}" --pid --mount "$@"
}

# inside PIDFILE [OLD]: it names a process that runs inside, with a pid other than OLD. Their pids
# are those of their own table, so it is entered to look.
inside() {
    in_there sh -c 'pid=$(cat "$1") && [ "$pid" != "$2" ] && kill -0 "$pid"' - "$1" "${2:-}"
}

# same PIDFILE PID: it still names that process, and it runs.
same() {
    [ "$(cat "$1")" = "$2" ] && inside "$1"
}

# What every init is asked for, once it has started tend.
respawn_steps() {
    step "it has started tend" inside "$DIR/tend.pid"
    step "tend has started a daemon" inside "$DIR/web.pid"
    tend=$(cat "$DIR/tend.pid")
    web=$(cat "$DIR/web.pid")
    in_there kill -KILL "$tend"
    step "killed, tend is brought back" inside "$DIR/tend.pid" "$tend"
    step "and has left the daemon alone" same "$DIR/web.pid" "$web"
    in_there kill -KILL "$web"
    step "it goes on: the daemon comes back as well" inside "$DIR/web.pid" "$web"
}

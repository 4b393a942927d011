/* The supervisor: decides about calls whose arguments the filter cannot see. */
#include "oldkernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* How a call ends: let it be made, let it fail, or it is done already. */
enum { MADE = 0, DONE = -1, SENT = -2 };

static struct seccomp_notif *asked;
static int channel;
static int64_t value; /* what a call that is done returns */

/* Copies from the caller's memory; false where it cannot be read. */
static int peek(uint64_t from, void *to, size_t size)
{
	struct iovec here = {to, size}, there = {(void *)(uintptr_t)from, size};
	return process_vm_readv((pid_t)asked->pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

static int poke(uint64_t to, const void *from, size_t size)
{
	struct iovec here = {(void *)(uintptr_t)from, size}, there = {(void *)(uintptr_t)to, size};
	return process_vm_writev((pid_t)asked->pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* A path in the caller's memory. Its page may be the last one there, so it is read by pages. */
static int peek_path(uint64_t from, char *path, size_t room)
{
	size_t have = 0;
	while (have + 1 < room) {
		size_t piece = 4096 - (from + have) % 4096;
		if (piece > room - 1 - have)
			piece = room - 1 - have;
		if (!peek(from + have, path + have, piece))
			return 0;
		if (memchr(path + have, 0, piece))
			return 1;
		have += piece;
	}
	return 0;
}

static int on_socket(uint64_t domain, uint64_t kind, uint64_t protocol)
{
	unsigned kernel = wanted.kernel;
	if (kernel < V(2, 6, 27) && (kind & (SOCK_CLOEXEC | SOCK_NONBLOCK)))
		return EINVAL;
	if (wanted.no_ipv6 && domain == AF_INET6)
		return EAFNOSUPPORT;
	/* Sockets that ping without being root's. */
	if ((kind & 0xf) == SOCK_DGRAM)
		if ((domain == AF_INET && protocol == IPPROTO_ICMP && kernel < V(3, 0, 0)) ||
		    (domain == AF_INET6 && protocol == IPPROTO_ICMPV6 && kernel < V(3, 11, 0)))
			return EPROTONOSUPPORT;
	/* The connector that tells of the ends of processes: 2.6.15. */
	if (domain == AF_NETLINK && protocol == NETLINK_CONNECTOR && kernel < V(2, 6, 15))
		return EPROTONOSUPPORT;
	return MADE;
}

static int on_setsockopt(uint64_t level, uint64_t option)
{
	static const struct { unsigned level, option, since; } options[] = {
		{SOL_SOCKET, 15 /* SO_REUSEPORT */, V(3, 9, 0)},
		{SOL_SOCKET, 36 /* SO_MARK */, V(2, 6, 25)},
		{IPPROTO_TCP, 18 /* TCP_USER_TIMEOUT */, V(2, 6, 37)},
		{IPPROTO_TCP, 23 /* TCP_FASTOPEN */, V(3, 7, 0)},
	};
	for (int i = 0; i < COUNT(options); i++)
		if (level == options[i].level && option == options[i].option &&
		    wanted.kernel < options[i].since)
			return ENOPROTOOPT;
	return MADE;
}

/* One call for all of them, with the arguments in memory: i386 had no other before 4.3. */
static int on_socketcall(uint64_t what, uint64_t arguments)
{
	uint32_t given[6] = {0};
	if (!peek(arguments, given, 3 * sizeof given[0]))
		return MADE;
	switch (what) {
	case 1: return on_socket(given[0], given[1], given[2]);
	case 8: return on_socket(AF_UNIX, given[1], 0);
	case 14: return on_setsockopt(given[1], given[2]);
	case 18: return wanted.kernel < V(2, 6, 28) ? EINVAL : MADE; /* accept4 */
	case 19: return wanted.kernel < V(2, 6, 33) ? EINVAL : MADE; /* recvmmsg */
	case 20: return wanted.kernel < V(3, 0, 0) ? EINVAL : MADE;  /* sendmmsg */
	default: return MADE;
	}
}

static int on_uname(uint64_t answer)
{
	struct utsname names;
	if (uname(&names))
		return MADE;
	memset(names.release, 0, sizeof names.release);
	snprintf(names.release, sizeof names.release, "%s", wanted.release);
	return poke(answer, &names, sizeof names) ? DONE : MADE;
}

/* A flag that an old kernel does not know is no error there; the event just never comes. */
static int on_epoll_ctl(uint64_t event)
{
	uint32_t events;
	if (event && peek(event, &events, sizeof events)) {
		events &= ~(uint32_t)EPOLLRDHUP;
		poke(event, &events, sizeof events);
	}
	return MADE;
}

/* Seconds and a fraction, as wide as the caller's structure has them. What does not fit in 32 bits is
 * cut off, as by the kernel. */
static int tell_time(int wide, uint64_t answer, int64_t seconds, int64_t fraction)
{
	int64_t whole[2] = {seconds, fraction};
	int32_t cut[2] = {(int32_t)seconds, (int32_t)fraction};
	return poke(answer, wide ? (void *)whole : cut, wide ? sizeof whole : sizeof cut) ? DONE : EFAULT;
}

/* Our own clock, so many seconds later. */
static int on_clock(const struct abi *abi, int number, const __u64 *arguments)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t seconds = now.tv_sec + wanted.shift;
	if (number == abi->clock_gettime || number == abi->clock_gettime64)
		return tell_time(abi->is_64 || number == abi->clock_gettime64, arguments[1], seconds,
				 now.tv_nsec);
	if (number == abi->gettimeofday) /* nobody asks it for the zone */
		return tell_time(abi->is_64, arguments[0], seconds, now.tv_nsec / 1000);
	value = abi->is_64 ? seconds : (int32_t)seconds;
	if (arguments[0] && !poke(arguments[0], &value, abi->is_64 ? 8 : 4))
		return EFAULT;
	return DONE;
}

/* Gives the caller a descriptor of ours as the answer of its call. */
static int hand_over(int descriptor)
{
	struct seccomp_notif_addfd given = {
		.id = asked->id, .srcfd = (uint32_t)descriptor, .flags = SECCOMP_ADDFD_FLAG_SEND};
	int sent = ioctl(channel, SECCOMP_IOCTL_NOTIF_ADDFD, &given);
	close(descriptor);
	return sent < 0 ? MADE : SENT;
}

static int on_path(const struct abi *abi, int number, uint64_t pointer)
{
	char path[256];
	if (!peek_path(pointer, path, sizeof path) || path[0] != '/')
		return MADE;
	int opens = number == abi->open || number == abi->openat;
	if (opens && wanted.random && !strcmp(path, "/dev/random")) {
		/* For writing too: with nobody to write, it would be at its end. */
		int fifo = open(wanted.random, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		return fifo < 0 ? errno : hand_over(fifo);
	}
	if (wanted.kernel == TODAY)
		return MADE;
	if (!is_there(path))
		return ENOENT;
	int text = opens ? old_text(path, (pid_t)asked->pid) : -1;
	return text < 0 ? MADE : hand_over(text);
}

static int has(const int *numbers, int number)
{
	for (; *numbers != -1; numbers++)
		if (*numbers == number)
			return 1;
	return 0;
}

static int decide(const struct abi *abi)
{
	int number = asked->data.nr;
	const __u64 *arguments = asked->data.args;
	/* With a log, what the filter would have refused by itself comes here as well. */
	if (is_younger(abi, number))
		return ENOSYS;
	if (wanted.shift && (number == abi->time || number == abi->gettimeofday ||
			     number == abi->clock_gettime64))
		return on_clock(abi, number, arguments);
	/* With a log, a coarse clock may be here to be refused: 2.6.32. */
	if (wanted.shift && number == abi->clock_gettime &&
	    (arguments[0] == 0 || (arguments[0] == 5 && wanted.kernel >= V(2, 6, 32))))
		return on_clock(abi, number, arguments);
	if (number == abi->socket)
		return on_socket(arguments[0], arguments[1], arguments[2]);
	if (number == abi->socketpair)
		return on_socket(AF_UNIX, arguments[1], 0);
	if (number == abi->socketcall)
		return on_socketcall(arguments[0], arguments[1]);
	if (number == abi->setsockopt)
		return on_setsockopt(arguments[1], arguments[2]);
	if (number == abi->uname)
		return on_uname(arguments[0]);
	if (number == abi->epoll_ctl)
		return on_epoll_ctl(arguments[3]);
	if (has(abi->path_first, number))
		return on_path(abi, number, arguments[0]);
	if (has(abi->path_second, number))
		return on_path(abi, number, arguments[1]);
	if (number == abi->fcntl || number == abi->fcntl64 || number == abi->clock_gettime ||
	    number == abi->clock_nanosleep || number == abi->timer_create || number == abi->prctl ||
	    number == abi->madvise || number == abi->mlockall || number == abi->clone)
		return EINVAL;
	return ENOSYS;
}

static void note(const struct abi *abi, int error)
{
	FILE *log = fopen(wanted.log, "ae");
	if (!log)
		return;
	const struct seccomp_data *data = &asked->data;
	fprintf(log, "%d: %s %d %s(%llx, %llx, %llx): %s\n", (int)asked->pid,
		abi->is_64 ? "x86-64" : "i386", data->nr, name_of(abi, data->nr),
		(unsigned long long)data->args[0], (unsigned long long)data->args[1],
		(unsigned long long)data->args[2], strerror(error));
	fclose(log);
}

void supervise(int listener)
{
	static union { struct seccomp_notif call; char room[1024]; } in;
	static union { struct seccomp_notif_resp call; char room[1024]; } out;
	asked = &in.call;
	channel = listener;
	for (;;) {
		struct pollfd waiting = {listener, POLLIN, 0};
		if (poll(&waiting, 1, -1) < 0 && errno != EINTR)
			return;
		if (!(waiting.revents & POLLIN)) {
			if (waiting.revents & (POLLHUP | POLLERR | POLLNVAL))
				return; /* nobody is left */
			continue;
		}
		memset(&in, 0, sizeof in);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, asked) < 0)
			continue; /* it was killed meanwhile */
		const struct abi *abi = abi_of(asked->data.arch);
		value = 0;
		int verdict = decide(abi);
		if (verdict > 0 && wanted.log)
			note(abi, verdict);
		if (verdict == SENT)
			continue;
		memset(&out, 0, sizeof out);
		out.call.id = asked->id;
		if (verdict == MADE)
			out.call.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		else
			out.call.error = verdict == DONE ? 0 : -verdict;
		if (verdict == DONE)
			out.call.val = value;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &out.call);
	}
}

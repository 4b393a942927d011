/* The filter: which calls of the program fail at once, and which the supervisor has to look at. */
#include "oldkernel.h"

#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "calls.h"

const struct abi abis[2] = {
	{.arch = AUDIT_ARCH_X86_64, .is_64 = 1,
	 .socket = 41, .socketpair = 53, .socketcall = -1, .setsockopt = 54, .uname = 63,
	 .epoll_ctl = 233, .getrandom = 318, .time = 201, .gettimeofday = 96, .clock_gettime64 = -1,
	 .fcntl = 72, .fcntl64 = -1, .futex = 202,
	 .clock_gettime = 228, .clock_nanosleep = 230, .timer_create = 222, .prctl = 157,
	 .madvise = 28, .mlockall = 151, .clone = 56, .open = 2, .openat = 257,
	 /* open stat lstat access readlink statfs */
	 .path_first = {2, 4, 6, 21, 89, 137, -1},
	 /* openat newfstatat readlinkat faccessat statx faccessat2 */
	 .path_second = {257, 262, 267, 269, 332, 439, -1}},
	{.arch = AUDIT_ARCH_I386, .is_64 = 0,
	 .socket = 359, .socketpair = 360, .socketcall = 102, .setsockopt = 366, .uname = 122,
	 .epoll_ctl = 255, .getrandom = 355, .time = 13, .gettimeofday = 78, .clock_gettime64 = 403,
	 .fcntl = 55, .fcntl64 = 221, .futex = 240,
	 .clock_gettime = 265, .clock_nanosleep = 267, .timer_create = 259, .prctl = 172,
	 .madvise = 219, .mlockall = 152, .clone = 120, .open = 5, .openat = 295,
	 /* open access readlink statfs stat lstat stat64 lstat64 statfs64 */
	 .path_first = {5, 33, 85, 99, 106, 107, 195, 196, 268, -1},
	 /* openat fstatat64 readlinkat faccessat statx faccessat2 */
	 .path_second = {295, 300, 305, 307, 383, 439, -1}},
};

const struct abi *abi_of(uint32_t arch)
{
	return &abis[arch == AUDIT_ARCH_X86_64 ? 0 : 1];
}

static const struct call *table_of(const struct abi *abi, int *count, int *last)
{
	*count = abi->is_64 ? COUNT(calls_64) : COUNT(calls_32);
	*last = abi->is_64 ? LAST_64 : LAST_32;
	return abi->is_64 ? calls_64 : calls_32;
}

int is_younger(const struct abi *abi, int number)
{
	int count, last;
	const struct call *table = table_of(abi, &count, &last);
	for (int i = 0; i < count; i++)
		if (table[i].number == number)
			return table[i].since > wanted.kernel;
	return wanted.kernel != TODAY && number > last;
}

const char *name_of(const struct abi *abi, int number)
{
	int count, last;
	const struct call *table = table_of(abi, &count, &last);
	for (int i = 0; i < count; i++)
		if (table[i].number == number)
			return table[i].name;
	return "a call of old";
}

static struct sock_filter program[BPF_MAXINSNS];
static int length;

static void add(uint16_t code, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	program[length++] = (struct sock_filter){code, if_true, if_false, k};
}

static void load(uint32_t offset)
{
	add(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

static void end(uint32_t verdict)
{
	add(BPF_RET | BPF_K, verdict, 0, 0);
}

#define NUMBER offsetof(struct seccomp_data, nr)
#define CALLER offsetof(struct seccomp_data, instruction_pointer)
/* The lower half of an argument, on a machine that begins with it. */
#define ARGUMENT(i) (offsetof(struct seccomp_data, args) + 8 * (i))

/* A call that fails. With a log it goes by the supervisor, who writes it down. */
static uint32_t refused(int error)
{
	return wanted.log ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ERRNO | (uint32_t)error;
}

/* Each rule begins and ends with the call's number loaded. */
static void rule(int number, uint32_t verdict)
{
	if (number < 0)
		return;
	add(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1);
	end(verdict);
}

/* The rule is for calls with an argument that compares like this: BPF_JEQ, BPF_JGE, BPF_JSET. */
static void rule_if(int number, int argument, uint16_t comparison, uint32_t value, uint32_t verdict)
{
	if (number < 0)
		return;
	add(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 4);
	load(ARGUMENT(argument));
	add(BPF_JMP | comparison | BPF_K, value, 0, 1);
	end(verdict);
	load(NUMBER);
}

/* Calls that came later. */
static void numbers(const struct abi *abi)
{
	int count, last;
	const struct call *table = table_of(abi, &count, &last);
	for (int i = 0; i < count; i++) {
		if (table[i].since > wanted.kernel)
			rule(table[i].number, refused(ENOSYS));
		else if (table[i].number > last)
			last = table[i].number;
	}
	if (wanted.kernel != TODAY) {
		add(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)last, 0, 1);
		end(refused(ENOSYS));
	}
}

/* Arguments that came later and lie in registers, of calls that are made too often to be looked at. */
static void arguments(const struct abi *abi)
{
	unsigned kernel = wanted.kernel;
	if (kernel == TODAY)
		return;
	for (int i = 0; i < 2; i++) {
		int fcntl = i ? abi->fcntl64 : abi->fcntl;
		if (kernel < V(2, 6, 24))
			rule_if(fcntl, 1, BPF_JEQ, 1030 /* F_DUPFD_CLOEXEC */, refused(EINVAL));
		if (kernel < V(2, 6, 35))
			rule_if(fcntl, 1, BPF_JGE, 1031 /* F_SETPIPE_SZ … */, refused(EINVAL));
		if (kernel < V(2, 6, 32)) {
			rule_if(fcntl, 1, BPF_JEQ, 15 /* F_SETOWN_EX */, refused(EINVAL));
			rule_if(fcntl, 1, BPF_JEQ, 16 /* F_GETOWN_EX */, refused(EINVAL));
		}
		for (uint32_t command = 36; command <= 38; command++) /* F_OFD_…: 3.15 */
			rule_if(fcntl, 1, BPF_JEQ, command, refused(EINVAL));
	}
	if (kernel < V(2, 6, 22))
		rule_if(abi->futex, 1, BPF_JSET, 128 /* FUTEX_PRIVATE_FLAG */, refused(ENOSYS));
	if (kernel < V(2, 6, 25)) /* FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET with any flags */
		for (uint32_t flags = 0; flags <= 384; flags += 128) {
			rule_if(abi->futex, 1, BPF_JEQ, 9 | flags, refused(ENOSYS));
			rule_if(abi->futex, 1, BPF_JEQ, 10 | flags, refused(ENOSYS));
		}
	/* CPU times 2.6.12, MONOTONIC_RAW 2.6.28, the coarse ones 2.6.32, BOOTTIME 2.6.39 */
	uint32_t clocks = kernel < V(2, 6, 12) ? 2 : kernel < V(2, 6, 28) ? 4
			: kernel < V(2, 6, 32) ? 5 : kernel < V(2, 6, 39) ? 7 : 12;
	rule_if(abi->clock_gettime, 0, BPF_JGE, clocks, refused(EINVAL));
	rule_if(abi->clock_nanosleep, 0, BPF_JGE, clocks, refused(EINVAL));
	rule_if(abi->timer_create, 0, BPF_JGE, clocks, refused(EINVAL));
	/* 2.6.11 ended with PR_GET_NAME, and 2.6.28 with timer slack */
	uint32_t controls = kernel < V(2, 6, 23) ? 17 : kernel < V(2, 6, 32) ? 31 : 35;
	rule_if(abi->prctl, 0, BPF_JGE, controls, refused(EINVAL));
	uint32_t advice = kernel < V(2, 6, 16) ? 5 : kernel < V(2, 6, 32) ? 12 : 14;
	rule_if(abi->madvise, 2, BPF_JGE, advice, refused(EINVAL));
	if (kernel < V(4, 4, 0))
		rule_if(abi->mlockall, 0, BPF_JSET, 4 /* MCL_ONFAULT */, refused(EINVAL));
	if (kernel < V(2, 6, 19)) /* name spaces and CLONE_PIDFD: they were ignored, which is no help */
		rule_if(abi->clone, 0, BPF_JSET, 0xfc001000, refused(EINVAL));
}

/* What people call the time: REALTIME, and its coarse sister. */
static const uint32_t wall_clocks[] = {0, 5};

/* Calls whose arguments have to be read in the caller's memory, or seldom made. */
static void looks(const struct abi *abi)
{
	uint32_t look = SECCOMP_RET_USER_NOTIF;
	if (wanted.shift) {
		rule(abi->time, look);
		rule(abi->gettimeofday, look);
		for (int i = 0; i < COUNT(wall_clocks); i++) {
			rule_if(abi->clock_gettime, 0, BPF_JEQ, wall_clocks[i], look);
			rule_if(abi->clock_gettime64, 0, BPF_JEQ, wall_clocks[i], look);
		}
	}
	rule(abi->socket, look);
	rule(abi->socketcall, look);
	if (wanted.random || wanted.kernel != TODAY)
		for (int i = 0; i < 2; i++) {
			const int *paths = i ? abi->path_second : abi->path_first;
			for (; *paths != -1; paths++)
				rule(*paths, look);
		}
	if (wanted.random)
		rule(abi->getrandom, refused(ENOSYS));
	if (wanted.kernel == TODAY)
		return;
	rule(abi->socketpair, look);
	rule(abi->setsockopt, look);
	rule(abi->uname, look);
	if (wanted.kernel < V(2, 6, 17))
		rule(abi->epoll_ctl, look);
}

static void rules(const struct abi *abi)
{
	load(NUMBER);
	numbers(abi);
	arguments(abi);
	looks(abi);
	end(SECCOMP_RET_ALLOW);
}

struct sock_fprog filter(void)
{
	/* Only the program's own code is limited: what it starts are this machine's programs, which
	 * cannot live on an old kernel. A static program that is not relocated makes all its calls
	 * from where its file says that its code lies; nobody else has code there. */
	if (wanted.until != UINT64_MAX) {
		load(CALLER + 4);
		add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
		end(SECCOMP_RET_ALLOW);
		load(CALLER);
		add(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)wanted.from, 1, 0);
		end(SECCOMP_RET_ALLOW);
		add(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)wanted.until, 0, 1);
		end(SECCOMP_RET_ALLOW);
	}
	/* Conditional jumps reach 255 instructions; this one has further to go. */
	load(offsetof(struct seccomp_data, arch));
	add(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 1);
	int jump = length;
	add(BPF_JMP | BPF_JA, 0, 0, 0);
	rules(&abis[1]);
	program[jump].k = (uint32_t)(length - jump - 1);
	rules(&abis[0]);
	return (struct sock_fprog){(unsigned short)length, program};
}

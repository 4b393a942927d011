/*
 * oldkernel - runs a program on what an old Linux kernel offers: its calls and its /proc.
 *
 *   cd tests/oldkernel; cc -O2 -o oldkernel oldkernel.c filter.c supervisor.c proc.c
 *   oldkernel [-k VERSION] [-6] [-r FIFO] [-t SECONDS] [-l LOG] PROGRAM [ARGUMENT...]
 *
 *   -k 2.6.11   the kernel; without it, the one that runs
 *   -6          without IPv6: its module is not loaded
 *   -r FIFO     without getrandom, and with this FIFO for /dev/random: it can be read from when
 *               somebody has written into it
 *   -t SECONDS  the clock that people set is so much ahead, the others and the dates of files are not
 *   -l LOG      notes the calls that were refused
 *
 * How
 *   A seccomp filter is set, which all that is started inherits. It limits calls that come from the
 *   program's own code only, so that the program can start this machine's programs, which need this
 *   machine's kernel; for -k the program must therefore be static and not relocated. What came later
 *   fails as it did then: ENOSYS for a call, EINVAL for a flag. Some calls are decided by a
 *   supervisor that reads their arguments in the caller's memory (seccomp_unotify(2)): the sockets
 *   of i386, paths of files that /proc did not have, texts that were shorter, the time for -t. When
 *   the program has been executed, what the old kernel did not tell it is taken out of its auxiliary
 *   vector: a random seed, and the vDSO, so that it makes its calls itself.
 *
 *   The program keeps the number of this process. The supervisor is nobody's child, holds nothing of
 *   the caller's, and ends with the last process under the filter.
 *
 * What it is not
 *   An old kernel. A flag that was ignored (O_CLOEXEC before 2.6.23) is heeded, and all below the
 *   surface is this machine's: the loading of the program, the network, the scheduler, errors. With
 *   -t the kernel's own notes of the time (of files, of packets) are still this machine's.
 *
 * Needs Linux 5.14 on x86-64.
 */
#include "oldkernel.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct wanted wanted = {.kernel = TODAY, .until = UINT64_MAX};

extern char **environ;

static void die(const char *what)
{
	fprintf(stderr, "oldkernel: %s: %s\n", what, strerror(errno));
	exit(125);
}

/* ---- where the program's code lies ---- */

static void widen(uint64_t from, uint64_t length)
{
	if (!wanted.from || from < wanted.from)
		wanted.from = from;
	if (from + length > wanted.until)
		wanted.until = from + length;
}

static void find_code(const char *path)
{
	static union { unsigned char ident[EI_NIDENT]; Elf64_Ehdr wide; Elf32_Ehdr narrow; char all[4096]; } head;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || read(file, &head, sizeof head) < (ssize_t)sizeof head)
		die(path);
	close(file);
	int wide = head.ident[EI_CLASS] == ELFCLASS64, dynamic = 0;
	wanted.until = 0;
	for (int i = 0; i < (wide ? head.wide.e_phnum : head.narrow.e_phnum); i++) {
		Elf64_Phdr *w = (Elf64_Phdr *)(head.all + head.wide.e_phoff) + i;
		Elf32_Phdr *n = (Elf32_Phdr *)(head.all + head.narrow.e_phoff) + i;
		uint32_t type = wide ? w->p_type : n->p_type, flags = wide ? w->p_flags : n->p_flags;
		dynamic |= type == PT_INTERP;
		if (type == PT_LOAD && flags & PF_X)
			widen(wide ? w->p_vaddr : n->p_vaddr, wide ? w->p_memsz : n->p_memsz);
	}
	int is_fixed = !dynamic && head.wide.e_type == ET_EXEC && wanted.until;
	if (!is_fixed && wanted.kernel == TODAY) {
		wanted.from = 0;
		wanted.until = UINT64_MAX;
	} else if (!is_fixed) {
		fprintf(stderr, "oldkernel: %s is not static and at a fixed place\n", path);
		exit(125);
	}
}

/* ---- the auxiliary vector ---- */

static int is_hidden(uint64_t type)
{
	switch (type) {
	case 32: /* AT_SYSINFO: as without that instruction, or calls would come from the vDSO */
	case 33: /* AT_SYSINFO_EHDR: the vDSO */
		return 1;
	case 26: case 27: case 28: case 29: case 51: /* capabilities and sizes of later machines */
		return wanted.kernel != TODAY;
	case 25: return wanted.kernel < V(2, 6, 29); /* AT_RANDOM */
	case 31: return wanted.kernel < V(2, 6, 26); /* AT_EXECFN */
	default: return 0;
	}
}

/* The stack of a program just executed: count, arguments, 0, environment, 0, pairs. */
static void hide_auxiliary(pid_t pid)
{
	struct user_regs_struct registers;
	struct iovec room = {&registers, sizeof registers};
	if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &room))
		die("registers");
	int wide = room.iov_len == sizeof registers;
	size_t width = wide ? 8 : 4;
	uint64_t at = wide ? registers.rsp : ((uint32_t *)&registers)[15];
	int ends = 0;
	at += width;
	for (;;) {
		uint64_t word = 0, nothing = 1 /* AT_IGNORE */;
		/* Not by /proc, which may be missing. */
		struct iovec there = {(void *)(uintptr_t)at, width};
		struct iovec read = {&word, width}, write = {&nothing, width};
		if (process_vm_readv(pid, &read, 1, &there, 1, 0) != (ssize_t)width)
			die("stack");
		if (ends < 2) {
			ends += word == 0;
			at += width;
			continue;
		}
		if (word == AT_NULL)
			break;
		if (is_hidden(word) &&
		    process_vm_writev(pid, &write, 1, &there, 1, 0) != (ssize_t)width)
			die("stack");
		at += 2 * width;
	}
}

/* ---- beginning ---- */

static int set_filter(void)
{
	struct sock_fprog program = filter();
	/* Root needs no promise to gain no privileges, which would keep it from losing some. */
	for (int promised = 0;; promised = 1) {
		if (promised && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
			die("no_new_privs");
		long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
					SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
		if (listener >= 0)
			return (int)listener;
		if (promised || errno != EACCES)
			die("seccomp");
	}
}

/* A message with a descriptor; over a socket that both ends have. */
static void send_listener(int to, int listener)
{
	char one = 1, control[CMSG_SPACE(sizeof listener)] = {0};
	struct iovec data = {&one, 1};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
				 .msg_controllen = sizeof control};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof listener);
	memcpy(CMSG_DATA(head), &listener, sizeof listener);
	if (sendmsg(to, &message, 0) != 1)
		die("sendmsg");
}

static int receive_listener(int from)
{
	int listener;
	char one, control[CMSG_SPACE(sizeof listener)];
	struct iovec data = {&one, 1};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
				 .msg_controllen = sizeof control};
	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&message))
		_exit(125);
	memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof listener);
	return listener;
}

/* Lets go of everything that could make the supervisor be taken for what it supervises: a session, a
 * pipe somebody reads to its end, a mark in the environment, words of the command line. */
static void be_nobody(int keep, char **argv)
{
	setsid();
	keep = fcntl(keep, F_DUPFD, 4); /* the caller may have closed its first three */
	int null = open("/dev/null", O_RDWR);
	for (int i = 0; i < 3; i++)
		dup2(null, i);
	dup2(keep, 3);
	syscall(SYS_close_range, 4, ~0U, 0);
	for (char **word = environ; *word; word++)
		memset(*word, 0, strlen(*word));
	for (char **word = argv + 1; *word; word++)
		memset(*word, 0, strlen(*word));
	if (chdir("/"))
		_exit(125);
}

static _Noreturn void be_supervisor(int socket, pid_t program, char **argv)
{
	static struct wanted copy;
	copy = wanted;
	copy.random = wanted.random ? strdup(wanted.random) : NULL;
	copy.log = wanted.log ? strdup(wanted.log) : NULL;
	copy.release = strdup(wanted.release ? wanted.release : "");
	wanted = copy;
	be_nobody(socket, argv);
	int listener = receive_listener(3);
	int traces = wanted.kernel != TODAY || wanted.shift;
	if (traces && ptrace(PTRACE_SEIZE, program, NULL, (void *)PTRACE_O_TRACEEXEC))
		_exit(125);
	char go = 1;
	if (write(3, &go, 1) != 1)
		_exit(125);
	close(3);
	for (int status; traces && waitpid(program, &status, __WALL) == program;) {
		if (!WIFSTOPPED(status))
			break; /* it died before */
		int by_exec = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);
		if (by_exec)
			hide_auxiliary(program);
		int signal = status >> 16 ? 0 : WSTOPSIG(status);
		ptrace(by_exec ? PTRACE_DETACH : PTRACE_CONT, program, NULL, (void *)(long)signal);
		if (by_exec)
			break;
	}
	supervise(listener);
	_exit(0);
}

static int usage(void)
{
	fprintf(stderr, "usage: oldkernel [-k VERSION] [-6] [-r FIFO] [-t SECONDS] [-l LOG] PROGRAM "
			"[ARGUMENT...]\n");
	return 125;
}

int main(int argc, char **argv)
{
	int option;
	unsigned a, b, c;
	while ((option = getopt(argc, argv, "+k:6r:t:l:")) != -1) {
		switch (option) {
		case 'k':
			if (sscanf(optarg, "%u.%u.%u", &a, &b, &c) != 3)
				return usage();
			wanted.kernel = V(a, b, c);
			wanted.release = optarg;
			break;
		case '6': wanted.no_ipv6 = 1; break;
		case 'r': wanted.random = optarg; break;
		case 't': wanted.shift = atoll(optarg); break;
		case 'l': wanted.log = optarg; break;
		default: return usage();
		}
	}
	if (optind >= argc)
		return usage();
	if (wanted.kernel != TODAY || wanted.shift)
		find_code(argv[optind]);

	int sockets[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		die("socketpair");
	pid_t self = getpid(), between = fork();
	if (between < 0)
		die("fork");
	if (!between) {
		pid_t supervisor = fork();
		if (!supervisor)
			be_supervisor(sockets[1], self, argv);
		_exit(supervisor < 0 ? 125 : 0);
	}
	close(sockets[1]);
	int status;
	if (waitpid(between, &status, 0) != between || status)
		die("fork");
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	int listener = set_filter();
	send_listener(sockets[0], listener);
	char go;
	if (read(sockets[0], &go, 1) != 1)
		die("supervisor");
	close(listener);
	close(sockets[0]);
	execv(argv[optind], argv + optind);
	die(argv[optind]);
}

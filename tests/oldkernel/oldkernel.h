/* What the parts of the launcher share; see oldkernel.c. */
#ifndef OLDKERNEL_H
#define OLDKERNEL_H

#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* A kernel's version as a number that compares. */
#define V(a, b, c) ((unsigned)(a) << 16 | (b) << 8 | (c))
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* What is imitated. */
struct wanted {
	unsigned kernel;      /* V(…); TODAY for no other kernel than the one that runs */
	const char *release;  /* its name, as uname tells */
	int no_ipv6;          /* the module is not loaded */
	const char *random;   /* a FIFO in the place of /dev/random */
	const char *log;      /* a file that refused calls are noted in */
	int64_t shift;        /* so many seconds later is it there */
	uint64_t from, until; /* where the program's code lies; everywhere: 0, UINT64_MAX */
};
#define TODAY V(255, 0, 0)
extern struct wanted wanted;

/* The numbers of one ABI's calls that more is asked about than whether they exist; -1: it has none. */
struct abi {
	uint32_t arch;
	int is_64;
	int socket, socketpair, socketcall, setsockopt, uname, epoll_ctl, getrandom;
	int time, gettimeofday, clock_gettime64;
	int fcntl, fcntl64, futex, clock_gettime, clock_nanosleep, timer_create, prctl, madvise, mlockall, clone;
	int path_first[12];  /* calls whose first argument is a path */
	int path_second[8]; /* and whose second one is, behind a directory */
	int open, openat;
};
extern const struct abi abis[2];
const struct abi *abi_of(uint32_t arch);
int is_younger(const struct abi *abi, int number);
const char *name_of(const struct abi *abi, int number);

/* filter.c: the filter, ready to be set. */
struct sock_fprog filter(void);

/* supervisor.c: answers the calls the filter hands over, until nobody is left to make any. */
void supervise(int listener);

/* proc.c: whether that kernel has a file of /proc or /sys, and one whose text it wrote otherwise: a
 * descriptor of such a text, -1 for a file that is as it was. `caller` is who asks. */
int is_there(const char *path);
int old_text(const char *path, pid_t caller);

#endif

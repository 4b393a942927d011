/*
 * /proc and /sys as an old kernel has them: files it lacks, and texts with less in them.
 *
 * From the history of the kernel and its documentation (proc(5) names versions); that a real one
 * writes exactly this is not claimed. What is here takes away, it never adds.
 */
#include "oldkernel.h"

#include <fnmatch.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct { const char *pattern; unsigned since; } younger[] = {
	{"/proc/*/smaps", V(2, 6, 14)},
	{"/proc/*/mountstats", V(2, 6, 17)},
	{"/sys/class/net/*/operstate", V(2, 6, 17)},
	{"/proc/*/io", V(2, 6, 20)},
	{"/proc/*/fdinfo*", V(2, 6, 22)},
	{"/proc/*/cgroup", V(2, 6, 24)},
	{"/proc/cgroups", V(2, 6, 24)},
	{"/proc/*/limits", V(2, 6, 24)},
	{"/proc/*/mountinfo", V(2, 6, 26)},
	{"/proc/*/comm", V(2, 6, 33)},
	{"/sys/class/net/*/duplex", V(2, 6, 33)},
	{"/sys/class/net/*/speed", V(2, 6, 33)},
	{"/proc/*/oom_score_adj", V(2, 6, 36)},
	{"/sys/fs/cgroup*", V(2, 6, 39)},
	{"/proc/*/ns*", V(3, 0, 0)},
	{"/proc/sys/net/ipv4/ping_group_range", V(3, 0, 0)},
	{"/proc/*/smaps_rollup", V(4, 14, 0)},
	{"/proc/pressure*", V(4, 20, 0)},
};

int is_there(const char *path)
{
	if (strncmp(path, "/proc/", 6) && strncmp(path, "/sys/", 5))
		return 1;
	for (int i = 0; i < COUNT(younger); i++)
		if (younger[i].since > wanted.kernel && !fnmatch(younger[i].pattern, path, 0))
			return 0;
	return 1;
}

/* A word that begins a line, and since when; a line that none of them begins is younger than all. */
struct word { const char *word; unsigned since; };

static const struct word of_status[] = {
	{"Name", 0}, {"State", 0}, {"SleepAVG", 0}, {"Tgid", 0}, {"Pid", 0}, {"PPid", 0},
	{"TracerPid", 0}, {"Uid", 0}, {"Gid", 0}, {"FDSize", 0}, {"Groups", 0}, {"VmSize", 0},
	{"VmLck", 0}, {"VmRSS", 0}, {"VmData", 0}, {"VmStk", 0}, {"VmExe", 0}, {"VmLib", 0},
	{"VmPTE", 0}, {"Threads", 0}, {"SigPnd", 0}, {"ShdPnd", 0}, {"SigBlk", 0}, {"SigIgn", 0},
	{"SigCgt", 0}, {"CapInh", 0}, {"CapPrm", 0}, {"CapEff", 0}, {"SigQ", V(2, 6, 12)},
	{"VmPeak", V(2, 6, 15)}, {"VmHWM", V(2, 6, 15)}, {"voluntary_ctxt_switches", V(2, 6, 23)},
	{"nonvoluntary_ctxt_switches", V(2, 6, 23)}, {"Cpus_allowed", V(2, 6, 24)},
	{"Mems_allowed", V(2, 6, 24)}, {"CapBnd", V(2, 6, 26)}, {"Cpus_allowed_list", V(2, 6, 26)},
	{"Mems_allowed_list", V(2, 6, 26)}, {"VmSwap", V(2, 6, 34)}, {NULL, 0},
};

static const struct word of_meminfo[] = {
	{"MemTotal", 0}, {"MemFree", 0}, {"Buffers", 0}, {"Cached", 0}, {"SwapCached", 0},
	{"Active", 0}, {"Inactive", 0}, {"HighTotal", 0}, {"HighFree", 0}, {"LowTotal", 0},
	{"LowFree", 0}, {"SwapTotal", 0}, {"SwapFree", 0}, {"Dirty", 0}, {"Writeback", 0},
	{"Mapped", 0}, {"Slab", 0}, {"CommitLimit", 0}, {"Committed_AS", 0}, {"PageTables", 0},
	{"VmallocTotal", 0}, {"VmallocUsed", 0}, {"VmallocChunk", 0}, {"HugePages_Total", 0},
	{"HugePages_Free", 0}, {"Hugepagesize", 0}, {"AnonPages", V(2, 6, 18)},
	{"NFS_Unstable", V(2, 6, 18)}, {"Bounce", V(2, 6, 18)}, {"SReclaimable", V(2, 6, 19)},
	{"SUnreclaim", V(2, 6, 19)}, {"HugePages_Rsvd", V(2, 6, 17)}, {"HugePages_Surp", V(2, 6, 24)},
	{"WritebackTmp", V(2, 6, 26)}, {"Active(anon)", V(2, 6, 28)}, {"Inactive(anon)", V(2, 6, 28)},
	{"Active(file)", V(2, 6, 28)}, {"Inactive(file)", V(2, 6, 28)}, {"Unevictable", V(2, 6, 28)},
	{"Mlocked", V(2, 6, 28)}, {"Shmem", V(2, 6, 32)}, {"KernelStack", V(2, 6, 32)}, {NULL, 0},
};

static int is_known(const struct word *words, const char *line)
{
	for (; words->word; words++) {
		size_t length = strlen(words->word);
		if (!strncmp(line, words->word, length) && line[length] == ':')
			return words->since <= wanted.kernel;
	}
	return 0;
}

/* Cuts a line behind its n-th word. */
static void keep_words(char *line, int count)
{
	while (*line && *line != '\n') {
		line += strspn(line, " ");
		if (!count--)
			break;
		line += strcspn(line, " \n");
	}
	strcpy(line, "\n");
}

/* One process's numbers: the words behind its name, the first two of all not counted. */
static void edit_stat(char *line)
{
	unsigned kernel = wanted.kernel;
	int last = kernel < V(2, 6, 18) ? 41 : kernel < V(2, 6, 24) ? 42 : kernel < V(3, 3, 0) ? 44
		: kernel < V(3, 5, 0) ? 47 : 52;
	char *behind = strrchr(line, ')');
	if (behind)
		keep_words(behind + 1, last - 2);
}

static void edit_machine(char *line)
{
	if (!strncmp(line, "cpu", 3)) /* stolen time 2.6.11, that of guests 2.6.24 and 2.6.33 */
		keep_words(line, wanted.kernel < V(2, 6, 24) ? 9 : wanted.kernel < V(2, 6, 33) ? 10 : 11);
	else if (!strncmp(line, "softirq ", 8) && wanted.kernel < V(2, 6, 31))
		*line = 0;
}

static void edit_disk(char *line)
{
	char name[64], path[80];
	unsigned major, minor;
	unsigned long long n[8];
	struct stat there;
	if (sscanf(line, "%u %u %63s %llu %llu %llu %llu %llu %llu %llu %llu", &major, &minor, name,
		   n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7) != 11)
		return;
	snprintf(path, sizeof path, "/sys/block/%s", name);
	if (wanted.kernel < V(2, 6, 25) && stat(path, &there)) /* a partition had four figures */
		sprintf(line, "%4u %4u %s %llu %llu %llu %llu\n", major, minor, name, n[0], n[2], n[4],
			n[6]);
	else if (wanted.kernel < V(4, 18, 0))
		keep_words(line, 14);
}

static void edit_status(char *line)
{
	if (!is_known(of_status, line))
		*line = 0;
}

static void edit_meminfo(char *line)
{
	if (!is_known(of_meminfo, line))
		*line = 0;
}

static const struct { const char *pattern; void (*edit)(char *line); } texts[] = {
	{"/proc/[0-9s]*/stat", edit_stat},     {"/proc/[0-9s]*/status", edit_status},
	{"/proc/meminfo", edit_meminfo}, {"/proc/stat", edit_machine},
	{"/proc/diskstats", edit_disk},
};

int old_text(const char *path, pid_t caller)
{
	char real[320];
	int kind = 0;
	while (kind < COUNT(texts) && fnmatch(texts[kind].pattern, path, FNM_PATHNAME))
		kind++;
	if (kind == COUNT(texts))
		return -1;
	if (!strncmp(path, "/proc/self/", 11))
		snprintf(real, sizeof real, "/proc/%d/%s", (int)caller, path + 11);
	else /* the caller may see another /proc than we do */
		snprintf(real, sizeof real, "/proc/%d/root%s", (int)caller, path);
	FILE *young = fopen(real, "re");
	if (!young)
		return -1;
	int old = memfd_create("old", MFD_CLOEXEC);
	FILE *out = old < 0 ? NULL : fdopen(dup(old), "w");
	char *line = NULL;
	size_t room = 0;
	ssize_t length = 0;
	while (out && (length = getline(&line, &room, young)) > 0) {
		texts[kind].edit(line);
		fputs(line, out);
	}
	int is_whole = out && !ferror(young);
	is_whole &= out && fclose(out) == 0;
	free(line);
	fclose(young);
	if (!is_whole && old >= 0)
		close(old);
	if (!is_whole)
		return -1;
	lseek(old, 0, SEEK_SET);
	return old;
}

#include "queue/lease.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/secret.h"

/* An owner in its parts: host:place:pid:start time:random. */
struct owner {
	char place[17];
	long pid;
	unsigned long long start;
};

static bool
read_line(const char *path, char *out, size_t room)
{
	FILE *in = fopen(path, "re");
	bool got;

	if (in == NULL)
		return false;
	got = fgets(out, (int)room, in) != NULL;
	(void)fclose(in);
	return got;
}

/*
 * State and start time of a process, fields 3 and 22 of its stat line. The name
 * in field 2 may hold anything, so we count from its last parenthesis.
 */
static bool
read_stat(const char *path, long *pid, char *state, unsigned long long *start)
{
	char line[1024];
	const char *rest;

	if (!read_line(path, line, sizeof(line)))
		return false;
	*pid = strtol(line, NULL, 10);
	rest = strrchr(line, ')');
	return rest != NULL &&
	       sscanf(rest + 1,
		      " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		      "%*s %*s %*s %*s %*s %llu",
		      state, start) == 2;
}

/*
 * Which boot and which process namespace: only within both does a pid say who
 * it is. "-" where the machine hides it (or /proc shows another namespace than
 * ours); nobody is then ever taken for gone.
 */
static void
own_place(char out[17])
{
	char boot[64] = "", space[64], text[130], hex[65];
	unsigned char hash[32];
	unsigned long long start;
	long pid = 0;
	char state;
	ssize_t length =
		readlink("/proc/self/ns/pid", space, sizeof(space) - 1);

	(void)snprintf(out, 17, "-");
	if (length <= 0 ||
	    !read_line("/proc/sys/kernel/random/boot_id", boot, sizeof(boot)) ||
	    !read_stat("/proc/self/stat", &pid, &state, &start) ||
	    pid != (long)getpid())
		return;
	space[length] = '\0';
	(void)snprintf(text, sizeof(text), "%s%s", boot, space);
	hash_sha256(text, strlen(text), hash);
	(void)snprintf(out, 17, "%.16s", hash_text(hash, hex));
}

void
lease_owner(char out[OWNER_MAX])
{
	char host[65] = "", place[17], hex[65];
	unsigned char random[32];
	unsigned long long start = 0;
	long pid;
	char state;

	(void)gethostname(host, sizeof(host) - 1);
	for (char *c = host; *c != '\0'; c++)
		if (*c == ':')
			*c = '-';
	own_place(place);
	(void)read_stat("/proc/self/stat", &pid, &state, &start);
	random_bytes(random, sizeof(random));
	(void)snprintf(out, OWNER_MAX, "%s:%s:%ld:%llu:%.12s", host, place,
		       (long)getpid(), start, hash_text(random, hex));
}

static bool
owner_read(const char *text, struct owner *out)
{
	const char *rest = strchr(text, ':');

	return rest != NULL &&
	       sscanf(rest, ":%16[0-9a-f]:%ld:%llu:", out->place, &out->pid,
		      &out->start) == 3;
}

bool
lease_owner_is_gone(const char *owner)
{
	struct owner who;
	char place[17], path[40], state;
	unsigned long long start;
	long pid;

	own_place(place);
	if (!owner_read(owner, &who) || strcmp(who.place, place) != 0 ||
	    who.pid <= 0 || !OB_GUARD("lease.owner_gone"))
		return false;
	/* Not by /proc alone: it may hide the processes of other users. */
	if (kill((pid_t)who.pid, 0) != 0 && errno == ESRCH)
		return true;
	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", who.pid);
	if (!read_stat(path, &pid, &state, &start))
		return false;
	/* Its number was given to another, or only its parent still knows it.
	 */
	return start != who.start || state == 'Z' || state == 'X';
}

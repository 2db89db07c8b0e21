/*
 * Preloaded into the program (LD_PRELOAD) to end it at its n-th call of the
 * machine, or to make that call fail, as a crash or a bad disk would:
 *   OBF_PLAN=kill:CALL:N:before|after   SIGKILL around the N-th call
 *   OBF_PLAN=errno:CALL:NAME:N          the N-th call fails with ECONNRESET,
 * ... OBF_PLAN=enospc:write:PREFIX        writes to files below PREFIX fail
 * CALL is send, write, rename, fsync or any. OBF_COUNT=FILE receives the number
 * of calls when the program ends by itself.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static unsigned long calls;

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* The plan's n-th word; "" when there is none. */
static const char *
word(size_t n, char out[256])
{
	const char *plan = getenv("OBF_PLAN");
	size_t length;

	out[0] = '\0';
	for (; plan && n > 0; n--) {
		plan = strchr(plan, ':');
		plan = plan ? plan + 1 : NULL;
	}
	if (plan == NULL)
		return out;
	length = strcspn(plan, ":");
	if (length > 255)
		length = 255;
	memcpy(out, plan, length);
	out[length] = '\0';
	return out;
}

static int
plan_is(const char *kind, const char *call)
{
	char a[256], b[256];

	return strcmp(word(0, a), kind) == 0 &&
	       (strcmp(word(1, b), "any") == 0 || strcmp(b, call) == 0);
}

static void
strike(const char *call, const char *side)
{
	char nth[256], when[256];

	if (plan_is("kill", call) && strtoul(word(2, nth), NULL, 10) == calls &&
	    strcmp(word(3, when), side) == 0)
		(void)kill(getpid(), SIGKILL);
}

/* Whether this call fails by the plan; sets errno then. */
static int
fails(const char *call)
{
	static const struct {
		const char *name;
		int number;
	} names[] = {{"ECONNRESET", ECONNRESET},
		     {"EPIPE", EPIPE},
		     {"ENOSPC", ENOSPC},
		     {"EIO", EIO}};
	char name[256], nth[256];

	if (!plan_is("errno", call) || strtoul(word(3, nth), NULL, 10) != calls)
		return 0;
	(void)word(2, name);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, name) == 0)
			errno = names[i].number;
	return 1;
}

static int
disk_is_full(int fd)
{
	char prefix[256], link[64], path[4096];
	ssize_t length;

	if (!plan_is("enospc", "write"))
		return 0;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	(void)word(2, prefix);
	if (length <= 0 || strncmp(path, prefix, strlen(prefix)) != 0)
		return 0;
	errno = ENOSPC;
	return 1;
}

/* One call: counted, struck before, made or failed, struck after. */
#define AROUND(call, failed, make)           \
	do {                                 \
		calls++;                     \
		strike(call, "before");      \
		if ((failed) || fails(call)) \
			return -1;           \
		result = (make);             \
		strike(call, "after");       \
		return result;               \
	} while (0)

ssize_t
send(int fd, const void *bytes, size_t length, int flags)
{
	ssize_t (*make)(int, const void *, size_t, int);
	ssize_t result;

	*(void **)&make = real("send");
	AROUND("send", 0, make(fd, bytes, length, flags));
}

ssize_t
sendto(int fd, const void *bytes, size_t length, int flags,
       const struct sockaddr *to, socklen_t to_length)
{
	ssize_t (*make)(int, const void *, size_t, int, const struct sockaddr *,
			socklen_t);
	ssize_t result;

	*(void **)&make = real("sendto");
	AROUND("send", 0, make(fd, bytes, length, flags, to, to_length));
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t (*make)(int, const struct msghdr *, int);
	ssize_t result;

	*(void **)&make = real("sendmsg");
	AROUND("send", 0, make(fd, message, flags));
}

ssize_t
write(int fd, const void *bytes, size_t length)
{
	ssize_t (*make)(int, const void *, size_t);
	ssize_t result;

	*(void **)&make = real("write");
	AROUND("write", disk_is_full(fd), make(fd, bytes, length));
}

int
rename(const char *from, const char *to)
{
	int (*make)(const char *, const char *);
	int result;

	*(void **)&make = real("rename");
	AROUND("rename", 0, make(from, to));
}

int
fsync(int fd)
{
	int (*make)(int);
	int result;

	*(void **)&make = real("fsync");
	AROUND("fsync", 0, make(fd));
}

__attribute__((destructor)) static void
tell_count(void)
{
	const char *path = getenv("OBF_COUNT");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (file == NULL)
		return;
	(void)fprintf(file, "%lu\n", calls);
	(void)fclose(file);
}

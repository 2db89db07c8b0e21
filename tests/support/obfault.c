/*
 * libobfault.so, for LD_PRELOAD: makes a program die, or a call of it fail, at
 * an exact point (RELIABILITY 7.2). The plan stands in OBF_PLAN, several parted
 * by commas:
 *
 *   kill:send:17:after      dies after the 17th send (before: instead of it);
 *                           "any" counts all calls that leave something behind
 *   errno:recv:ECONNRESET:5 the 5th recv fails with ECONNRESET, and does
 * nothing enospc:write:/var/log   each write to a file of this beginning fails
 *   malloc:1234             the 1234th allocation of memory fails
 *   clock:+7200             the machine's clock is two hours ahead
 *   dns:NONAME              no name exists (AGAIN: no server can be asked)
 *   names:10.1.2.3+::1/9.9.9.9  the first name that is looked up has these two
 *                           addresses, each later one the last that is written;
 *                           to whom remembers it, each answer is too old
 *   route:10.1.2.3:8443     who connects to that address of IPv4 reaches this
 *                           port of 127.0.0.1
 *
 * OBF_LOG=FILE gets a line with its name for each call that "any" counts, so
 * that a sweep knows how many points there are.
 *
 * What libc calls inside itself (stdio, for example) passes by. The counters
 * are variables of this library: calls of libc have no object to keep them in.
 */

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Up to EFFECTS they leave something behind, on a disk or in another process.
 */
enum call {
	SEND,
	SENDTO,
	SENDMSG,
	WRITE,
	WRITEV,
	RENAME,
	FSYNC,
	FDATASYNC,
	EFFECTS,
	RECV = EFFECTS,
	RECVFROM,
	READ,
	CONNECT,
	POLL,
	CALLS
};

static const char *const call_name[CALLS] = {
	[SEND] = "send",       [SENDTO] = "sendto",
	[SENDMSG] = "sendmsg", [WRITE] = "write",
	[WRITEV] = "writev",   [RENAME] = "rename",
	[FSYNC] = "fsync",     [FDATASYNC] = "fdatasync",
	[RECV] = "recv",       [RECVFROM] = "recvfrom",
	[READ] = "read",       [CONNECT] = "connect",
	[POLL] = "poll",
};

static const struct {
	const char *name;
	int number;
} errors[] = {
	{"ECONNRESET", ECONNRESET},
	{"EPIPE", EPIPE},
	{"ETIMEDOUT", ETIMEDOUT},
	{"ECONNREFUSED", ECONNREFUSED},
	{"EIO", EIO},
	{"ENOSPC", ENOSPC},
	{"EINTR", EINTR},
};

static unsigned long passes[CALLS], effects;

/* A call that is being made: which one, and which number it has. */
struct turn {
	enum call call;
	unsigned long nth, effect;
};

/* The function that the program meant. */
static void *
real(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (found == NULL)
		abort();
	return found;
}

#define REAL(name) ((__typeof__(&name))real(#name))

/* The nth word of a plan, parted by colons; "" after the last. */
static void
word_of(const char *plan, unsigned nth, char *out, size_t room)
{
	size_t length;

	for (; nth > 0; nth--) {
		plan += strcspn(plan, ":,");
		if (*plan != ':')
			break;
		plan++;
	}
	length = nth > 0 ? 0 : strcspn(plan, ":,");
	if (length >= room)
		length = room - 1;
	memcpy(out, plan, length);
	out[length] = '\0';
}

/* Calls each of the plans; the first that says true ends it. */
static bool
any_plan(bool (*meant)(const char *plan, const struct turn *turn,
		       const void *more),
	 const struct turn *turn, const void *more)
{
	const char *plan = getenv("OBF_PLAN");

	while (plan != NULL && *plan != '\0') {
		if (meant(plan, turn, more))
			return true;
		plan += strcspn(plan, ",");
		plan += *plan == ',';
	}
	return false;
}

static bool
kills(const char *plan, const struct turn *turn, const void *side)
{
	char word[16], name[16], nth[24], when[16];
	bool any;

	word_of(plan, 0, word, sizeof(word));
	word_of(plan, 1, name, sizeof(name));
	word_of(plan, 2, nth, sizeof(nth));
	word_of(plan, 3, when, sizeof(when));
	any = strcmp(name, "any") == 0 && turn->call < EFFECTS;
	return strcmp(word, "kill") == 0 && strcmp(when, side) == 0 &&
	       (any || strcmp(name, call_name[turn->call]) == 0) &&
	       strtoul(nth, NULL, 10) == (any ? turn->effect : turn->nth);
}

static bool
fails(const char *plan, const struct turn *turn, const void *nothing)
{
	char word[16], name[16], error[24], nth[24];

	(void)nothing;
	word_of(plan, 0, word, sizeof(word));
	word_of(plan, 1, name, sizeof(name));
	word_of(plan, 2, error, sizeof(error));
	word_of(plan, 3, nth, sizeof(nth));
	if (strcmp(word, "errno") != 0 ||
	    strcmp(name, call_name[turn->call]) != 0 ||
	    strtoul(nth, NULL, 10) != turn->nth)
		return false;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, error) == 0)
			errno = errors[i].number;
	return true;
}

static bool
is_full(const char *plan, const struct turn *turn, const void *file)
{
	char word[16], name[16], beginning[256], link[40], path[512];
	ssize_t length;

	word_of(plan, 0, word, sizeof(word));
	word_of(plan, 1, name, sizeof(name));
	word_of(plan, 2, beginning, sizeof(beginning));
	if (strcmp(word, "enospc") != 0 ||
	    strcmp(name, call_name[turn->call]) != 0)
		return false;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d",
		       *(const int *)file);
	length = readlink(link, path, sizeof(path) - 1);
	if (length <= 0)
		return false;
	path[length] = '\0';
	if (strncmp(path, beginning, strlen(beginning)) != 0)
		return false;
	errno = ENOSPC;
	return true;
}

static void
die(void)
{
	(void)kill(getpid(), SIGKILL);
}

/* By the system call itself, so that it does not count itself. */
static void
log_call(const struct turn *turn)
{
	const char *path = getenv("OBF_LOG");
	char line[24];
	int length, file;

	if (path == NULL || turn->call >= EFFECTS)
		return;
	length = snprintf(line, sizeof(line), "%s\n", call_name[turn->call]);
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (file < 0)
		return;
	(void)!syscall(SYS_write, file, line, (size_t)length);
	(void)close(file);
}

/* Before a call: false when it has to fail, with errno set. file -1: none. */
static bool
begin(struct turn *turn, enum call call, int file)
{
	int saved = errno;

	*turn = (struct turn){.call = call};
	turn->nth = __atomic_add_fetch(&passes[call], 1, __ATOMIC_RELAXED);
	if (call < EFFECTS)
		turn->effect =
			__atomic_add_fetch(&effects, 1, __ATOMIC_RELAXED);
	log_call(turn);
	if (any_plan(kills, turn, "before"))
		die();
	if (any_plan(fails, turn, NULL) ||
	    (file >= 0 && any_plan(is_full, turn, &file)))
		return false;
	errno = saved;
	return true;
}

static void
end(const struct turn *turn)
{
	int saved = errno;

	if (any_plan(kills, turn, "after"))
		die();
	errno = saved;
}

static bool
is_route(const char *plan, const struct turn *turn, const void *to)
{
	char word[16], address[INET_ADDRSTRLEN], port[8];
	struct sockaddr_in *const there = *(struct sockaddr_in *const *)to;
	struct in_addr from;

	(void)turn;
	word_of(plan, 0, word, sizeof(word));
	word_of(plan, 1, address, sizeof(address));
	word_of(plan, 2, port, sizeof(port));
	if (strcmp(word, "route") != 0 ||
	    inet_pton(AF_INET, address, &from) != 1 ||
	    from.s_addr != there->sin_addr.s_addr)
		return false;
	there->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	there->sin_port = htons((in_port_t)strtoul(port, NULL, 10));
	return true;
}

/* Where a connection really goes: to itself, or to what stands in room. */
static const struct sockaddr *
routed(const struct sockaddr *to, struct sockaddr_in *room)
{
	if (to->sa_family != AF_INET)
		return to;
	memcpy(room, to, sizeof(*room));
	return any_plan(is_route, NULL, &room)
		       ? (const struct sockaddr *)(const void *)room
		       : to;
}

/* The same for each call: what it returns, its parameters, its arguments. */
#define INTERPOSE(number, type, name, parameters, file, arguments) \
	type name parameters;                                      \
	type name parameters                                       \
	{                                                          \
		struct turn turn;                                  \
		type done = -1;                                    \
                                                                   \
		if (begin(&turn, number, file))                    \
			done = REAL(name) arguments;               \
		end(&turn);                                        \
		return done;                                       \
	}

/* clang-format off */
INTERPOSE(SEND, ssize_t, send,
	  (int fd, const void *bytes, size_t count, int flags),
	  fd, (fd, bytes, count, flags))
INTERPOSE(SENDTO, ssize_t, sendto,
	  (int fd, const void *bytes, size_t count, int flags,
	   const struct sockaddr *to, socklen_t length),
	  fd, (fd, bytes, count, flags, to, length))
INTERPOSE(SENDMSG, ssize_t, sendmsg,
	  (int fd, const struct msghdr *message, int flags),
	  fd, (fd, message, flags))
INTERPOSE(WRITE, ssize_t, write,
	  (int fd, const void *bytes, size_t count),
	  fd, (fd, bytes, count))
INTERPOSE(WRITEV, ssize_t, writev,
	  (int fd, const struct iovec *part, int count),
	  fd, (fd, part, count))
INTERPOSE(RENAME, int, rename,
	  (const char *from, const char *to),
	  -1, (from, to))
INTERPOSE(FSYNC, int, fsync, (int fd), fd, (fd))
INTERPOSE(FDATASYNC, int, fdatasync, (int fd), fd, (fd))
INTERPOSE(RECV, ssize_t, recv,
	  (int fd, void *bytes, size_t count, int flags),
	  fd, (fd, bytes, count, flags))
INTERPOSE(RECVFROM, ssize_t, recvfrom,
	  (int fd, void *restrict bytes, size_t count, int flags,
	   struct sockaddr *restrict from, socklen_t *restrict length),
	  fd, (fd, bytes, count, flags, from, length))
INTERPOSE(READ, ssize_t, read,
	  (int fd, void *bytes, size_t count),
	  fd, (fd, bytes, count))
INTERPOSE(CONNECT, int, connect,
	  (int fd, const struct sockaddr *to, socklen_t length),
	  fd, (fd, routed(to, &(struct sockaddr_in){0}), length))
INTERPOSE(POLL, int, poll,
	  (struct pollfd *files, nfds_t count, int wait_ms),
	  -1, (files, count, wait_ms))
/* clang-format on */

static bool
shifts_clock(const char *plan, const struct turn *turn, const void *out)
{
	char word[16], seconds[24];

	(void)turn;
	word_of(plan, 0, word, sizeof(word));
	word_of(plan, 1, seconds, sizeof(seconds));
	if (strcmp(word, "clock") != 0)
		return false;
	/* any_plan hands on what it was given; this one is ours to change. */
	**(struct timespec *const *)out =
		(struct timespec){.tv_sec = strtol(seconds, NULL, 10)};
	return true;
}

/* Only the time of day: what counts from the boot knows no wrong clock. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	struct timespec shift = {0};
	struct timespec *const out = &shift;
	int done = REAL(clock_gettime)(clock, now);

	if (done == 0 && clock == CLOCK_REALTIME) {
		(void)any_plan(shifts_clock, NULL, &out);
		now->tv_sec += shift.tv_sec;
	}
	return done;
}

static bool
breaks_names(const char *plan, const struct turn *turn, const void *out)
{
	char word[16], error[24];

	(void)turn;
	word_of(plan, 0, word, sizeof(word));
	word_of(plan, 1, error, sizeof(error));
	if (strcmp(word, "dns") != 0)
		return false;
	**(int *const *)out =
		strcmp(error, "NONAME") == 0 ? EAI_NONAME : EAI_AGAIN;
	return true;
}

static unsigned long lookups;

/* Hands back a list of the addresses between two slashes. */
static struct addrinfo *
addresses_of(const char *text, size_t length, const char *restrict service,
	     const struct addrinfo *restrict hints)
{
	struct addrinfo literal = {.ai_flags = AI_NUMERICHOST};
	struct addrinfo *first = NULL, **last = &first;
	char one[INET6_ADDRSTRLEN];
	size_t part;

	if (hints != NULL)
		literal.ai_socktype = hints->ai_socktype;
	for (; length > 0; text += part, length -= part) {
		part = strcspn(text, "+/,");
		(void)snprintf(one, sizeof(one), "%.*s", (int)part, text);
		if (REAL(getaddrinfo)(one, service, &literal, last) != 0)
			abort();
		while (*last != NULL)
			last = &(*last)->ai_next;
		part += part < length;
	}
	return first;
}

/* What a plan of names looks for, and what it found. */
struct names {
	const char *answer;
	size_t length;
};

static bool
has_names(const char *plan, const struct turn *turn, const void *out)
{
	struct names *const names = *(struct names *const *)out;
	unsigned long nth;

	(void)turn;
	if (strncmp(plan, "names:", 6) != 0)
		return false;
	names->answer = plan + 6;
	for (nth = __atomic_fetch_add(&lookups, 1, __ATOMIC_RELAXED);; nth--) {
		names->length = strcspn(names->answer, "/,");
		if (nth == 0 || names->answer[names->length] != '/')
			return true;
		names->answer += names->length + 1;
	}
}

/* By this clock libcurl tells how old an answer is, which it uses for 60 s. */
time_t
time(time_t *out)
{
	static unsigned long looks;
	time_t now = REAL(time)(NULL);

	if (__atomic_load_n(&lookups, __ATOMIC_RELAXED) > 0)
		now += 120 *
		       (time_t)__atomic_fetch_add(&looks, 1, __ATOMIC_RELAXED);
	if (out != NULL)
		*out = now;
	return now;
}

/* Addresses stay what they are, so that a database by TCP is reached. */
int
getaddrinfo(const char *restrict host, const char *restrict service,
	    const struct addrinfo *restrict hints,
	    struct addrinfo **restrict found)
{
	const struct addrinfo literal = {.ai_flags = AI_NUMERICHOST};
	int error = REAL(getaddrinfo)(host, NULL, &literal, found);
	int *const out = &error;
	struct names names, *const place = &names;

	if (error == 0) {
		freeaddrinfo(*found);
	} else if (any_plan(has_names, NULL, &place)) {
		*found = addresses_of(names.answer, names.length, service,
				      hints);
		return 0;
	} else if (any_plan(breaks_names, NULL, &out)) {
		return error;
	}
	return REAL(getaddrinfo)(host, service, hints, found);
}

int
res_nquery(res_state resolver, const char *name, int class, int type,
	   unsigned char *answer, int room)
{
	int error = 0;
	int *const out = &error;

	if (!any_plan(breaks_names, NULL, &out))
		return REAL(res_nquery)(resolver, name, class, type, answer,
					room);
	resolver->res_h_errno =
		error == EAI_NONAME ? HOST_NOT_FOUND : TRY_AGAIN;
	return -1;
}

static unsigned long allocations;

/* What glibc's own names do: dlsym() itself asks for memory. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

/* By hand, since words of a plan are read by functions that allocate. */
static bool
is_refused(void)
{
	const unsigned long nth =
		__atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
	const char *plan = getenv("OBF_PLAN");
	unsigned long wanted = 0;

	if (plan == NULL || strncmp(plan, "malloc:", 7) != 0)
		return false;
	for (plan += 7; *plan >= '0' && *plan <= '9'; plan++)
		wanted = wanted * 10 + (unsigned long)(*plan - '0');
	if (nth != wanted)
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(old, size);
}

/* OBF_COUNT=FILE: how many allocations there were, told at the end. */
__attribute__((destructor)) static void
tell_allocations(void)
{
	const char *path = getenv("OBF_COUNT");
	FILE *file = path != NULL ? fopen(path, "we") : NULL;

	if (file == NULL)
		return;
	(void)fprintf(file, "%lu\n", allocations);
	(void)fclose(file);
}

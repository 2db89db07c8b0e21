#include "net/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { PARAMS_MAX = 200, PARAMS_BYTES = 64 * 1024, SILENCE_S = 10 };

struct fcgi {
	int socket;
	int waiting;  /* epoll's, on the socket */
	bool is_ours; /* made here, so removed here */
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	FCGX_Request request;
};

static bool
must_be_private(int socket, struct err *e)
{
	struct sockaddr_un at = {0};
	socklen_t length = sizeof(at);
	struct stat file;

	if (getsockname(socket, (struct sockaddr *)&at, &length) != 0) {
		err_set(e, ERR_INPUT, "standard input is no socket");
		return err_hint(e, "start it by systemd, spawn-fcgi or "
				   "mod_fcgid, or give --socket=PATH");
	}
	if (at.sun_family != AF_UNIX) {
		err_set(e, ERR_DENIED, "FastCGI over TCP is refused");
		return err_hint(e, "let the web server use a unix socket");
	}
	if (at.sun_path[0] != '\0' && stat(at.sun_path, &file) == 0 &&
	    (file.st_mode & S_IWOTH) != 0) {
		err_set(e, ERR_DENIED, "everybody may write to %s",
			at.sun_path);
		return err_hint(e, "chmod 0660 %s", at.sun_path);
	}
	return true;
}

static bool
make_socket(struct fcgi *fcgi, const char *path, struct err *e)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const mode_t before = umask(0117);
	bool bound;

	fcgi->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (strlen(path) >= sizeof(at.sun_path)) {
		umask(before);
		return err_set(e, ERR_INPUT, "socket %s: longer than %zu", path,
			       sizeof(at.sun_path) - 1);
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	(void)unlink(path);
	bound = fcgi->socket >= 0 &&
		bind(fcgi->socket, (struct sockaddr *)&at, sizeof(at)) == 0 &&
		listen(fcgi->socket, 128) == 0;
	umask(before);
	if (!bound)
		return err_set(e, ERR_PERMANENT, "socket %s: %s", path,
			       strerror(errno));
	memcpy(fcgi->path, path, strlen(path) + 1);
	fcgi->is_ours = true;
	return true;
}

bool
fcgi_open(struct fcgi **out, const char *path, struct err *e)
{
	struct epoll_event new_one = {.events = EPOLLIN | EPOLLEXCLUSIVE};
	struct fcgi *fcgi = calloc(1, sizeof(*fcgi));

	*out = fcgi;
	if (fcgi != NULL)
		fcgi->waiting = -1;
	if (fcgi == NULL || FCGX_Init() != 0 ||
	    FCGX_InitRequest(&fcgi->request, -1, 0) != 0)
		return err_set(e, ERR_FATAL, "no memory for FastCGI");
	if (path != NULL ? !make_socket(fcgi, path, e)
			 : !must_be_private(fcgi->socket, e))
		return false;
	/*
	 * Several processes wait for one connection: who comes late must not
	 * stay in accept(), where it would not hear a signal to end.
	 */
	(void)fcntl(fcgi->socket, F_SETFL,
		    fcntl(fcgi->socket, F_GETFL) | O_NONBLOCK);
	fcgi->waiting = epoll_create1(EPOLL_CLOEXEC);
	if (fcgi->waiting < 0 || epoll_ctl(fcgi->waiting, EPOLL_CTL_ADD,
					   fcgi->socket, &new_one) != 0)
		return err_set(e, ERR_FATAL, "wait for requests: %s",
			       strerror(errno));
	return true;
}

void
fcgi_stop_listening(struct fcgi *fcgi)
{
	if (fcgi->is_ours)
		(void)unlink(fcgi->path);
	if (fcgi->waiting >= 0)
		(void)close(fcgi->waiting);
	if (fcgi->socket >= 0)
		(void)close(fcgi->socket);
	fcgi->socket = fcgi->waiting = -1;
	fcgi->is_ours = false;
}

void
fcgi_close(struct fcgi *fcgi)
{
	if (fcgi == NULL)
		return;
	FCGX_Free(&fcgi->request, 1);
	fcgi_stop_listening(fcgi);
	free(fcgi);
}

/*
 * A signal that comes before the wait is kept back until the wait hears it. One
 * process is woken for one connection, not all that wait (EPOLLEXCLUSIVE).
 */
static bool
wait_readable(const struct fcgi *fcgi, int64_t wait_ms)
{
	struct epoll_event event;
	sigset_t ends, before;
	int ready;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, &before);
	ready = epoll_pwait(fcgi->waiting, &event, 1, (int)wait_ms, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ready > 0;
}

/* Under load the next one is there already, and nobody has to wait for it. */
static int
next_peer(const struct fcgi *fcgi, int64_t wait_ms)
{
	int peer = accept4(fcgi->socket, NULL, NULL, SOCK_CLOEXEC);

	if (peer < 0 && wait_ms > 0 && wait_readable(fcgi, wait_ms))
		peer = accept4(fcgi->socket, NULL, NULL, SOCK_CLOEXEC);
	return peer;
}

bool
fcgi_accept(struct fcgi *fcgi, int64_t wait_ms)
{
	const struct timeval silence = {.tv_sec = SILENCE_S};
	const int peer = next_peer(fcgi, wait_ms);

	if (peer < 0)
		return false;
	(void)setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &silence,
			 sizeof(silence));
	(void)setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &silence,
			 sizeof(silence));
	/*
	 * libfcgi takes a connection that is there, if it was told to keep it;
	 * for another one it would ask the listening socket, which it does not
	 * have.
	 */
	fcgi->request.ipcFd = peer;
	fcgi->request.keepConnection = 1;
	if (FCGX_Accept_r(&fcgi->request) == 0)
		return true;
	FCGX_Free(&fcgi->request, 1);
	return false;
}

const char *
fcgi_param(const struct fcgi *fcgi, const char *name)
{
	return FCGX_GetParam(name, fcgi->request.envp);
}

void
fcgi_param_lines(const struct fcgi *fcgi, const char *name, struct strbuf *out)
{
	const size_t length = strlen(name);

	for (char **at = fcgi->request.envp; *at != NULL; at++) {
		if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
			strbuf_addf(out, "%s%s", out->len == 0 ? "" : ", ",
				    *at + length + 1);
	}
}

bool
fcgi_params_are_too_many(const struct fcgi *fcgi)
{
	size_t count = 0, bytes = 0;

	for (char **at = fcgi->request.envp; *at != NULL; at++) {
		count++;
		bytes += strlen(*at);
	}
	return count > PARAMS_MAX || bytes > PARAMS_BYTES;
}

static bool
too_large(const struct strbuf *out, struct err *e)
{
	err_set(e, ERR_INPUT, "the body is larger than %zu KiB",
		out->ceiling / 1024);
	return err_as(e, OB_TOO_LARGE);
}

bool
fcgi_body(struct fcgi *fcgi, struct strbuf *out, struct err *e)
{
	const char *announced = fcgi_param(fcgi, "CONTENT_LENGTH");
	const unsigned long length =
		announced == NULL ? 0 : strtoul(announced, NULL, 10);
	char piece[16 * 1024];
	int got;

	if (length > out->ceiling)
		return too_large(out, e);
	while ((got = FCGX_GetStr(piece, sizeof(piece), fcgi->request.in)) >
	       0) {
		if (out->len + (size_t)got > out->ceiling)
			return too_large(out, e);
		strbuf_addn(out, piece, (size_t)got);
	}
	if (FCGX_GetError(fcgi->request.in) != 0 || out->len < length) {
		err_set(e, ERR_INPUT, "the body ended after %zu of %lu bytes",
			out->len, length);
		return err_as(e, OB_TIMEOUT);
	}
	return strbuf_check(out, e);
}

/*
 * Whether all that the web server sends was read. Of a request without a body
 * the mark of its end is left, which came with the request.
 */
static bool
is_read(struct fcgi *fcgi)
{
	const char *announced = fcgi_param(fcgi, "CONTENT_LENGTH");

	if (announced == NULL || strtoul(announced, NULL, 10) == 0)
		(void)FCGX_GetChar(fcgi->request.in);
	return FCGX_HasSeenEOF(fcgi->request.in) != 0 &&
	       FCGX_GetError(fcgi->request.in) == 0;
}

/*
 * Whatever the server asked for: no connection is kept. libfcgi waits until the
 * server has closed its end, so that what it still sends does no harm; where
 * nothing can come any more, that is a wait for nothing.
 */
static void
end_request(struct fcgi *fcgi)
{
	fcgi->request.keepConnection = is_read(fcgi);
	FCGX_Finish_r(&fcgi->request);
	if (fcgi->request.ipcFd >= 0)
		(void)close(fcgi->request.ipcFd);
	fcgi->request.ipcFd = -1;
	FCGX_Free(&fcgi->request, 0);
}

void
fcgi_answer(struct fcgi *fcgi, unsigned status, const char *headers,
	    const char *body, size_t length)
{
	FCGX_Stream *out = fcgi->request.out;

	(void)FCGX_FPrintF(out, "Status: %u\r\n", status);
	(void)FCGX_PutS(headers, out);
	(void)FCGX_PutS("\r\n", out);
	if (length > 0)
		(void)FCGX_PutStr(body, (int)length, out);
	end_request(fcgi);
}

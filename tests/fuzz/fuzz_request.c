/* Records of FastCGI by a socket, as whoever can write to it may send them; and
 * the cookies and logins in the headers that come by them. Each record: its
 * type, its request's id, its length, one byte of nothing, content: seven bits.
 * libfcgi itself overruns a buffer by FCGI_GET_VALUES, and gives up the process
 * for a parameter of 2 GiB; no web server sends either (RELIABILITY 6.9), so
 * neither is sent here.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../src/api/identify.c"
#include "base/auto.h"

enum { GET_VALUES = 9, MOST = 32 * 1024, HEAD = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Refused parameters leave a stream of libfcgi's behind, of 48 bytes. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfcgi.so";
}

/* Records of the right form, one behind the other. */
static size_t
assemble(const uint8_t *bytes, size_t length, unsigned char out[MOST])
{
	size_t used = 0;

	while (length >= HEAD) {
		const unsigned char type = bytes[0] % 12;
		const unsigned char id = bytes[1] % 3;
		size_t size = bytes[2] & 0x7f;

		bytes += HEAD;
		length -= HEAD;
		size = size > length ? length : size;
		if (used + 8 + size > MOST)
			break;
		if (type != GET_VALUES) {
			const unsigned char head[8] = {
				1,
				type,
				0,
				id,
				(unsigned char)(size >> 8),
				(unsigned char)(size & 0xff)};

			memcpy(out + used, head, sizeof(head));
			for (size_t i = 0; i < size; i++)
				out[used + 8 + i] = bytes[i] & 0x7f;
			used += 8 + size;
		}
		bytes += size;
		length -= size;
	}
	return used;
}

static void
look(struct fcgi *fcgi)
{
	struct request *r = calloc(1, sizeof(*r));
	struct strbuf body = STRBUF(4096);
	struct err e = {0};
	char cookie[SESSION_TEXT_MAX];
	const char *login = fcgi_param(fcgi, "HTTP_AUTHORIZATION");

	(void)fcgi_params_are_too_many(fcgi);
	if (r != NULL) {
		r->fcgi = fcgi;
		read_cookie(r, "__Host-ob_session", cookie, sizeof(cookie));
		if (strlen(cookie) >= SESSION_TEXT_MAX)
			abort();
		(void)comes_from_us(r);
	}
	if (login != NULL) {
		struct strbuf plain = STRBUF(HEADER_MAX);

		(void)base64_read(login, strlen(login), &plain, &e);
		strbuf_end(&plain);
	}
	if (!fcgi_body(fcgi, &body, &e) && e.class == ERR_NONE)
		abort();
	fcgi_answer(fcgi, 200, "A: b\r\n", "{}", 2);
	strbuf_end(&body);
	free(r);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const int line = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path, path, strlen(path) + 1);
	if (line < 0 ||
	    connect(line, (const struct sockaddr *)&at, sizeof(at)) != 0)
		abort();
	return line;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static unsigned char out[MOST];
	const size_t used = assemble(bytes, length, out);
	struct fcgi *fcgi = NULL;
	struct err e = {0};
	char path[64];
	int line;

	(void)snprintf(path, sizeof(path), "/tmp/ob-fuzz-%d", (int)getpid());
	if (!fcgi_open(&fcgi, path, &e))
		abort();
	line = connect_to(path);
	if (send(line, out, used, MSG_NOSIGNAL) != (ssize_t)used)
		abort();
	(void)shutdown(line, SHUT_WR);
	if (fcgi_accept(fcgi, 0))
		look(fcgi);
	fcgi_close(fcgi);
	(void)close(line);
	return 0;
}

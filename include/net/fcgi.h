#ifndef OB_NET_FCGI_H
#define OB_NET_FCGI_H

/*
 * Requests of a web server, by FastCGI over a unix socket: one at a time, one a
 * connection. A kept connection would pin this process to one client of the
 * socket (PERFORMANCE 1), so each is closed after its answer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

struct fcgi;

/*
 * path: a socket to make, mode 0660; NULL: the one inherited as descriptor 0
 * (systemd, spawn-fcgi, mod_fcgid). ERR_DENIED where it is TCP or others may
 * write to it: who can write there can crash libfcgi (RELIABILITY 6.9).
 */
MUST_CHECK bool fcgi_open(struct fcgi **out, const char *path, struct err *e);
void fcgi_close(struct fcgi *fcgi);

/*
 * No further request comes here: whoever connects now is refused at once and
 * goes elsewhere. Before the last answer of a process, because mod_fcgid gives
 * each one a socket of its own and sends the next request as soon as it has
 * read the answer; what then waited in the socket would be lost with it.
 */
void fcgi_stop_listening(struct fcgi *fcgi);

/*
 * Waits for the next request at most wait_ms (0: not at all), or until a signal
 * comes that the process catches. False: there was none, ask again or stop.
 */
bool fcgi_accept(struct fcgi *fcgi, int64_t wait_ms);

/* What the server says of the request ("REQUEST_METHOD"); NULL: nothing. */
const char *fcgi_param(const struct fcgi *fcgi, const char *name);
/*
 * All lines of a header ("HTTP_X_FORWARDED_FOR"), joined by ", " as one line
 * would have them (RFC 9110 5.3): nginx before 1.23 hands each on by itself.
 */
void fcgi_param_lines(const struct fcgi *fcgi, const char *name,
		      struct strbuf *out);
/* More than 200 of them, or more than 64 KiB: to be answered with 431. */
bool fcgi_params_are_too_many(const struct fcgi *fcgi);

/*
 * Reads the body, at most out's ceiling. ERR_INPUT with OB_TOO_LARGE; with
 * OB_TIMEOUT when it stayed away for ten seconds or ended too early.
 */
MUST_CHECK bool fcgi_body(struct fcgi *fcgi, struct strbuf *out, struct err *e);

/*
 * Answers and ends the request. headers: whole lines, "Name: value\r\n" each.
 * Whoever waited for it may be gone: that is nobody's error.
 */
void fcgi_answer(struct fcgi *fcgi, unsigned status, const char *headers,
		 const char *body, size_t length);

#endif

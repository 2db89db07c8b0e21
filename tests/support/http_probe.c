/*
 * Sends what it is told through the real client and prints one JSON line a
 * reply, and one about the process: for tests/integration/test_http.py.
 *
 *   http_probe [options] URL...
 *   -a LIST   net.allow_private        -c FILE   net.ca_file
 *   -x URL    net.proxy                -p N      requests at once
 *   -m N      bytes of a body          -t S      seconds a try
 *   -T S      seconds of all tries     -l S      how long it may crawl
 *   -w MS     the longest wait between tries that is really waited
 *   -k MS     the tick says stop after so long
 *   -M WORD   method                   -b TEXT   body
 *   -H LINE   a header                 -A TEXT   accept
 *   -u USER -s SECRET  Basic; -s alone is Bearer
 *   -q        key and secret of -u and -s in the query
 *   -S        the same, signed by OAuth 1.0a
 *   -o        may not be repeated      -e        one send a URL
 *   -g        GET the first URL alone, with the method of -M all others
 */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/http.h"

#define URLS_MAX 64

struct probe {
	struct http_settings set;
	struct http_request ask;
	const char *header[2];
	bool each, get_first;
	long longest_ms, stop_ms;
	int64_t begun, ticked, gap; /* the longest between two ticks */
	unsigned ticks;
	json_t *waits;
};

static bool
tick(void *context)
{
	struct probe *p = context;
	int64_t now = clock_boot_ms();

	if (p->ticked && now - p->ticked > p->gap)
		p->gap = now - p->ticked;
	p->ticked = now;
	p->ticks++;
	return p->stop_ms >= 0 && now - p->begun >= p->stop_ms;
}

static int64_t
shorten(void *context, int64_t ms)
{
	struct probe *p = context;

	json_array_append_new(p->waits, json_integer(ms));
	return p->longest_ms >= 0 && ms > p->longest_ms ? p->longest_ms : ms;
}

static unsigned
number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static void
read_option(struct probe *p, int option)
{
	switch (option) {
	case 'a':
		p->set.allow_private = optarg;
		break;
	case 'c':
		p->set.ca_file = optarg;
		break;
	case 'x':
		p->set.proxy = optarg;
		break;
	case 'p':
		p->set.parallel = number(optarg);
		break;
	case 'm':
		p->set.max_body = number(optarg);
		break;
	case 't':
		p->ask.timeout_s = number(optarg);
		break;
	case 'T':
		p->ask.total_s = number(optarg);
		break;
	case 'l':
		p->set.slow_s = number(optarg);
		break;
	case 'w':
		p->longest_ms = (long)number(optarg);
		break;
	case 'k':
		p->stop_ms = (long)number(optarg);
		break;
	case 'M':
		p->ask.method = optarg;
		break;
	case 'b':
		p->ask.body = optarg;
		p->ask.body_length = strlen(optarg);
		break;
	case 'H':
		p->header[0] = optarg;
		break;
	case 'A':
		p->ask.accept = optarg;
		break;
	case 'u':
		p->ask.user = optarg;
		break;
	case 's':
		p->ask.secret = optarg;
		break;
	case 'q':
		p->ask.auth = HTTP_AUTH_QUERY;
		break;
	case 'S':
		p->ask.auth = HTTP_AUTH_OAUTH1;
		break;
	case 'o':
		p->ask.repeatable = false;
		break;
	case 'e':
		p->each = true;
		break;
	case 'g':
		p->get_first = true;
		break;
	default:
		(void)fprintf(stderr, "http_probe: no such option\n");
		exit(64);
	}
}

static void
print(json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);

	(void)puts(text);
	free(text);
	json_decref(line);
}

static void
print_reply(struct http_response *r)
{
	print(json_pack(
		"{s:s, s:s, s:s, s:s, s:I, s:I, s:s%, s:s, s:I, s:I, s:b, s:b, s:I}",
		"class", err_class_text(r->err.class), "code",
		code_name(r->err.code), "text", r->err.text, "hint",
		r->err.hint, "status", (json_int_t)r->status, "bytes",
		(json_int_t)r->body.len, "body",
		r->body.text ? r->body.text : "",
		r->body.len < 200 ? r->body.len : (size_t)200, "headers",
		r->headers.text ? r->headers.text : "", "ms", (json_int_t)r->ms,
		"tries", (json_int_t)r->tries, "sent", (int)r->sent,
		"no_such_host", (int)r->no_such_host, "retry_at",
		(json_int_t)r->err.retry_at));
	http_response_end(r);
}

/* The most memory this program ever held; 0 where the system does not say. */
static long
peak_kb(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[128];
	long kb = 0;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	if (file)
		(void)fclose(file);
	return kb;
}

static void
print_process(const struct probe *p)
{
	print(json_pack("{s:I, s:I, s:O, s:I, s:I}", "ticks",
			(json_int_t)p->ticks, "gap_ms", (json_int_t)p->gap,
			"waits", p->waits, "peak_kb", (json_int_t)peak_kb(),
			"ms", (json_int_t)(clock_boot_ms() - p->begun)));
}

static void
run(struct probe *p, struct http_client *client, char **url, size_t count)
{
	struct http_request ask[URLS_MAX];
	struct http_response reply[URLS_MAX];
	struct err e = {0};

	for (size_t i = 0; i < count; i++) {
		ask[i] = p->ask;
		ask[i].url = url[i];
		if (p->get_first && i == 0) {
			ask[i].method = "GET";
			ask[i].body = NULL;
			ask[i].repeatable = true;
		}
		reply[i] = (struct http_response){.status = 0};
	}
	p->begun = p->ticked = clock_boot_ms();
	for (size_t at = 0, some; at < count; at += some) {
		some = p->each || (p->get_first && at == 0) ? 1 : count - at;
		if (!client->send(client, &ask[at], &reply[at], some, &e)) {
			print(json_pack("{s:s, s:s}", "refused", e.text,
					"class", err_class_text(e.class)));
			break;
		}
	}
	print_process(p);
	for (size_t i = 0; i < count; i++)
		print_reply(&reply[i]);
}

int
main(int argc, char **argv)
{
	struct probe p = {.set = {.parallel = 4,
				  .user_agent = "orderbridge-test",
				  .tick = tick,
				  .shorten = shorten,
				  .clock = &clock_system},
			  .ask = {.method = "GET", .repeatable = true},
			  .longest_ms = 20,
			  .stop_ms = -1};
	struct http_client *client;
	struct err e = {0};
	int option;

	while ((option = getopt(argc, argv,
				"a:c:x:p:m:t:T:l:w:k:M:b:H:A:u:s:qSoeg")) != -1)
		read_option(&p, option);
	if (argc - optind > URLS_MAX)
		return 64;
	p.waits = json_array();
	p.set.tick_context = &p;
	p.ask.headers = p.header;
	if (p.ask.secret && p.ask.auth == HTTP_AUTH_NONE)
		p.ask.auth = p.ask.user ? HTTP_AUTH_BASIC : HTTP_AUTH_BEARER;
	client = http_curl_open(&p.set, &e);
	if (!client)
		return 70;
	run(&p, client, argv + optind, (size_t)(argc - optind));
	http_curl_close(client);
	json_decref(p.waits);
	return 0;
}

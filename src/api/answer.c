#include "local.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/row_out.h"
#include "base/secret.h"
#include "base/text.h"

/* Codes whose HTTP status is not that of their class (UX 3). */
static const struct {
	enum code code;
	unsigned status;
} statuses[] = {
	{OB_NOT_LOGGED_IN, 401},
	{OB_BAD_SIGNATURE, 401},
	{OB_LOGIN_FAILED, 401},
	{OB_TOTP_REQUIRED, 401},
	{OB_METHOD, 405},
	{OB_TOO_LARGE, 413},
	{OB_MEDIA_TYPE, 415},
	{OB_UNPROCESSABLE, 422},
	{OB_IDEMPOTENCY_MISMATCH, 422},
	{OB_PRECONDITION_FAILED, 412},
	{OB_PRECONDITION_REQUIRED, 428},
	{OB_RATE_LIMITED, 429},
	{OB_RATE, 429},
	{OB_HEADERS, 431},
	{OB_UPSTREAM, 502},
	{OB_NETWORK, 502},
	{OB_AUTH_FAILED, 502},
	{OB_TIMEOUT, 408},
	{OB_CONFIG, 503},
	{OB_DATABASE, 503},
	{OB_SCHEMA, 503},
	{OB_UNAVAILABLE, 503},
};

/* The HTTP status of an error. */
static unsigned
status_of(const struct err *e)
{
	static const unsigned by_class[] = {
		[ERR_NONE] = 500,      [ERR_INPUT] = 400,
		[ERR_MISSING] = 404,   [ERR_CONFLICT] = 409,
		[ERR_DENIED] = 403,    [ERR_TEMPORARY] = 503,
		[ERR_PERMANENT] = 500, [ERR_UNKNOWN] = 500,
		[ERR_FATAL] = 500,
	};

	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		if (statuses[i].code == e->code)
			return statuses[i].status;
	}
	/* A rule of the business that input broke: understood, but no.
	 */
	if (e->class == ERR_INPUT && e->code != CODE_NONE &&
	    code_info(e->code)->class == CODE_HARD)
		return 422;
	return by_class[e->class];
}

void
answer_header(struct request *r, const char *name, const char *format, ...)
{
	char value[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	for (const char *at = value; *at != '\0'; at++) {
		if ((unsigned char)*at >= 0x7f || iscntrl((unsigned char)*at))
			return;
	}
	strbuf_addf(&r->headers, "%s: %s\r\n", name, value);
}

void
answer_location(struct request *r, const char *format, ...)
{
	char place[300];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(place, sizeof(place), format, args);
	va_end(args);
	answer_header(r, "Location", "%s/api/v1%s", r->base, place);
}

void
answer_changed(struct request *r, const char *action, const char *format, ...)
{
	char object[2 * sizeof(r->object)];
	va_list args;

	(void)snprintf(r->action, sizeof(r->action), "%s", action);
	va_start(args, format);
	(void)vsnprintf(object, sizeof(object), format, args);
	va_end(args);
	/* Never in the middle of a character: the audit trail refuses half. */
	(void)text_copy(r->object, sizeof(r->object), object);
}

bool
answer_one(struct request *r, struct rows *rows, const char *missing,
	   struct err *e)
{
	if (!rows_next(rows)) {
		if (!rows_check(rows, e))
			return false;
		err_set(e, ERR_MISSING, "%s", missing);
		return err_as(e, OB_NOT_FOUND);
	}
	shape_row(&r->data, r->route->reply, rows, request_can(r, CAN_PII),
		  false);
	return rows_check(rows, e) && strbuf_check(&r->data, e);
}

bool
answer_rows(struct request *r, struct rows *rows, struct err *e)
{
	const char *before = "[";

	while (rows_next(rows)) {
		strbuf_add(&r->data, before);
		shape_row(&r->data, r->route->reply, rows,
			  request_can(r, CAN_PII), false);
		before = ",";
	}
	strbuf_add(&r->data, before[0] == '[' ? "[]" : "]");
	return rows_check(rows, e) && strbuf_check(&r->data, e);
}

/* The list's own query string again, with another page or cursor. */
static void
add_link(struct request *r, struct strbuf *out, const char *relation,
	 unsigned page, const char *cursor)
{
	AUTO(strbuf) query = STRBUF(2048);

	list_query(&r->list, &query, page, cursor);
	strbuf_addf(out, "%s<%s/api/v1%s?%s>; rel=\"%s\"",
		    out->len == 0 ? "" : ", ", r->base, r->shown,
		    strbuf_text(&query), relation);
	out->failed |= query.failed;
}

/* A web server takes a few KiB of headers; where they would be more, none. */
static void
add_links(struct request *r, const struct list_page *page)
{
	AUTO(strbuf) out = STRBUF(2048);
	const unsigned last =
		(unsigned)((page->total + page->per_page - 1) / page->per_page);

	if (page->next_cursor[0] != '\0')
		add_link(r, &out, "next", 0, page->next_cursor);
	else if (page->has_more)
		add_link(r, &out, "next", page->page + 1, NULL);
	if (page->page > 1)
		add_link(r, &out, "prev", page->page - 1, NULL);
	if (page->page > 0 && !page->is_capped && last > 0) {
		add_link(r, &out, "first", 1, NULL);
		add_link(r, &out, "last", last, NULL);
	}
	if (out.len > 0 && !out.failed)
		strbuf_addf(&r->headers, "Link: %s\r\n", strbuf_text(&out));
}

static void
add_totals(struct request *r, const struct list_page *page)
{
	answer_header(r, "X-WP-Total", "%llu", (unsigned long long)page->total);
	answer_header(r, "X-WP-TotalPages", "%llu",
		      (unsigned long long)((page->total + page->per_page - 1) /
					   page->per_page));
	if (page->is_capped)
		answer_header(r, "X-OB-Total-Relation", "gte");
}

/* {"failed":3,"completed":10000}, and of each whether there are more. */
static bool
add_counts(struct request *r, struct err *e)
{
	struct list_count count[LIST_COUNTS_MAX];
	size_t counts;

	if (!list_counts(r->app->db, &r->list, count, &counts, e))
		return false;
	for (size_t i = 0; i < counts; i++)
		strbuf_addf(&r->counts, "%s\"%s\":%llu",
			    i == 0 ? ",\"counts\":{" : ",", count[i].name,
			    (unsigned long long)count[i].total);
	for (size_t i = 0; i < counts; i++)
		strbuf_addf(&r->counts, "%s\"%s\":\"%s\"",
			    i == 0 ? "},\"counts_relation\":{" : ",",
			    count[i].name, count[i].is_capped ? "gte" : "eq");
	strbuf_add(&r->counts, counts > 0 ? "}" : "");
	return strbuf_check(&r->counts, e);
}

bool
answer_list(struct request *r, struct err *e)
{
	r->has_page = true;
	if (!list_run(r->app->db, &r->list, &r->data, &r->page, e))
		return false;
	if (r->page.is_counted)
		add_totals(r, &r->page);
	add_links(r, &r->page);
	return add_counts(r, e);
}

unsigned
answer_version(const struct request *r)
{
	json_auto_t *now =
		json_loadb(strbuf_text(&r->data), r->data.len, 0, NULL);

	return (unsigned)json_integer_value(json_object_get(now, "version"));
}

/* Whether the route answers with one resource that people change. */
static bool
has_version(const struct route *route)
{
	const struct field *at = route->many || route->reply == NULL
					 ? NULL
					 : route->reply->fields;

	for (; at != NULL && at->name != NULL; at++)
		if (strcmp(at->name, "version") == 0)
			return true;
	return false;
}

const char *
answer_etag(const struct request *r, unsigned version, char out[ETAG_MAX])
{
	AUTO(strbuf) paging = STRBUF(LIST_CURSOR_MAX + 8192);
	unsigned char hash[32];
	char hex[65];

	/* Paging is in it: the same rows are another answer on another page. */
	if (r->has_page)
		strbuf_addf(&paging, "%llu %u %u %s%s",
			    (unsigned long long)r->page.total, r->page.page,
			    r->page.per_page, r->page.next_cursor,
			    strbuf_text(&r->counts));
	hash_sha256(strbuf_text(&r->data), r->data.len, hash);
	if (paging.len > 0) {
		AUTO(strbuf) both = STRBUF(LIST_CURSOR_MAX + 8192);

		strbuf_addn(&both, (const char *)hash, sizeof(hash));
		strbuf_addn(&both, paging.text, paging.len);
		hash_sha256(both.text, both.len, hash);
	}
	if (version > 0)
		(void)snprintf(out, ETAG_MAX, "\"v%u-%s\"", version,
			       hash_text(hash, hex));
	else
		(void)snprintf(out, ETAG_MAX, "\"%s\"", hash_text(hash, hex));
	return out;
}

/* When the operation begins: now, or with a cron that is expected then. */
static void
add_start(const struct request *r, struct strbuf *out)
{
	if (r->starts == STARTS_NOW)
		strbuf_add(out, ",\"starts\":\"now\"");
	if (r->starts != STARTS_BY_CRON)
		return;
	strbuf_add(out, ",\"starts\":\"cron\",\"cron_at\":");
	json_out_time(out, r->cron_at);
}

static void
add_meta(const struct request *r, struct strbuf *out)
{
	strbuf_add(out, ",\"meta\":{\"request_id\":");
	json_out_text(out, r->id);
	strbuf_add(out, ",\"timestamp\":\"");
	strbuf_add_time(out, r->now);
	strbuf_add(out, "\"");
	if (r->has_page) {
		strbuf_addf(out, ",\"page\":%u,\"per_page\":%u", r->page.page,
			    r->page.per_page);
		/* Behind a cursor nothing is counted: the first page told. */
		if (r->page.is_counted)
			strbuf_addf(out,
				    ",\"total\":%llu,\"total_relation\":\"%s\"",
				    (unsigned long long)r->page.total,
				    r->page.is_capped ? "gte" : "eq");
		strbuf_add(out, ",\"next_cursor\":");
		if (r->page.next_cursor[0] == '\0')
			strbuf_add(out, "null");
		else
			json_out_text(out, r->page.next_cursor);
		strbuf_add(out, strbuf_text(&r->counts));
	}
	if (r->dry_run)
		strbuf_add(out, ",\"dry_run\":true");
	if (r->is_merged)
		strbuf_add(out, ",\"deduplicated\":true");
	add_start(r, out);
	strbuf_add(out, "}");
}

/* Whether the answer is wrapped: by the prefix, unless asked otherwise. */
static bool
has_envelope(const struct request *r)
{
	if (r->route != NULL && (r->route->traits & ROUTE_BARE) != 0)
		return false;
	return r->envelope < 0 ? !r->is_alias : r->envelope == 1;
}

/* Whether the client has it already. */
static bool
is_known(const struct request *r, const char *etag)
{
	const char *known = request_header(r, "If-None-Match");

	return known != NULL && strcmp(r->method, "GET") == 0 &&
	       (strcmp(known, "*") == 0 || strstr(known, etag) != NULL);
}

/*
 * What the ready configuration of nginx and Apache says of files (UX 5), said
 * of answers too: a browser may be led to one by a link. HSTS is for the whole
 * host and so for who has set up its TLS.
 */
static const char security[] =
	"Content-Security-Policy: default-src 'none'; script-src 'self'; "
	"style-src 'self'; img-src 'self' data:; connect-src 'self'; "
	"font-src 'self'; frame-src https://app.powerbi.com "
	"https://*.fabric.microsoft.com; base-uri 'none'; form-action 'self'; "
	"frame-ancestors 'none'; require-trusted-types-for 'script'; "
	"trusted-types 'none'\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Cross-Origin-Resource-Policy: same-origin\r\n"
	"Permissions-Policy: camera=(), microphone=(), geolocation=()\r\n"
	"Referrer-Policy: same-origin\r\n"
	"X-Content-Type-Options: nosniff\r\n";

/* The requirement's own prefix stays as it is written there. */
static void
say_farewell(struct request *r)
{
	const struct retirement *retired =
		r->route == NULL || r->is_alias ? NULL : r->route->retired;
	char until[TIME_TEXT_MAX];

	if (retired == NULL)
		return;
	answer_header(r, "Deprecation", "@%lld",
		      (long long)(retired->since / SECOND));
	answer_header(r, "Sunset", "%s", time_text_http(retired->until, until));
	answer_header(r, "Link",
		      "<%s/api/v1/openapi.json>; rel=\"deprecation\", "
		      "<%s/api/v1%s>; rel=\"successor-version\"",
		      r->base, r->base, retired->instead);
}

static void
send_body(struct request *r, const char *body, size_t length)
{
	const bool head = strcmp(r->method, "HEAD") == 0;

	answer_header(r, "X-Request-Id", "%s", r->id);
	say_farewell(r);
	/* Without it a web server has to send the end of the body by itself. */
	if (r->status != 204 && r->status != 304)
		answer_header(r, "Content-Length", "%zu", length);
	strbuf_add(&r->headers, security);
	fcgi_answer(r->fcgi, r->status, strbuf_text(&r->headers),
		    head ? "" : body, head ? 0 : length);
}

void
answer_send(struct request *r)
{
	AUTO(strbuf) out = STRBUF(DATA_MAX + 4096);
	char etag[ETAG_MAX];

	if (r->status == 204) {
		send_body(r, "", 0);
		return;
	}
	if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0) {
		const unsigned version =
			has_version(r->route) ? answer_version(r) : 0;

		answer_header(r, "ETag", "%s", answer_etag(r, version, etag));
		answer_header(r, "Cache-Control", "private, no-cache");
		if (is_known(r, etag)) {
			r->status = 304;
			send_body(r, "", 0);
			return;
		}
	} else {
		answer_header(r, "Cache-Control", "no-store");
	}
	answer_header(r, "Content-Type", "%s",
		      r->content_type != NULL ? r->content_type
					      : "application/json");
	if (r->content_type != NULL || !has_envelope(r)) {
		send_body(r, r->data.len == 0 ? "null" : r->data.text,
			  r->data.len == 0 ? 4 : r->data.len);
		return;
	}
	strbuf_add(&out, "{\"success\":true,\"data\":");
	strbuf_add(&out, r->data.len == 0 ? "null" : r->data.text);
	add_meta(r, &out);
	strbuf_add(&out, "}");
	send_body(r, strbuf_text(&out), out.len);
}

/* What, why and fix of the catalogue; the error's own hint goes first. */
static void
add_reason(unsigned status, const struct err *e, struct strbuf *out)
{
	const struct code_info *info = code_info(e->code);

	strbuf_add(out, ",\"reason\":");
	json_out_text(out, info->why);
	strbuf_add(out, ",\"fix\":");
	json_out_text(out, e->hint[0] != '\0' ? e->hint : info->fix);
	strbuf_add(out, ",\"fix_route\":");
	json_out_text(out, info->route);
	strbuf_addf(out, ",\"retryable\":%s,\"retry_after\":",
		    e->class == ERR_TEMPORARY || status == 503 || status == 429
			    ? "true"
			    : "false");
}

static unsigned
retry_after(const struct request *r, const struct err *e)
{
	if (e->retry_at > r->now)
		return (unsigned)((e->retry_at - r->now + 999) / 1000);
	return r->status == 503 || r->status == 429 ? 2 : 0;
}

/* Nothing internal leaves the house (RELIABILITY 6.5): the log has it. */
static const char *
message_of(const struct request *r, const struct err *e)
{
	if (r->status == 500)
		return "Something went wrong here; the log has it under this "
		       "request id.";
	if (e->code == OB_DATABASE)
		return "The database cannot be reached.";
	if (e->code == OB_SCHEMA)
		return "The database is of another version than this program.";
	return e->text;
}

static void
wordpress_error(const struct request *r, const struct err *e,
		struct strbuf *out)
{
	const unsigned after = retry_after(r, e);

	strbuf_add(out, "{\"code\":");
	json_out_text(out, code_name(e->code));
	strbuf_add(out, ",\"message\":");
	json_out_text(out, message_of(r, e));
	strbuf_addf(out, ",\"data\":{\"status\":%u,\"request_id\":", r->status);
	json_out_text(out, r->id);
	strbuf_addf(out, ",\"params\":{%s}", strbuf_text(&r->params));
	add_reason(r->status, e, out);
	strbuf_addf(out, after > 0 ? "%u" : "null", after);
	if (r->status == 412 && r->data.len > 0)
		strbuf_addf(out, ",\"current\":%s", r->data.text);
	strbuf_add(out, "}}");
}

static void
problem_error(const struct request *r, const struct err *e, struct strbuf *out)
{
	const unsigned after = retry_after(r, e);

	strbuf_addf(out, "{\"type\":\"%s/help#%s\",\"title\":", r->base,
		    code_name(e->code));
	json_out_text(out, code_info(e->code)->what);
	strbuf_addf(out, ",\"status\":%u,\"detail\":", r->status);
	json_out_text(out, message_of(r, e));
	strbuf_add(out, ",\"instance\":");
	json_out_text(out, r->id);
	strbuf_addf(out, ",\"code\":\"%s\",\"params\":{%s}", code_name(e->code),
		    strbuf_text(&r->params));
	add_reason(r->status, e, out);
	strbuf_addf(out, after > 0 ? "%u" : "null", after);
	if (r->status == 412 && r->data.len > 0)
		strbuf_addf(out, ",\"current\":%s", r->data.text);
	strbuf_add(out, "}");
}

/* The class's own word, where nobody gave the error a name. */
static enum code
code_of(const struct err *e)
{
	static const enum code by_class[] = {
		[ERR_NONE] = OB_INTERNAL,      [ERR_INPUT] = OB_INVALID_PARAM,
		[ERR_MISSING] = OB_NOT_FOUND,  [ERR_CONFLICT] = OB_CONFLICT,
		[ERR_DENIED] = OB_FORBIDDEN,   [ERR_TEMPORARY] = OB_UNAVAILABLE,
		[ERR_PERMANENT] = OB_INTERNAL, [ERR_UNKNOWN] = OB_INTERNAL,
		[ERR_FATAL] = OB_INTERNAL,
	};

	/* The database is there, but does not take this value. */
	if (e->code == OB_DATABASE &&
	    (e->class == ERR_INPUT || e->class == ERR_CONFLICT))
		return by_class[e->class];
	return e->code != CODE_NONE ? e->code : by_class[e->class];
}

void
answer_error(struct request *r, const struct err *e)
{
	const char *accept = request_header(r, "Accept");
	const bool is_problem =
		accept != NULL &&
		strstr(accept, "application/problem+json") != NULL;
	AUTO(strbuf) out = STRBUF(DATA_MAX + 4096);
	struct err named = *e;

	named.code = code_of(e);
	if (named.code != e->code && e->code == OB_DATABASE)
		err_set(&named, e->class,
			"A value cannot be kept as it is, or is taken.");
	r->status = status_of(&named);
	if (retry_after(r, &named) > 0)
		answer_header(r, "Retry-After", "%u", retry_after(r, &named));
	if (r->status == 401)
		answer_header(r, "WWW-Authenticate",
			      "Bearer realm=\"orderbridge\"");
	answer_header(r, "Cache-Control", "no-store");
	answer_header(r, "Content-Type", "%s",
		      is_problem ? "application/problem+json"
				 : "application/json");
	if (is_problem)
		problem_error(r, &named, &out);
	else
		wordpress_error(r, &named, &out);
	send_body(r, strbuf_text(&out), out.len);
}

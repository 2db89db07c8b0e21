#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "account/audit.h"
#include "base/secret.h"
#include "base/text.h"
#include "local.h"

const char *
request_header(const struct request *r, const char *name)
{
	char param[80] = "HTTP_";
	size_t used = 5;

	for (; *name != '\0' && used + 1 < sizeof(param); name++)
		param[used++] = *name == '-'
					? '_'
					: (char)toupper((unsigned char)*name);
	param[used] = '\0';
	return fcgi_param(r->fcgi, param);
}

bool
request_can(const struct request *r, enum capability what)
{
	return rights_have(r->caller.rights, what);
}

bool
request_may_see(const struct request *r, int64_t site_id)
{
	if (r->caller.all_sites)
		return true;
	for (size_t i = 0; i < r->caller.sites; i++) {
		if (r->caller.site[i] == site_id)
			return true;
	}
	return false;
}

static bool
no_such(const char *what, struct err *e)
{
	err_set(e, ERR_MISSING, "there is no such %s", what);
	return err_as(e, OB_NOT_FOUND);
}

bool
request_must_see(const struct request *r, int64_t site_id, const char *what,
		 struct err *e)
{
	return request_may_see(r, site_id) || no_such(what, e);
}

bool
request_first(const struct request *r, struct rows *rows, const char *what,
	      struct err *e)
{
	const bool found = rows_next(rows) &&
			   request_may_see(r, rows_int(rows, "site_id"));

	return rows_check(rows, e) && (found || no_such(what, e));
}

bool
request_is_proven(const struct request *r, struct err *e)
{
	if (r->caller.session_id == 0 ||
	    r->now - r->caller.proven_at <= (utc_ms)5 * MINUTE)
		return true;
	err_set(e, ERR_DENIED, "give your password once more for this");
	return err_as(e, OB_PROVE_IT);
}

static bool
says_no(struct err *e, enum err_class class, enum code code, const char *text)
{
	err_set(e, class, "%s", text);
	return err_as(e, code);
}

/* The client's own id where it is one, so that both logs can be joined. */
static void
take_id(struct request *r)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789._-";
	const char *own = request_header(r, "X-Request-Id");
	const size_t length = own == NULL ? 0 : strlen(own);
	unsigned char bytes[32] = {0};
	char hex[65];

	if (length >= 8 && length <= 64 && strspn(own, fine) == length) {
		memcpy(r->id, own, length + 1);
		return;
	}
	random_bytes(bytes, 8);
	(void)snprintf(r->id, sizeof(r->id), "%.16s", hash_text(bytes, hex));
}

/*
 * Takes REQUEST_URI apart: with rewriting by .htaccess PATH_INFO is empty (UX
 * 3). What stands before the prefix is the place that we were installed at.
 */
static bool
take_path(struct request *r, struct err *e)
{
	static const char *const prefix[] = {"/api/v1", "/wp-json/wkpbic/v1"};
	const char *uri = fcgi_param(r->fcgi, "REQUEST_URI");
	const size_t length = uri == NULL ? 0 : strcspn(uri, "?");
	const char *base = r->app->config.web.base_path;

	if (uri == NULL || strlen(uri) > 4096)
		return says_no(e, ERR_INPUT, OB_INVALID_PARAM,
			       "the address is longer than 4096 bytes");
	for (size_t i = 0; i < COUNT_OF(prefix); i++) {
		const char *at = strstr(uri, prefix[i]);
		const char *rest;

		if (at == NULL || at >= uri + length ||
		    (size_t)(at - uri) >= sizeof(r->base))
			continue;
		rest = at + strlen(prefix[i]);
		if (*rest != '/' && *rest != '?' && *rest != '\0')
			continue;
		(void)snprintf(r->base, sizeof(r->base), "%.*s",
			       (int)(at - uri), uri);
		if (base[0] != '\0' && strcmp(base, r->base) != 0)
			continue;
		r->is_alias = i == 1;
		r->path = strndup(rest, (size_t)(uri + length - rest));
		r->query = strdup(uri[length] == '?' ? uri + length + 1 : "");
		r->shown = strndup(rest, (size_t)(uri + length - rest));
		return (r->path != NULL && r->query != NULL &&
			r->shown != NULL) ||
		       err_set(e, ERR_FATAL, "no memory");
	}
	return says_no(e, ERR_MISSING, OB_NOT_FOUND,
		       "there is nothing at this address");
}

/*
 * Whom the nearest proxy saw that is not one of ours: each adds its peer at the
 * end of the list, and what stands further in front may be invented.
 */
static void
take_forwarded(struct request *r)
{
	enum { LINES_MAX = 64 * 1024 };
	AUTO(strbuf) lines = STRBUF(LINES_MAX);
	struct err ignored = {0};
	const char *chain;
	size_t length;

	/* A proxy may add a line of its own behind one that was invented. */
	fcgi_param_lines(r->fcgi, "HTTP_X_FORWARDED_FOR", &lines);
	if (!strbuf_check(&lines, &ignored))
		return;
	chain = strbuf_text(&lines);
	length = lines.len;

	while (length > 0 &&
	       address_is_in(r->ip, r->app->config.net.trusted_proxies)) {
		char ip[sizeof(r->ip)];
		const char *at;
		size_t from;

		while (length > 0 && chain[length - 1] == ' ')
			length--;
		for (from = length; from > 0 && chain[from - 1] != ',';)
			from--;
		at = chain + from + strspn(chain + from, " ");
		(void)snprintf(ip, sizeof(ip), "%.*s",
			       (int)(chain + length - at), at);
		if (!address_is_in(ip, "0.0.0.0/0,::/0"))
			return;
		memcpy(r->ip, ip, sizeof(ip));
		length = from > 0 ? from - 1 : 0;
	}
}

/* REMOTE_ADDR, or what a proxy that we trust says in its place. */
static void
take_client(struct request *r)
{
	const char *peer = fcgi_param(r->fcgi, "REMOTE_ADDR");
	const char *proto = request_header(r, "X-Forwarded-Proto");
	const char *scheme = fcgi_param(r->fcgi, "REQUEST_SCHEME");
	const char *on = fcgi_param(r->fcgi, "HTTPS");
	const char *host = request_header(r, "Host");

	(void)snprintf(r->ip, sizeof(r->ip), "%s", peer == NULL ? "" : peer);
	if (on != NULL && strcmp(on, "on") == 0)
		scheme = "https";
	if (address_is_in(r->ip, r->app->config.net.trusted_proxies)) {
		if (proto != NULL)
			scheme = proto;
		take_forwarded(r);
	}
	(void)snprintf(r->origin, sizeof(r->origin), "%s://%s",
		       scheme != NULL && strcmp(scheme, "https") == 0 ? "https"
								      : "http",
		       host == NULL ? "" : host);
}

/* A password over plain http only where it does not leave the machine. */
static bool
is_safe(const struct request *r, struct err *e)
{
	static const char *const local[] = {"127.0.0.1", "localhost", "[::1]"};
	const char *host = strstr(r->origin, "://") + 3;
	const char *port = strrchr(host, ':');
	const size_t length =
		port == NULL || strchr(port, ']') != NULL ||
				port[1 + strspn(port + 1, "0123456789")] != '\0'
			? strlen(host)
			: (size_t)(port - host);

	if (strncmp(r->origin, "https:", 6) == 0)
		return true;
	for (size_t i = 0; i < COUNT_OF(local); i++) {
		if (strlen(local[i]) == length &&
		    strncmp(local[i], host, length) == 0)
			return true;
	}
	return says_no(e, ERR_INPUT, OB_HTTPS_REQUIRED,
		       "this address answers by https only");
}

/* By our key: a bare hash of a password would be a way to guess it. */
static void
hash_body(struct request *r, const struct strbuf *body)
{
	unsigned length = sizeof(r->body_hash);

	(void)HMAC(EVP_sha256(), r->app->web_key, sizeof(r->app->web_key),
		   (const unsigned char *)strbuf_text(body), body->len,
		   r->body_hash, &length);
}

/* "application/json; charset=utf-8"; not "application/jsonp". */
static bool
is_json(const char *type)
{
	static const char json[] = "application/json";
	const size_t length = sizeof(json) - 1;

	return type != NULL && text_starts_nocase(type, json) &&
	       (type[length] == '\0' || type[length] == ';' ||
		type[length] == ' ');
}

static bool
read_json(struct request *r, struct err *e)
{
	const char *type = fcgi_param(r->fcgi, "CONTENT_TYPE");
	AUTO(strbuf) body = STRBUF(r->app->config.web.max_body_kb * 1024UL);

	if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0 ||
	    (r->route->traits & ROUTE_RAW) != 0)
		return true;
	if (!fcgi_body(r->fcgi, &body, e))
		return false;
	hash_body(r, &body);
	if (body.len == 0)
		return true;
	if (!is_json(type))
		return says_no(e, ERR_INPUT, OB_MEDIA_TYPE,
			       "the body has to be application/json");
	if (json_read(body.text, body.len, &r->body, e))
		return true;
	return err_as(e, OB_INVALID_PARAM);
}

/*
 * A token does work; its owner's password, second factor and sessions are not
 * for it, whatever its scopes: it would be more than it was made for.
 */
static bool
fits_token(const struct request *r, struct err *e)
{
	if (r->caller.token_id == 0 || r->route->need != CAN_LOGIN ||
	    strcmp(r->route->method, "GET") == 0)
		return true;
	return says_no(e, ERR_DENIED, OB_FORBIDDEN,
		       "a token cannot change its owner's account");
}

/*
 * A session is there before its person has a second factor, or nobody could set
 * one up. Tokens come from such a session, or from the command line.
 */
bool
request_must_enrol(const struct request *r)
{
	const char *list = r->app->config.auth.require_totp;
	char role[CONFIG_TEXT_MAX];

	if (r->caller.session_id == 0 || r->caller.has_totp)
		return false;
	while (config_list_next(&list, role, sizeof(role))) {
		if (strcmp(role, "all") == 0 ||
		    strcmp(role, r->caller.role) == 0)
			return true;
	}
	return false;
}

static bool
is_allowed(struct request *r, struct err *e)
{
	const enum capability need = r->route->need;

	if (need == CAN_ANYONE)
		return true;
	if (r->caller.user_id == 0)
		return says_no(e, ERR_DENIED, OB_NOT_LOGGED_IN,
			       "nobody is logged in");
	if ((r->route->traits & ROUTE_ENROL) == 0 && request_must_enrol(r))
		return says_no(e, ERR_DENIED, OB_ENROL_TOTP,
			       "your role needs a second factor: set it up");
	if (need != CAN_LOGIN && !request_can(r, need)) {
		err_set(e, ERR_DENIED, "this needs the right \"%s\"",
			capability_name(need));
		err_hint(e, "ask an administrator for a role that has it");
		return err_as(e, OB_FORBIDDEN);
	}
	if ((r->route->traits & ROUTE_ALL_SITES) != 0 && !r->caller.all_sites)
		return says_no(e, ERR_DENIED, OB_FORBIDDEN,
			       "this is for who may see every site");
	if ((r->route->traits & ROUTE_REAUTH) != 0 && !request_is_proven(r, e))
		return false;
	return fits_token(r, e);
}

/* A new secret is as good as a password (RELIABILITY 6.1). */
static bool
proves_secrets(const struct request *r, struct err *e)
{
	if (r->route->need == CAN_ANYONE || r->route->need == CAN_LOGIN)
		return true;
	for (size_t i = 0; i < r->values; i++) {
		if ((r->value[i].param->traits & PARAM_SECRET) != 0)
			return request_is_proven(r, e);
	}
	return true;
}

/* What the resource is now: the answer of GET on the same path, in r->data. */
static bool
read_current(struct request *r, struct err *e)
{
	const struct route *route = r->route;
	struct match match;
	char *path = strdup(r->shown);
	bool ok;

	if (path == NULL)
		return err_set(e, ERR_FATAL, "no memory");
	match = route_match("GET", path);
	free(path);
	if (match.route == NULL)
		return err_set(e, ERR_FATAL, "%s has no GET", route->path);
	r->route = match.route;
	ok = match.route->handle(r, e);
	r->route = route;
	return ok;
}

/* Begins one of the list, and not a weak one: W/"..." says alike, not equal. */
static bool
names_etag(const char *list, const char *etag)
{
	for (const char *at = list; (at = strstr(at, etag)) != NULL; at++) {
		if (at == list || at[-1] != '/')
			return true;
	}
	return false;
}

/*
 * The version alone counts where there is one: what runs meanwhile changes a
 * site's last result or a schedule's next run, and is nobody else's save.
 */
static bool
is_as_read(const struct request *r, const char *wanted)
{
	char etag[ETAG_MAX];

	if (r->version > 0)
		(void)snprintf(etag, sizeof(etag), "\"v%u-", r->version);
	else
		(void)answer_etag(r, 0, etag);
	return strcmp(wanted, "*") == 0 || names_etag(wanted, etag);
}

static bool
compare_if_match(struct request *r, struct err *e)
{
	const char *wanted = request_header(r, "If-Match");

	if ((r->route->traits & ROUTE_IF_MATCH) == 0)
		return true;
	if (wanted == NULL && (r->route->traits & ROUTE_SEED) == 0)
		return says_no(e, ERR_INPUT, OB_PRECONDITION_REQUIRED,
			       "send If-Match with the ETag of what you read");
	if (!read_current(r, e))
		return false;
	r->version = answer_version(r);
	r->has_version = true;
	if (wanted != NULL && !is_as_read(r, wanted))
		return says_no(e, ERR_CONFLICT, OB_PRECONDITION_FAILED,
			       "it was changed since you read it");
	strbuf_clear(&r->before);
	strbuf_add(&r->before, strbuf_text(&r->data));
	strbuf_clear(&r->data);
	return true;
}

/* What a first try left, which a repeat of the transaction makes anew. */
static void
begin_answer(struct request *r)
{
	r->status = r->route->status;
	r->is_merged = r->has_page = r->wants_worker = false;
	r->action[0] = r->object[0] = '\0';
	strbuf_clear(&r->data);
	strbuf_clear(&r->headers);
	strbuf_clear(&r->params);
	strbuf_clear(&r->after);
	if (!r->has_version) /* else it is what If-Match was compared with */
		strbuf_clear(&r->before);
}

static void
fill_entry(const struct request *r, struct audit_entry *out)
{
	*out = (struct audit_entry){
		.user_id = r->caller.user_id,
		.who = r->caller.login,
		.ip = r->ip,
		.request_id = r->id,
		.action = r->dry_run ? "" : r->action,
		.object = r->object,
		.before = r->before.len > 0 ? r->before.text : NULL,
		.after = r->after.len > 0 ? r->after.text : NULL,
	};
}

struct step {
	struct request *r;
	bool (*work)(struct request *r, void *context, struct err *e);
	void *context;
};

static bool
take_step(void *context, struct audit_entry *entry, struct err *e)
{
	const struct step *s = context;

	begin_answer(s->r);
	if (!s->work(s->r, s->context, e))
		return false;
	fill_entry(s->r, entry);
	return true;
}

bool
request_change(struct request *r,
	       bool (*work)(struct request *r, void *context, struct err *e),
	       void *context, struct err *e)
{
	struct step step = {r, work, context};

	if (!app_change(r->app, take_step, &step, true, e)) {
		/* Nothing of it holds: no cookie, no place of what is not
		 * there, and no setting that was read of it. */
		strbuf_clear(&r->headers);
		r->app->settings_ms = INT64_MIN / 2;
		return false;
	}
	r->action[0] = '\0'; /* it is written down */
	return true;
}

static bool
run_handler(struct request *r, void *context, struct err *e)
{
	(void)context;
	return r->route->handle(r, e);
}

/* Looks change nothing; some changes are made of steps. */
static bool
is_one_change(const struct request *r)
{
	return strcmp(r->route->method, "GET") != 0 &&
	       (r->route->traits & (ROUTE_STEPS | ROUTE_NO_DATABASE)) == 0;
}

static bool
handle(struct request *r, struct err *e)
{
	bool done = false, ok;

	if (!idempotency_begin(r, &done, e))
		return false;
	if (done)
		return true;
	begin_answer(r);
	ok = (is_one_change(r) ? request_change(r, run_handler, NULL, e)
			       : r->route->handle(r, e)) &&
	     seed_answer(r, e);
	idempotency_end(r, ok);
	/* It would not see what is not committed. */
	if (ok && r->wants_worker)
		worker_start(r);
	return ok;
}

static bool
find_route(struct request *r, struct match *match, struct err *e)
{
	*match = route_match(r->method, r->path);
	r->route = match->route;
	r->resource = match->resource;
	if (match->route != NULL)
		return true;
	if (match->allow[0] == '\0')
		return says_no(e, ERR_MISSING, OB_NOT_FOUND,
			       "there is nothing at this address");
	answer_header(r, "Allow", "%s, OPTIONS", match->allow);
	if (strcmp(r->method, "OPTIONS") != 0)
		return says_no(e, ERR_INPUT, OB_METHOD,
			       "this address does not take that method");
	r->status = 204;
	return true;
}

static bool
has_database(struct request *r, struct err *e)
{
	enum { SETTINGS_AGE_MS = 5000 };

	if ((r->route->traits & ROUTE_NO_DATABASE) != 0)
		return true;
	if (!app_keys(r->app, e))
		return false;
	/* Another process may have changed them. */
	return clock_boot_ms() - r->app->settings_ms < SETTINGS_AGE_MS ||
	       app_settings(r->app, e);
}

static bool
work(struct request *r, struct err *e)
{
	struct match match;

	if (fcgi_params_are_too_many(r->fcgi))
		return says_no(e, ERR_INPUT, OB_HEADERS,
			       "more than 200 headers, or 64 KiB of them");
	if (!take_path(r, e) || !find_route(r, &match, e))
		return false;
	if (r->route == NULL)
		return true; /* OPTIONS */
	return is_safe(r, e) && has_database(r, e) && request_identify(r, e) &&
	       is_allowed(r, e) && request_is_ours(r, e) && read_json(r, e) &&
	       request_read_values(r, &match, e) && proves_secrets(r, e) &&
	       compare_if_match(r, e) && handle(r, e);
}

static void
log_request(const struct request *r, const struct err *e, int64_t ms)
{
	log_line(&r->app->log,
		 r->status >= 500 && e->class != ERR_NONE ? LOG_ERROR
							  : LOG_INFO,
		 LOG_TEXT("request", r->id), LOG_TEXT("method", r->method),
		 LOG_TEXT("path", r->route == NULL ? r->shown : r->route->path),
		 LOG_INT("status", r->status), LOG_INT("ms", ms),
		 LOG_TEXT("user",
			  r->caller.login[0] == '\0' ? NULL : r->caller.login),
		 LOG_TEXT("ip", r->ip),
		 LOG_TEXT("why", e->class == ERR_NONE ? NULL : e->text));
}

void
request_serve(struct request *r)
{
	const int64_t began = clock_boot_ms();
	const char *method;
	struct err e = {0};

	r->now = app_now(r->app);
	r->envelope = -1;
	r->data = (struct strbuf)STRBUF(DATA_MAX);
	r->headers = (struct strbuf)STRBUF(16 * 1024);
	r->params = (struct strbuf)STRBUF(16 * 1024);
	r->counts = (struct strbuf)STRBUF(4096);
	r->before = (struct strbuf)STRBUF(256 * 1024);
	r->after = (struct strbuf)STRBUF(256 * 1024);
	method = fcgi_param(r->fcgi, "REQUEST_METHOD");
	(void)snprintf(r->method, sizeof(r->method), "%s",
		       method == NULL ? "GET" : method);
	take_id(r);
	take_client(r);
	if (work(r, &e))
		answer_send(r);
	else
		answer_error(r, &e);
	log_request(r, &e, clock_boot_ms() - began);
}

void
request_end(struct request *r)
{
	json_decref(r->body);
	list_ask_end(&r->list);
	strbuf_end(&r->data);
	strbuf_end(&r->headers);
	strbuf_end(&r->params);
	strbuf_end(&r->counts);
	strbuf_end(&r->before);
	strbuf_end(&r->after);
	identity_end(&r->caller);
	free(r->path);
	free(r->query);
	free(r->shown);
}

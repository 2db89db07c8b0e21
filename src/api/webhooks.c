#include <stdio.h>
#include <string.h>

#include "api/request.h"
#include "base/row_out.h"
#include "base/text.h"
#include "hooks.h"
#include "local.h"
#include "resources.h"
#include "site/site.h"
#include "site/spool.h"

enum {
	FRESH_MS = 10 * 1000,
	AGAIN_MS = 1000,
	AWAY_MS = 1000,
	AWAY_MOST_MS = 60 * 1000
};

static bool
refuse(struct err *e, enum err_class class, enum code code, const char *text)
{
	err_set(e, class, "%s", text);
	return err_as(e, code);
}

static bool
is_away(const struct hooks *hooks)
{
	return clock_boot_ms() < hooks->away_until_boot_ms;
}

/*
 * The database did not do it: for a moment nobody waits for it again, and for
 * the longer the longer it took to find out.
 */
static void
note_away(struct request *r, int64_t began_boot_ms, const struct err *why)
{
	const int64_t now = clock_boot_ms(), took = now - began_boot_ms;
	const int64_t wait =
		took * 10 > AWAY_MOST_MS ? AWAY_MOST_MS : took * 10;

	r->hooks->away_until_boot_ms = now + (wait > AWAY_MS ? wait : AWAY_MS);
	log_line(&r->app->log, LOG_WARN, LOG_TEXT("request", r->id),
		 LOG_TEXT("msg", "webhooks go to the spool"),
		 LOG_TEXT("why", why->text));
}

/* The site's secrets, from memory where they were read a moment ago. */
static struct hook_site *
find_site(struct request *r, const char *code, int64_t fresh_ms)
{
	struct hook_site *site = hooks_find(r->hooks, code);
	const int64_t began = clock_boot_ms();
	struct err why = {0};

	if (is_away(r->hooks) ||
	    (site != NULL && site->secrets.site_id != 0 &&
	     clock_boot_ms() - site->read_boot_ms < fresh_ms))
		return site;
	site = hooks_load(r->hooks, r->app, code, &why);
	if (site == NULL && why.class != ERR_NONE) {
		note_away(r, began, &why);
		return hooks_find(r->hooks, code);
	}
	return site;
}

/* A secret that was set a moment ago counts at once. */
static bool
check_signature(struct request *r, struct hook_site **site,
		const struct webhook_in *in)
{
	if (webhook_is_signed(&(*site)->secrets, in->body, in->length,
			      in->signature))
		return true;
	if (is_away(r->hooks) ||
	    clock_boot_ms() - (*site)->read_boot_ms < AGAIN_MS)
		return false;
	*site = find_site(r, in->site, 0);
	return *site != NULL && webhook_is_signed(&(*site)->secrets, in->body,
						  in->length, in->signature);
}

/* F30: who may not is told so before anything of the body is looked at. */
static bool
must_be_signed(struct request *r, struct webhook_in *in, int64_t *site_id,
	       struct err *e)
{
	static const struct webhook_secrets none = {0};
	struct hook_site *site = find_site(r, in->site, FRESH_MS);

	*site_id = 0;
	if (site == NULL || site->secrets.site_id == 0) {
		(void)webhook_is_signed(&none, in->body, in->length,
					in->signature);
		if (!is_away(r->hooks))
			return refuse(e, ERR_MISSING, OB_NOT_FOUND,
				      "there is no such site");
		/* Told by the replay. */
		return webhook_may_be_signature(in->signature) ||
		       refuse(e, ERR_DENIED, OB_BAD_SIGNATURE,
			      "the signature is missing");
	}
	if (!check_signature(r, &site, in))
		return refuse(e, ERR_DENIED, OB_BAD_SIGNATURE,
			      "the signature is not that of this site");
	*site_id = site->secrets.site_id;
	in->checked = true;
	return true;
}

/* One INSERT; where there is no database for it, the spool (F31). */
static bool
keep(struct request *r, const struct webhook_in *in, int64_t site_id,
     bool *fresh, struct err *e)
{
	const int64_t began = clock_boot_ms();
	struct err why = {0};

	*fresh = true;
	if (!is_away(r->hooks)) {
		if (app_db(r->app, &why) &&
		    webhook_store(r->app->db, site_id, false, in, fresh,
				  &why)) {
			r->hooks->wants_worker |= *fresh;
			return true;
		}
		note_away(r, began, &why);
	}
	return spool_add(r->app->config.run.state_dir, in, e);
}

static bool
accept_ping(struct request *r, struct err *e)
{
	if (!hooks_may_ping(r->hooks))
		return refuse(e, ERR_TEMPORARY, OB_RATE_LIMITED,
			      "too many pings; they have no effect anyway");
	strbuf_add(&r->data, "{\"stored\":false}");
	return strbuf_check(&r->data, e);
}

static const char *
text_or_empty(const char *text)
{
	return text == NULL || strlen(text) > 64 ? "" : text;
}

static bool
take(struct request *r, struct err *e)
{
	AUTO(strbuf) body = STRBUF(r->app->config.web.webhook_body_kb * 1024UL);
	struct webhook_in in = {
		.received_at = r->now,
		.site = request_text(r, "site"),
		.topic = request_text(r, "topic"),
		.ip = r->ip,
		.signature = text_or_empty(
			request_header(r, "X-WC-Webhook-Signature")),
		.delivery_id = text_or_empty(
			request_header(r, "X-WC-Webhook-Delivery-ID")),
	};
	int64_t site_id;
	bool fresh;

	if (!fcgi_body(r->fcgi, &body, e))
		return false;
	in.body = strbuf_text(&body);
	in.length = body.len;
	/* What a shop sends when a subscription is made (UPSTREAM-APIS 2.7). */
	if (in.signature[0] == '\0' && webhook_is_ping(in.body, in.length))
		return accept_ping(r, e);
	if (!must_be_signed(r, &in, &site_id, e) ||
	    !keep(r, &in, site_id, &fresh, e))
		return false;
	strbuf_addf(&r->data, "{\"stored\":%s}", fresh ? "true" : "false");
	return strbuf_check(&r->data, e);
}

/* Whose it is is mostly known; not of a body that was too large to look at. */
static void
note_refusal(struct request *r, enum code why)
{
	const char *code = request_text(r, "site");
	const struct hook_site *site = hooks_find(r->hooks, code);

	if (site == NULL && why != OB_NOT_FOUND)
		site = find_site(r, code, FRESH_MS);
	refusals_count(&r->hooks->refusals,
		       site == NULL ? 0 : site->secrets.site_id, why, r->now);
}

static bool
webhook_take(struct request *r, struct err *e)
{
	if (take(r, e))
		return true;
	note_refusal(r, e->code);
	return false;
}

static const struct shape receipt = {
	"WebhookReceipt",
	(const struct field[]){
		{"stored", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "false: it was known already, or a ping"},
		{0},
	},
};

static const struct shape subscription = {
	"WebhookSubscription",
	(const struct field[]){
		{"topic", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"id", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "in the shop; empty: there is none"},
		{"status", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "active, paused, disabled, missing, elsewhere"},
		{"url", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"repaired", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape refusal = {
	"WebhookRefusals",
	(const struct field[]){
		{"code", FIELD_WORD, 0, NULL, refusal_codes, NULL, NULL},
		{"count", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape site_webhooks = {
	"SiteWebhooks",
	(const struct field[]){
		{"url", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "where the shop reaches us, before the topic"},
		{"checked_at", FIELD_TIME, 0, NULL, NULL, NULL, "null: never"},
		{"is_fine", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "all topics are told to us"},
		{"repaired", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "how many the last check mended"},
		{"subscriptions", FIELD_JSON, FIELD_NULL, NULL, NULL,
		 &subscription, NULL},
		{"received_at", FIELD_TIME, 0, NULL, NULL, NULL,
		 "the last delivery"},
		{"refused", FIELD_JSON, 0, NULL, NULL, &refusal,
		 "deliveries that were refused, in all; some seconds late"},
		{"refused_at", FIELD_TIME, 0, NULL, NULL, NULL,
		 "the last of them"},
		{0},
	},
};

static const struct param site_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "the site's id"}, {0}};

static bool
site_webhooks_show(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;
	const int64_t id = request_int(r, "id", 0);

	return request_must_see(r, id, "site", e) &&
	       db_open(r->app->db, &rows, SQL_API_SITE_WEBHOOKS,
		       BINDS(bind_int(id)), e) &&
	       answer_one(r, &rows, "there is no such site", e);
}

/* Our address as the shop reaches it: what is set, else as we were called. */
static bool
write_scope(const struct request *r, struct strbuf *out, struct err *e)
{
	const char *known = r->app->config.web.public_url;
	AUTO(strbuf) base = STRBUF(1024);

	if (known[0] != '\0')
		strbuf_add(&base, known);
	else
		strbuf_addf(&base, "%s%s", r->origin, r->base);
	strbuf_add(out, "{\"repair\":true,\"url\":");
	json_out_text(out, strbuf_text(&base));
	strbuf_add(out, "}");
	return strbuf_check(&base, e) && strbuf_check(out, e);
}

static bool
site_webhooks_repair(struct request *r, struct err *e)
{
	AUTO(site) site = {0};
	AUTO(strbuf) scope = STRBUF(4096);
	const int64_t id = request_int(r, "id", 0);

	if (!request_must_see(r, id, "site", e) ||
	    !site_load(r->app->db, id, &site, e))
		return false;
	if (site.deleted_at != 0)
		return refuse(e, ERR_MISSING, OB_NOT_FOUND,
			      "there is no such site");
	answer_changed(r, "site.webhooks_repair", "site %s", site.code);
	return write_scope(r, &scope, e) &&
	       request_work(r, "webhook_check", id, false, scope.text, e);
}

const struct route webhooks_routes[] = {
	{
		.method = "GET",
		.path = "/webhooks/deliveries",
		.need = CAN_LOGS,
		.handle = answer_list,
		.summary = "What shops told by themselves",
		.status = 200,
		.list = &entity_webhooks,
		.many = true,
	},
	{
		.method = "GET",
		.path = "/sites/{id}/webhooks",
		.need = CAN_VIEW,
		.handle = site_webhooks_show,
		.summary = "Whether the shop tells us of orders by itself",
		.status = 200,
		.parts = site_part,
		.reply = &site_webhooks,
	},
	{
		.method = "POST",
		.path = "/sites/{id}/webhooks/repair",
		.need = CAN_SITES_WRITE,
		.handle = site_webhooks_repair,
		.summary = "Let the shop tell us of orders, as it should",
		.status = 202,
		.parts = site_part,
		.reply = &shape_operation,
	},
	{
		.method = "POST",
		.path = "/webhooks/{site}/{topic}",
		.need = CAN_ANYONE,
		.handle = webhook_take,
		.summary = "What a shop tells by itself; signed by its secret",
		.status = 200,
		.traits = ROUTE_RAW | ROUTE_NO_DATABASE,
		.parts = PARAMS({.name = "site",
				 .type = PARAM_TEXT,
				 .minimum = 1,
				 .maximum = 40,
				 .help = "the site's code"},
				{.name = "topic",
				 .type = PARAM_WORD,
				 .words = webhook_topics,
				 .help = "what happened"}),
		.reply = &receipt,
	},
	{0},
};

#include "api/request.h"

#include <stdlib.h>
#include <string.h>

#include "app/shops.h"
#include "app/tests.h"
#include "base/row_out.h"
#include "base/text.h"
#include "local.h"
#include "net/http.h"
#include "resources.h"
#include "site/secret_store.h"
#include "site/site.h"

static const char *const platforms[] = {"woocommerce", NULL};

/* What a person may change; each may be left out. */
#define SITE_PARAMS                                                        \
	{"name", PARAM_TEXT, 0, 1, 120, NULL, NULL, "as people call it"},  \
		{"url", PARAM_TEXT, 0,    8,                               \
		 500,   NULL,       NULL, "https address of the shop"},    \
		{"zone", PARAM_TEXT,                                       \
		 0,      1,                                                \
		 64,     NULL,                                             \
		 NULL,   "time zone of the store: America/New_York"},      \
		{"currency", PARAM_TEXT, 0,    0,                          \
		 3,          NULL,       NULL, "currency of the store"},   \
		{"status",                                                 \
		 PARAM_TEXT,                                               \
		 0,                                                        \
		 0,                                                        \
		 200,                                                      \
		 NULL,                                                     \
		 NULL,                                                     \
		 "statuses whose orders are fetched, comma-separated"},    \
		{"min_date", PARAM_TIME,                                   \
		 PARAM_NULL, 0,                                            \
		 0,          NULL,                                         \
		 NULL,       "orders modified before are never fetched"},  \
		{"max_orders", PARAM_INT, 0,    1,                         \
		 1000,         NULL,      NULL, "new orders a round"},     \
		{"skip_test", PARAM_FLAG, 0,    0,                         \
		 0,           NULL,       NULL, "pass over test orders"},  \
		{"orders_sync",                                            \
		 PARAM_FLAG,                                               \
		 0,                                                        \
		 0,                                                        \
		 0,                                                        \
		 NULL,                                                     \
		 NULL,                                                     \
		 "synchronise orders by schedule"},                        \
		{"infer_gift_card",                                        \
		 PARAM_FLAG,                                               \
		 0,                                                        \
		 0,                                                        \
		 0,                                                        \
		 NULL,                                                     \
		 NULL,                                                     \
		 "a total below its lines was paid by gift card"},         \
		{"health_url",                                             \
		 PARAM_TEXT,                                               \
		 0,                                                        \
		 0,                                                        \
		 500,                                                      \
		 NULL,                                                     \
		 NULL,                                                     \
		 "called after each completed sync"},                      \
		{"consumer_key",                                           \
		 PARAM_TEXT,                                               \
		 PARAM_SECRET,                                             \
		 8,                                                        \
		 200,                                                      \
		 NULL,                                                     \
		 NULL,                                                     \
		 "of the shop's REST API; write-only"},                    \
	{                                                                  \
		"consumer_secret", PARAM_TEXT, PARAM_SECRET, 8, 200, NULL, \
			NULL, "of the shop's REST API; write-only"         \
	}

static const struct param new_body[] = {
	{"code", PARAM_TEXT, PARAM_REQUIRED, 1, 40, NULL, NULL,
	 "short name, fixed for ever: a-z 0-9 -"},
	{"platform", PARAM_WORD, PARAM_REQUIRED, 0, 0, platforms, NULL,
	 "what the shop runs on"},
	{"prefix", PARAM_TEXT, 0, 1, 14, NULL, NULL, "of order numbers"},
	{"enabled", PARAM_FLAG, 0, 0, 0, NULL, NULL,
	 "fetch from it at once; else once it is enabled"},
	SITE_PARAMS,
	{0},
};
static const struct param edit_body[] = {SITE_PARAMS, {0}};
static const struct param id_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "the site's id"}, {0}};

static const char *const results[] = {"completed", "aborted",
				      "webshop_not_found", "failed", NULL};

/* clang-format off */
const struct shape shape_shop = {
	"Site",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"code", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"prefix", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"platform", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"url", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"enabled", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"orders_sync", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"zone", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"currency", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"status", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"min_date", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"max_orders", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"skip_test", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"infer_gift_card", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"health_url", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"order_last_run", FIELD_TIME, 0, NULL, NULL, NULL,
		 "when a sync completed last"},
		{"last_result", FIELD_WORD, FIELD_NULL, NULL, results, NULL,
		 "how its last sync that ended went"},
		{"auth_failed", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "why it is paused: its keys were refused"},
		{"fetchable", FIELD_COUNT, FIELD_NULL, NULL, NULL, NULL,
		 "orders that the last test found waiting"},
		{"next_run_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"keys_set_at", FIELD_TIME, 0, NULL, NULL, NULL,
		 "when its secret was set; null: not yet"},
		{"needs_keys", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "none are kept for this address: send both"},
		{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"pending", FIELD_COUNT, FIELD_APART, NULL, NULL, NULL,
		 "orders that wait for Business Central"},
		{"pending_relation", FIELD_WORD, FIELD_APART, NULL,
		 total_relations, NULL, NULL},
		{"errors", FIELD_COUNT, FIELD_APART, NULL, NULL, NULL,
		 "orders that a person has to look at"},
		{"errors_relation", FIELD_WORD, FIELD_APART, NULL,
		 total_relations, NULL, NULL},
		{0},
	},
};
/* clang-format on */

/* Counted as the list of them is, and told as its total. */
static void
add_counted(struct strbuf *out, struct rows *rows, const char *name)
{
	const int64_t seen = rows_int(rows, name);
	const bool is_capped = seen > LIST_COUNT_MAX;

	strbuf_addf(out, ",\"%s\":%lld,\"%s_relation\":\"%s\"", name,
		    is_capped ? LIST_COUNT_MAX : (long long)seen, name,
		    total_relations[is_capped]);
}

static void
add_site(struct request *r, struct rows *rows)
{
	shape_row(&r->data, &shape_shop, rows, true, true);
	add_counted(&r->data, rows, "pending");
	add_counted(&r->data, rows, "errors");
	strbuf_add(&r->data, "}");
}

static bool
site_list_all(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;
	const char *before = "[";

	if (!db_open(r->app->db, &rows, SQL_API_SITES,
		     BINDS(bind_null(), bind_null()), e))
		return false;
	while (rows_next(&rows)) {
		if (!request_may_see(r, rows_int(&rows, "id")))
			continue;
		strbuf_add(&r->data, before);
		add_site(r, &rows);
		before = ",";
	}
	strbuf_add(&r->data, before[0] == '[' ? "[]" : "]");
	return rows_check(&rows, e) && strbuf_check(&r->data, e);
}

static bool
answer_site(struct request *r, int64_t id, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!request_must_see(r, id, "site", e) ||
	    !db_open(r->app->db, &rows, SQL_API_SITES,
		     BINDS(bind_int(id), bind_int(id)), e))
		return false;
	if (!rows_next(&rows)) {
		if (!rows_check(&rows, e))
			return false;
		err_set(e, ERR_MISSING, "there is no such site");
		return err_as(e, OB_NOT_FOUND);
	}
	add_site(r, &rows);
	return rows_check(&rows, e) && strbuf_check(&r->data, e);
}

static bool
site_show(struct request *r, struct err *e)
{
	return answer_site(r, request_int(r, "id", 0), e);
}

static bool
load(struct request *r, struct site *out, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);

	return request_must_see(r, id, "site", e) &&
	       site_load(r->app->db, id, out, e);
}

static void
take_text(const struct request *r, const char *name, char *out, size_t room)
{
	/* The parameter's length is that of the column. */
	if (request_given(r, name))
		(void)text_copy(out, room, request_text(r, name));
}

static bool
take_values(struct request *r, struct site *site, struct err *e)
{
	take_text(r, "name", site->name, sizeof(site->name));
	take_text(r, "url", site->site_url, sizeof(site->site_url));
	take_text(r, "zone", site->time_zone, sizeof(site->time_zone));
	take_text(r, "currency", site->currency, sizeof(site->currency));
	take_text(r, "status", site->source_status,
		  sizeof(site->source_status));
	take_text(r, "health_url", site->health_url, sizeof(site->health_url));
	if (request_given(r, "min_date"))
		site->min_date_modified = request_time(r, "min_date");
	site->max_orders =
		(unsigned)request_int(r, "max_orders", site->max_orders);
	site->skip_test = request_flag(r, "skip_test", site->skip_test);
	site->orders_sync = request_flag(r, "orders_sync", site->orders_sync);
	site->infer_gift_card =
		request_flag(r, "infer_gift_card", site->infer_gift_card);
	return url_check(site->site_url, r->app->config.net.allow_private, e);
}

static bool
keep_key(struct request *r, const struct site *site, const char *what,
	 struct err *e)
{
	AUTO(strbuf) name = STRBUF(SECRET_NAME_MAX + 1);
	struct secret_put put = {.text = request_text(r, what),
				 .set_by = r->caller.login};

	if (!request_given(r, what))
		return true;
	strbuf_addf(&name, "site.%s.%s", site->code, what);
	put.name = strbuf_text(&name);
	return app_secrets(r->app, e) &&
	       secret_store_set(r->app->db, &r->app->secrets, &put, r->now, e);
}

static bool
keep_keys(struct request *r, const struct site *site, struct err *e)
{
	return keep_key(r, site, "consumer_key", e) &&
	       keep_key(r, site, "consumer_secret", e);
}

static bool
site_make(struct request *r, struct err *e)
{
	AUTO(site) site = {0};

	if (!site_default(&site, request_text(r, "code"),
			  request_text(r, "platform"), e))
		return false;
	take_text(r, "prefix", site.prefix, sizeof(site.prefix));
	site.is_active = request_flag(r, "enabled", site.is_active);
	(void)text_copy(site.name, sizeof(site.name), site.code);
	if (!take_values(r, &site, e))
		return false;
	if (r->dry_run)
		return site_check(&site, e);
	if (!site_add(r->app->db, &site, r->now, e) ||
	    !keep_keys(r, &site, e) || !answer_site(r, site.id, e))
		return false;
	answer_location(r, "/sites/%lld", (long long)site.id);
	answer_changed(r, "site.add", "site %s", site.code);
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
site_edit(struct request *r, struct err *e)
{
	AUTO(site) site = {0};
	char url[sizeof(site.site_url)];
	unsigned forgotten;

	if (!load(r, &site, e))
		return false;
	(void)text_copy(url, sizeof(url), site.site_url);
	/* A shop somewhere else is as good as another key. */
	if (!take_values(r, &site, e) ||
	    (!url_same_origin(url, site.site_url) && !request_is_proven(r, e)))
		return false;
	if (r->has_version)
		site.version = r->version;
	if (!site_save(r->app->db, &site, &forgotten, e) ||
	    !keep_keys(r, &site, e) || !answer_site(r, site.id, e))
		return false;
	answer_changed(r, "site.edit", "site %s", site.code);
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
switch_site(struct request *r, bool on, struct err *e)
{
	AUTO(site) site = {0};

	if (!load(r, &site, e) || !site_enable(r->app->db, &site, on, e) ||
	    !answer_site(r, site.id, e))
		return false;
	answer_changed(r, on ? "site.enable" : "site.disable", "site %s",
		       site.code);
	return true;
}

static bool
site_switch_on(struct request *r, struct err *e)
{
	return switch_site(r, true, e);
}

static bool
site_switch_off(struct request *r, struct err *e)
{
	return switch_site(r, false, e);
}

/* Only a disabled one: a click too many must not stop a shop (UX 2.10). */
static bool
site_remove(struct request *r, struct err *e)
{
	AUTO(site) site = {0};

	if (!load(r, &site, e))
		return false;
	if (site.is_active) {
		err_set(e, ERR_CONFLICT, "site %s is enabled", site.code);
		err_hint(e, "disable it first");
		return err_as(e, OB_CONFLICT);
	}
	if (!site_delete(r->app->db, &site, r->now, e))
		return false;
	strbuf_addf(&r->data, "{\"deleted\":true}");
	answer_changed(r, "site.delete", "site %s", site.code);
	return true;
}

void
answer_steps(struct request *r, const struct test_result *found)
{
	static const char *const words[] = {"skip", "pass", "warn", "fail"};

	int64_t last = found->began_boot_ms;

	strbuf_add(&r->data, "[");
	for (size_t i = 0; i < found->steps; i++) {
		const struct probe_step *step = &found->step[i];
		const int64_t ms = step->ended_boot_ms - last;

		last += ms;
		strbuf_addf(&r->data,
			    "%s{\"n\":%zu,\"label\":", i == 0 ? "" : ",",
			    i + 1);
		json_out_text(&r->data, step->name);
		strbuf_addf(&r->data, ",\"status\":\"%s\",\"ms\":%lld,\"why\":",
			    words[step->verdict], (long long)ms);
		json_out_text(&r->data, step->why);
		strbuf_add(&r->data, ",\"fix\":");
		json_out_text(&r->data, step->fix);
		strbuf_add(&r->data, "}");
	}
	strbuf_add(&r->data, "]");
}

void
answer_test(struct request *r, const struct test_result *found)
{
	strbuf_addf(&r->data, "{\"passed\":%s,\"fetchable\":",
		    found->failed == 0 ? "true" : "false");
	strbuf_addf(&r->data, found->fetchable < 0 ? "null" : "%lld",
		    (long long)found->fetchable);
	strbuf_add(&r->data, ",\"steps\":");
	answer_steps(r, found);
	strbuf_add(&r->data, "}");
}

static bool
note_test(struct request *r, void *context, struct err *e)
{
	const struct site *site = context;

	(void)e;
	answer_changed(r, "site.test", "site %s", site->code);
	return true;
}

/* Written down before: nothing waits for a shop with a transaction open. */
static bool
site_try(struct request *r, struct err *e)
{
	AUTO(site) site = {0};
	struct test_result found = {.began_boot_ms = clock_boot_ms()};

	if (!load(r, &site, e) || !app_secrets(r->app, e) ||
	    !app_http(r->app, e) || !request_change(r, note_test, &site, e) ||
	    !test_site(r->app, &site, &found, e))
		return false;
	answer_test(r, &found);
	return strbuf_check(&r->data, e);
}

/* What the last test found, on its row. */
static bool
find_findings(struct request *r, struct rows *rows, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);

	if (!request_must_see(r, id, "site", e) ||
	    !db_open(r->app->db, rows, SQL_API_SITE_FINDINGS,
		     BINDS(bind_int(id)), e))
		return false;
	if (rows_next(rows))
		return true;
	if (!rows_check(rows, e))
		return false;
	err_set(e, ERR_MISSING, "there is no such site");
	return err_as(e, OB_NOT_FOUND);
}

static bool
site_statuses(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!find_findings(r, &rows, e))
		return false;
	strbuf_add(&r->data, rows_null(&rows, "statuses")
				     ? "[]"
				     : rows_borrow(&rows, "statuses", NULL));
	return rows_check(&rows, e) && strbuf_check(&r->data, e);
}

static bool
answer_count(struct request *r, int64_t count, const char *source,
	     struct err *e)
{
	strbuf_add(&r->data, "{\"count\":");
	strbuf_addf(&r->data, count < 0 ? "null" : "%lld", (long long)count);
	strbuf_addf(&r->data, ",\"source\":\"%s\"}", source);
	return strbuf_check(&r->data, e);
}

/* The shop's rate is that of the sync too, so that not all may spend it. */
static bool
may_ask_shop(const struct request *r, struct err *e)
{
	if (request_can(r, CAN_SITES_WRITE) || request_can(r, CAN_ORDERS_WRITE))
		return true;
	err_set(e, ERR_DENIED,
		"to ask the shop needs the right \"%s\" or \"%s\"",
		capability_name(CAN_SITES_WRITE),
		capability_name(CAN_ORDERS_WRITE));
	return err_as(e, OB_FORBIDDEN);
}

static bool
ask_shop(struct request *r, const struct site *site, const struct fetch *of,
	 struct err *e)
{
	AUTO(open_shop) shop = {0};
	int64_t count;

	return open_shop_begin(&shop, r->app, site, false, e) &&
	       shop.shop->count(shop.shop, of, &count, e) &&
	       answer_count(r, count, "shop", e);
}

/* By the filters of an import, or of a sync; what is left out is the site's. */
static bool
site_count(struct request *r, struct err *e)
{
	AUTO(site) site = {0};
	AUTO(rows) rows = ROWS;
	struct fetch of = {.statuses = request_text(r, "status"),
			   .modified_after = request_time(r, "min_date")};
	const bool by_day = request_given(r, "start_date");
	int64_t last;

	if (!find_findings(r, &rows, e))
		return false;
	last = rows_null(&rows, "fetchable") ? -1
					     : rows_int(&rows, "fetchable");
	if (!rows_check(&rows, e))
		return false;
	if (!request_given(r, "status") && !request_given(r, "min_date") &&
	    !by_day)
		return answer_count(r, last, "last_test", e);
	if (!may_ask_shop(r, e) || !load(r, &site, e))
		return false;
	if (!request_given(r, "status"))
		of.statuses = site.source_status;
	if (!request_given(r, "min_date") && !by_day)
		of.modified_after = site.min_date_modified;
	if (by_day &&
	    !zone_to_utc(site.time_zone, request_time(r, "start_date"),
			 &of.created_from, e))
		return false;
	return ask_shop(r, &site, &of, e);
}

static const char *const count_sources[] = {"last_test", "shop", NULL};

static const struct shape count_shape = {
	"PreviewCount",
	(const struct field[]){
		{"count", FIELD_COUNT, FIELD_NULL, NULL, NULL, NULL,
		 "orders; null: nobody has counted, or the shop does not tell"},
		{"source", FIELD_WORD, 0, NULL, count_sources, NULL,
		 "who counted: the last test, or the shop just now"},
		{0},
	},
};

static const struct param count_query[] = {
	{"status", PARAM_TEXT, 0, 1, 200, NULL, NULL,
	 "statuses, comma-separated; else the site's"},
	{"min_date", PARAM_TIME, 0, 0, 0, NULL, NULL,
	 "modified then or later; of a sync"},
	{"start_date", PARAM_DATE, 0, 0, 0, NULL, NULL,
	 "created on or after this day in the store's zone; of an import"},
	{0},
};

const struct shape shape_test_step = {
	"TestStep",
	(const struct field[]){
		{"n", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"label", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"status", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "pass, warn, fail, skip"},
		{"ms", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "how long it took; 0: it came with the one before"},
		{"why", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"fix", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

const struct shape shape_test = {
	"Test",
	(const struct field[]){
		{"passed", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"fetchable", FIELD_COUNT, FIELD_NULL, NULL, NULL, NULL,
		 "orders that the next sync would fetch"},
		{"steps", FIELD_LIST, 0, NULL, NULL, &shape_test_step, NULL},
		{0},
	},
};

const struct shape shape_deleted = {
	"Deleted",
	(const struct field[]){
		{"deleted", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape status_shape = {
	"ShopStatus",
	(const struct field[]){
		{"id", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"label", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

const struct route sites_routes[] = {
	{
		.method = "GET",
		.path = "/sites",
		.need = CAN_VIEW,
		.handle = site_list_all,
		.summary = "The shops",
		.status = 200,
		.reply = &shape_shop,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/sites",
		.need = CAN_SITES_WRITE,
		.handle = site_make,
		.summary = "Add a shop",
		.status = 201,
		.traits = ROUTE_ALL_SITES,
		.body = new_body,
		.reply = &shape_shop,
	},
	{
		.method = "GET",
		.path = "/sites/{id}",
		.need = CAN_VIEW,
		.handle = site_show,
		.summary = "One shop",
		.status = 200,
		.parts = id_part,
		.reply = &shape_shop,
	},
	{
		.method = "PUT",
		.path = "/sites/{id}",
		.need = CAN_SITES_WRITE,
		.handle = site_edit,
		.summary = "Change a shop; another host needs its keys anew",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.parts = id_part,
		.body = edit_body,
		.reply = &shape_shop,
	},
	{
		.method = "DELETE",
		.path = "/sites/{id}",
		.need = CAN_SITES_WRITE,
		.handle = site_remove,
		.summary = "Give a disabled shop up; its orders stay",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.parts = id_part,
		.reply = &shape_deleted,
	},
	{
		.method = "POST",
		.path = "/sites/{id}/test",
		.need = CAN_SITES_WRITE,
		.handle = site_try,
		.summary = "Does it answer, and may we read and mark?",
		.status = 200,
		.traits = ROUTE_STEPS,
		.parts = id_part,
		.reply = &shape_test,
	},
	{
		.method = "POST",
		.path = "/sites/{id}/enable",
		.need = CAN_SITES_WRITE,
		.handle = site_switch_on,
		.summary = "Let it be synchronised again",
		.status = 200,
		.parts = id_part,
		.reply = &shape_shop,
	},
	{
		.method = "POST",
		.path = "/sites/{id}/disable",
		.need = CAN_SITES_WRITE,
		.handle = site_switch_off,
		.summary = "Leave it alone",
		.status = 200,
		.parts = id_part,
		.reply = &shape_shop,
	},
	{
		.method = "GET",
		.path = "/sites/{id}/statuses",
		.need = CAN_VIEW,
		.handle = site_statuses,
		.summary = "Its order statuses, as the last test read them",
		.status = 200,
		.parts = id_part,
		.reply = &status_shape,
		.many = true,
	},
	{
		.method = "GET",
		.path = "/sites/{id}/preview-count",
		.need = CAN_VIEW,
		.handle = site_count,
		.summary = "Orders of the next sync, or of a filter",
		.status = 200,
		.parts = id_part,
		.query = count_query,
		.reply = &count_shape,
	},
	{0},
};

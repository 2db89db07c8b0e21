#include "api/request.h"

#include <string.h>

#include <openssl/crypto.h>

#include "base/row_out.h"
#include "local.h"
#include "queue/window.h"
#include "resources.h"
#include "site/site.h"

bool
request_site(struct request *r, const char *param, struct site *out,
	     struct err *e)
{
	const char *code = request_text(r, param);
	struct err missing = {0};

	if (site_find(r->app->db, code, out, &missing) &&
	    out->deleted_at == 0 && request_may_see(r, out->id))
		return true;
	if (missing.class != ERR_NONE && missing.class != ERR_MISSING) {
		*e = missing;
		return false;
	}
	return request_fault(r, e, param, "there is no site \"%.40s\"", code);
}

static bool
sync_orders(struct request *r, struct err *e)
{
	AUTO(site) site = {0};

	if (!request_site(r, "site", &site, e))
		return false;
	answer_changed(r, "sync.orders", "site %s", site.code);
	return request_work(r, "order_sync", site.id,
			    request_flag(r, "full", false), NULL, e);
}

/* Operations that one request asked for; the answer shows them. */
struct started {
	bool full, all_merged;
	size_t count;
	int64_t first;
	struct strbuf marks; /* watermarks that were reset */
};

static void
started_end(struct started *s)
{
	strbuf_end(&s->marks);
}

/* What can be brought in, by which kind, and by which it is looked at first. */
static const struct source {
	const char *entity, *kind, *plan;
} orders = {"orders", "order_sync", "sync_plan"},
  items = {"items", "item_sync", "item_plan"};

/* What the operation is asked for beside its site; "" without any of it. */
static void
add_scope(const struct request *r, const struct source *of, struct strbuf *out)
{
	const int64_t batch = request_int(r, "batch_size", 0);
	const char *before = "{";

	if (batch > 0 && of == &orders) {
		strbuf_addf(out, "%s\"batch_size\":%lld", before,
			    (long long)batch);
		before = ",";
	}
	if (r->dry_run) {
		strbuf_addf(out, "%s\"dry_run\":true", before);
		before = ",";
		if (request_flag(r, "reset_watermark", false))
			strbuf_add(out, ",\"reset_watermark\":true");
	}
	if (before[0] == ',')
		strbuf_add(out, "}");
}

static bool
start_one(struct request *r, struct started *s, const struct source *of,
	  int64_t site, struct err *e)
{
	AUTO(strbuf) scope = STRBUF(200);
	int64_t id;
	bool merged;

	add_scope(r, of, &scope);
	if (request_flag(r, "reset_watermark", false) && !r->dry_run &&
	    !watermarks_forget(r, of->entity, site, &s->marks, e))
		return false;
	if (!strbuf_check(&scope, e) ||
	    !request_ask(r, r->dry_run ? of->plan : of->kind, site, s->full,
			 scope.len > 0 ? scope.text : NULL, &id, &merged, e))
		return false;
	if (s->count == 0)
		s->first = id;
	s->all_merged &= merged;
	strbuf_add(&r->data, s->count++ == 0 ? "" : ",");
	return answer_one_of(r, &entity_operations, id, e);
}

/* Of the site that is named, or of each that synchronises orders. */
static bool
start_orders(struct request *r, struct started *s, struct err *e)
{
	AUTO(site) site = {0};
	AUTO(rows) rows = ROWS;
	const size_t before = s->count;

	if (request_given(r, "site"))
		return request_site(r, "site", &site, e) &&
		       start_one(r, s, &orders, site.id, e);
	if (!db_open(r->app->db, &rows, SQL_SYNC_SITES, NO_BINDS, e))
		return false;
	while (rows_next(&rows)) {
		const int64_t id = rows_int(&rows, "id");

		if (request_may_see(r, id) && !start_one(r, s, &orders, id, e))
			return false;
	}
	if (!rows_check(&rows, e))
		return false;
	if (s->count > before)
		return true;
	err_set(e, ERR_MISSING, "there is no site that synchronises orders");
	return err_as(e, OB_NOT_FOUND);
}

/* Whether the body names it, in "entity" or in "entities". */
static bool
wants(const struct request *r, const char *entity)
{
	return strcmp(request_text(r, "entity"), entity) == 0 ||
	       request_lists(r, "entities", entity);
}

enum { INCREMENTAL, FULL }; /* as in modes */

/*
 * The prefix of the requirement lets unknown members pass; this one would ask
 * for another thing than what is done here.
 */
static bool
check_wish(struct request *r, struct err *e)
{
	if (json_object_get(r->body, "dataset_id") != NULL)
		return request_fault(r, e, "dataset_id",
				     "nothing is pushed to datasets here");
	if (!wants(r, "orders") && !wants(r, "items")) {
		request_fault(r, e, "entity", "is required");
		return err_as(e, OB_MISSING_PARAM);
	}
	if (request_given(r, "batch_size") && !wants(r, "orders"))
		return request_fault(r, e, "batch_size", "is one of orders");
	if (request_given(r, "batch_size") && !r->dry_run &&
	    request_int(r, "mode", INCREMENTAL) == FULL)
		return request_fault(r, e, "batch_size",
				     "a full run marks all orders at its end");
	return true;
}

static bool
sync_now(struct request *r, struct err *e)
{
	AUTO(started)
	s = {.full = request_int(r, "mode", INCREMENTAL) == FULL,
	     .all_merged = true,
	     .marks = STRBUF(DATA_MAX / 2)};

	if (!check_wish(r, e))
		return false;
	strbuf_add(&r->data, "{\"operations\":[");
	if ((wants(r, "orders") && !start_orders(r, &s, e)) ||
	    (wants(r, "items") && !start_one(r, &s, &items, 0, e)))
		return false;
	strbuf_add(&r->data, "]}");
	r->is_merged = s.all_merged;
	answer_location(r, "/operations/%lld", (long long)s.first);
	answer_changed(r, "sync.now", "%zu operations", s.count);
	if (s.marks.len > 0)
		strbuf_addf(&r->before, "{\"watermarks\":[%s]}", s.marks.text);
	r->wants_worker = true;
	return strbuf_check(&r->data, e);
}

static bool
import_orders(struct request *r, struct err *e)
{
	AUTO(site) site = {0};
	AUTO(strbuf) scope = STRBUF(4096);
	AUTO(strbuf) list = STRBUF(2048);
	const json_t *statuses = request_json(r, "statuses").value;

	if (!request_site(r, "site_code", &site, e))
		return false;
	for (size_t i = 0; i < json_array_size(statuses); i++)
		strbuf_addf(&list, "%s%s", i == 0 ? "" : ",",
			    json_string_value(json_array_get(statuses, i)));
	strbuf_add(&scope, "{\"order_id\":");
	json_out_text(&scope, request_text(r, "order_id"));
	strbuf_add(&scope, ",\"start_date\":");
	json_out_text(&scope, request_text(r, "start_date"));
	strbuf_add(&scope, ",\"status\":");
	json_out_text(&scope, strbuf_text(&list));
	strbuf_add(&scope, r->dry_run ? ",\"dry_run\":true}" : "}");
	if (!strbuf_check(&scope, e))
		return false;
	answer_changed(r, "import.orders", "site %s", site.code);
	strbuf_add(&r->after, scope.text);
	return request_work(r, "import", site.id, false, scope.text, e);
}

static const struct shape result_shape = {
	"ImportResult",
	(const struct field[]){
		{"order_id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"platform_order_id", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"number", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"outcome", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "stored, imported, updated, skipped, soft, hard"},
		{"code", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"message", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{0},
	},
};

static bool
import_results(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;
	const int64_t id = request_int(r, "op", 0);
	const char *wanted = request_text(r, "result");

	/* Whether it is there, and may be seen, is said by its own list. */
	if (!answer_one_of(r, &entity_operations, id, e))
		return false;
	strbuf_clear(&r->data);
	return db_open(r->app->db, &rows, SQL_API_IMPORT_RESULTS,
		       BINDS(bind_int(id), bind_text_or_null(wanted),
			     bind_text_or_null(wanted)),
		       e) &&
	       answer_rows(r, &rows, e);
}

const struct shape shape_window = {
	"Window",
	(const struct field[]){
		{"active", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "nothing is synchronised now"},
		{"starts_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"ends_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static bool
window_show(struct request *r, struct err *e)
{
	const bool active = bc_window_covers(r->now);

	strbuf_addf(&r->data, "{\"active\":%s,\"starts_at\":\"",
		    active ? "true" : "false");
	strbuf_add_time(&r->data, active ? r->now : bc_window_starts(r->now));
	strbuf_add(&r->data, "\",\"ends_at\":\"");
	strbuf_add_time(&r->data, bc_window_ends(r->now));
	strbuf_add(&r->data, "\"}");
	return strbuf_check(&r->data, e);
}

/* For hosts without a crontab: another one calls this address (CONFIG.md). */
static bool
cron_tick(struct request *r, struct err *e)
{
	static const char *const words[] = {
		[WORKER_RUNS] = "started",
		[WORKER_IS_FULL] = "running",
		[WORKER_IS_FORBIDDEN] = "forbidden",
	};
	const char *key = r->app->config.cron.tick_key;
	const char *said = request_text(r, "key");

	if (key[0] == '\0' || strlen(said) != strlen(key) ||
	    CRYPTO_memcmp(said, key, strlen(key)) != 0) {
		err_set(e, ERR_DENIED, "that is not the key of cron.tick_key");
		return err_as(e, OB_NOT_LOGGED_IN);
	}
	strbuf_addf(&r->data, "{\"cron\":\"%s\"}",
		    words[cron_start_one(r->app)]);
	return strbuf_check(&r->data, e);
}

static const char *const tick_words[] = {"started", "running", "forbidden",
					 NULL};

static const struct shape tick_shape = {
	"CronTick",
	(const struct field[]){
		{"cron", FIELD_WORD, 0, NULL, tick_words, NULL,
		 "forbidden: this host starts no processes"},
		{0},
	},
};

static const struct param tick_body[] = {
	{"key", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 32, 200, NULL, NULL,
	 "cron.tick_key of the INI file"},
	{0},
};

static const struct param sync_body[] = {
	{"site", PARAM_TEXT, PARAM_REQUIRED, 1, 40, NULL, NULL,
	 "the site's code"},
	{"full", PARAM_FLAG, 0, 0, 0, NULL, NULL, "all orders, not the new"},
	{0},
};

static const char *const entities[] = {"orders", "items", NULL};
static const char *const modes[] = {"incremental", "full", NULL};

static const struct param now_body[] = {
	{"entity", PARAM_WORD, 0, 0, 0, entities, NULL,
	 "orders of the shops, or items of Business Central"},
	{"entities", PARAM_LIST, 0, 1, 2, entities, NULL, "several"},
	{"mode", PARAM_WORD, 0, 0, 0, modes, NULL,
	 "incremental, where nothing is said"},
	{"site", PARAM_TEXT, 0, 1, 40, NULL, NULL,
	 "of orders: the site's code; else every site"},
	{"batch_size", PARAM_INT, 0, 50, 5000, NULL, NULL,
	 "new orders that are stored before their marks; else the site's"},
	{"reset_watermark", PARAM_FLAG, 0, 0, 0, NULL, NULL,
	 "read from the beginning, as if nothing had been read before"},
	{0},
};

static const struct shape started_shape = {
	"SyncStarted",
	(const struct field[]){
		{"operations", FIELD_LIST, 0, NULL, NULL, &shape_operation,
		 "one a site for orders, one for items"},
		{0},
	},
};

static const struct param import_body[] = {
	{"site_code", PARAM_TEXT, PARAM_REQUIRED, 1, 40, NULL, NULL,
	 "the webstore to import from"},
	{"order_id", PARAM_TEXT, 0, 0, 64, NULL, NULL,
	 "the shop's own id of one order"},
	{"statuses", PARAM_LIST, 0, 0, 20, NULL, NULL,
	 "online statuses; none: the site's"},
	{"start_date", PARAM_DATE, 0, 0, 0, NULL, NULL,
	 "created on or after this day, in the store's zone"},
	{0},
};

static const char *const outcomes[] = {
	"stored", "imported", "updated", "skipped", "soft", "hard", NULL};

static const struct param op_part[] = {
	{.name = "op", .type = PARAM_ID, .help = "the operation's id"}, {0}};
static const struct param result_query[] = {
	{"result", PARAM_WORD, 0, 0, 0, outcomes, NULL, "only these"}, {0}};

/* The requirement's first page names it so, its table /sync/manual. */
static const struct retirement sync_retirement = {
	.since = INT64_C(1796083200) * SECOND, /* 2026-12-01 */
	.until = INT64_C(1827619200) * SECOND, /* 2027-12-01 */
	.instead = "/sync/manual",
};

const struct route sync_routes[] = {
	{
		.method = "POST",
		.path = "/sync",
		.need = CAN_SYNC,
		.handle = sync_now,
		.summary = "The same by its old name",
		.status = 202,
		.traits = ROUTE_SEED | ROUTE_DRY_RUN,
		.body = now_body,
		.reply = &started_shape,
		.retired = &sync_retirement,
	},
	{
		.method = "POST",
		.path = "/sync/manual",
		.need = CAN_SYNC,
		.handle = sync_now,
		.summary = "Bring orders or items in now",
		.status = 202,
		.traits = ROUTE_SEED | ROUTE_DRY_RUN,
		.body = now_body,
		.reply = &started_shape,
	},
	{
		.method = "POST",
		.path = "/sync/orders",
		.need = CAN_SYNC,
		.handle = sync_orders,
		.summary = "Fetch a shop's orders now",
		.status = 202,
		.body = sync_body,
		.reply = &shape_operation,
	},
	{
		.method = "POST",
		.path = "/imports",
		.need = CAN_ORDERS_WRITE,
		.handle = import_orders,
		.summary = "Import orders by hand, with filters",
		.status = 202,
		.traits = ROUTE_KEY | ROUTE_DRY_RUN,
		.body = import_body,
		.reply = &shape_operation,
	},
	{
		.method = "GET",
		.path = "/imports",
		.need = CAN_VIEW,
		.handle = answer_list,
		.summary = "Imports that were asked for, and how they went",
		.status = 200,
		.list = &entity_imports,
		.many = true,
	},
	{
		.method = "GET",
		.path = "/imports/{op}",
		.need = CAN_VIEW,
		.handle = import_results,
		.summary = "What became of each order of an import",
		.status = 200,
		.parts = op_part,
		.query = result_query,
		.reply = &result_shape,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/cron/tick",
		.need = CAN_ANYONE,
		.handle = cron_tick,
		.summary = "What the crontab does, for hosts without one",
		.status = 202,
		.body = tick_body,
		.reply = &tick_shape,
	},
	{
		.method = "GET",
		.path = "/window",
		.need = CAN_VIEW,
		.handle = window_show,
		.summary = "Business Central's maintenance: now, or next",
		.status = 200,
		.reply = &shape_window,
	},
	{0},
};

#include "api/request.h"

#include <string.h>

#include "base/row_out.h"
#include "queue/window.h"
#include "resources.h"

/* What brings orders and items in. */
#define KINDS "order_sync,import,retry,webhook,item_sync"

/* What is synchronised, and what a list calls it. */
static const struct synced {
	const char *slug;
	const struct entity *entity;
	bool waits; /* for Business Central, where it is not yet */
} synced[] = {
	{"orders", &entity_orders, true},
	{"items", &entity_items, false},
};

static void
add_moment(struct strbuf *out, const char *name, utc_ms at)
{
	strbuf_addf(out, ",\"%s\":", name);
	json_out_time(out, at);
}

static bool
add_running(struct request *r, struct err *e)
{
	static const struct list_param filter[] = {
		{"kind", KINDS}, {"state", "in_progress"}, {"per_page", "1"}};
	AUTO(strbuf) rows = STRBUF(DATA_MAX);
	struct list_page page;

	if (!request_rows(r, &entity_operations, filter, COUNT_OF(filter),
			  &rows, &page, e))
		return false;
	strbuf_addf(&r->data, "{\"is_syncing\":%s",
		    page.rows > 0 ? "true" : "false");
	return true;
}

/* When the next of the schedules of these comes; 0: none is on. */
static bool
next_run(struct request *r, utc_ms *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = 0;
	if (!db_open(r->app->db, &rows, SQL_API_SCHEDULES,
		     BINDS(bind_null(), bind_null()), e))
		return false;
	while (rows_next(&rows)) {
		const char *kind = rows_borrow(&rows, "kind", NULL);
		const int64_t site = rows_int(&rows, "site_id");
		const utc_ms at = rows_time(&rows, "next_run_at");

		if ((strcmp(kind, "order_sync") != 0 &&
		     strcmp(kind, "item_sync") != 0) ||
		    !rows_flag(&rows, "is_enabled") ||
		    (site != 0 && !request_may_see(r, site)))
			continue;
		if (*out == 0 || at < *out)
			*out = at;
	}
	return rows_check(&rows, e);
}

static bool
add_mode(struct request *r, struct err *e)
{
	utc_ms next;

	if (!next_run(r, &next, e))
		return false;
	strbuf_addf(&r->data, ",\"mode\":\"%s\"",
		    next == 0 ? "manual" : "scheduled");
	add_moment(&r->data, "next_run_at", next);
	strbuf_addf(&r->data, ",\"window\":{\"active\":%s",
		    bc_window_covers(r->now) ? "true" : "false");
	add_moment(&r->data, "starts_at", bc_window_starts(r->now));
	add_moment(&r->data, "ends_at", bc_window_ends(r->now));
	strbuf_add(&r->data, "}");
	return true;
}

static bool
add_operations(struct request *r, struct err *e)
{
	static const struct list_param filter[] = {
		{"kind", KINDS}, {"view", "open"}, {"per_page", "10"}};
	struct list_page page;

	strbuf_add(&r->data, ",\"operations\":");
	return request_rows(r, &entity_operations, filter, COUNT_OF(filter),
			    &r->data, &page, e);
}

static bool
count(struct request *r, const struct entity *entity, bool waiting,
      uint64_t *out, struct err *e)
{
	static const struct list_param waits = {"imported", "0"};
	bool is_capped;

	return request_count(r, entity, &waits, waiting ? 1 : 0, out,
			     &is_capped, e);
}

/* How far the slowest of the readers has come. */
static bool
slowest(struct request *r, const char *slug, utc_ms *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	bool any = false;

	*out = 0;
	if (!db_open(r->app->db, &rows, SQL_API_WATERMARKS,
		     BINDS(bind_text(slug)), e))
		return false;
	while (rows_next(&rows)) {
		const int64_t site = rows_int(&rows, "site_id");
		const utc_ms at = rows_time(&rows, "value_at");

		if (site != 0 && !request_may_see(r, site))
			continue;
		if (!any || at < *out)
			*out = at;
		any = true;
	}
	return rows_check(&rows, e);
}

static bool
add_entity(struct request *r, const struct synced *of, struct err *e)
{
	uint64_t total, pending = 0;
	utc_ms mark;

	if (!count(r, of->entity, false, &total, e) ||
	    (of->waits && !count(r, of->entity, true, &pending, e)) ||
	    !slowest(r, of->slug, &mark, e))
		return false;
	strbuf_addf(&r->data,
		    "{\"slug\":\"%s\",\"total\":%llu,\"pending\":", of->slug,
		    (unsigned long long)total);
	strbuf_addf(&r->data, of->waits ? "%llu" : "null",
		    (unsigned long long)pending);
	add_moment(&r->data, "watermark", mark);
	strbuf_add(&r->data, "}");
	return true;
}

static void
add_json(struct strbuf *out, const char *name, const json_t *value)
{
	strbuf_addf(out, ",\"%s\":", name);
	if (json_is_integer(value))
		strbuf_addf(out, "%lld", (long long)json_integer_value(value));
	else
		json_out_text(out, json_string_value(value));
}

/* The last run of an entity that came to an end. */
static bool
add_last(struct request *r, const char *slug, const char **before,
	 struct err *e)
{
	const struct list_param filter[] = {
		{"entity_type", slug},
		{"status", "completed,failed,aborted,webshop_not_found"},
		{"per_page", "1"}};
	AUTO(strbuf) rows = STRBUF(DATA_MAX);
	struct list_page page;
	json_auto_t *found = NULL;
	const json_t *row;

	if (!request_rows(r, &entity_sync_logs, filter, COUNT_OF(filter), &rows,
			  &page, e) ||
	    !json_read(rows.text, rows.len, &found, e))
		return false;
	row = json_array_get(found, 0);
	if (row == NULL)
		return true;
	strbuf_addf(&r->data, "%s{\"id\":\"%s\"", *before,
		    json_string_value(json_object_get(row, "id")));
	add_json(&r->data, "entity_type", json_object_get(row, "entity_type"));
	add_json(&r->data, "status", json_object_get(row, "status"));
	add_json(&r->data, "rows_pushed", json_object_get(row, "rows_pushed"));
	add_json(&r->data, "duration_seconds",
		 json_object_get(row, "duration_seconds"));
	add_json(&r->data, "completed_at", json_object_get(row, "at"));
	strbuf_add(&r->data, "}");
	*before = ",";
	return true;
}

static bool
add_last_syncs(struct request *r, struct err *e)
{
	const char *before = "";

	strbuf_add(&r->data, ",\"last_syncs\":[");
	for (size_t i = 0; i < COUNT_OF(synced); i++)
		if (!add_last(r, synced[i].slug, &before, e))
			return false;
	strbuf_add(&r->data, "]}");
	return strbuf_check(&r->data, e);
}

static bool
add_entities(struct request *r, struct err *e)
{
	strbuf_add(&r->data, ",\"entities\":[");
	for (size_t i = 0; i < COUNT_OF(synced); i++) {
		strbuf_add(&r->data, i == 0 ? "" : ",");
		if (!add_entity(r, &synced[i], e))
			return false;
	}
	strbuf_add(&r->data, "]");
	return true;
}

static bool
sync_status(struct request *r, struct err *e)
{
	if (!add_running(r, e))
		return false;
	/* The requirement's example has these two alone. */
	if (r->is_alias)
		return add_last_syncs(r, e);
	return add_mode(r, e) && add_operations(r, e) && add_entities(r, e) &&
	       add_last_syncs(r, e);
}

/* clang-format off */
static const struct shape entity_shape = {
	"SyncEntity",
	(const struct field[]){
		{"slug", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"total", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "counting ends at 10,000"},
		{"pending", FIELD_COUNT, FIELD_NULL, NULL, NULL, NULL,
		 "that wait for Business Central"},
		{"watermark", FIELD_TIME, 0, NULL, NULL, NULL,
		 "up to where even the slowest reader has read"},
		{0},
	},
};

static const struct shape last_shape = {
	"LastSync",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, "of its line in the log"},
		{"entity_type", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"status", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"rows_pushed", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "that were stored"},
		{"duration_seconds", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"completed_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const char *const modes[] = {"manual", "scheduled", NULL};

const struct shape shape_sync_status = {
	"SyncStatus",
	(const struct field[]){
		{"is_syncing", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"mode", FIELD_WORD, 0, NULL, modes, NULL, NULL},
		{"next_run_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"window", FIELD_OBJECT, 0, NULL, NULL, NULL,
		 "Business Central's maintenance"},
		{"operations", FIELD_LIST, 0, NULL, NULL, &shape_operation,
		 "what runs or waits, ten at most"},
		{"entities", FIELD_LIST, 0, NULL, NULL, &entity_shape, NULL},
		{"last_syncs", FIELD_LIST, 0, NULL, NULL, &last_shape,
		 "the last of each entity that ended"},
		{0},
	},
};
/* clang-format on */

const struct route sync_status_routes[] = {
	{
		.method = "GET",
		.path = "/sync/status",
		.need = CAN_VIEW,
		.handle = sync_status,
		.summary = "What is synchronised now, and how it went last",
		.status = 200,
		.traits = ROUTE_SEED | ROUTE_SEED_TEXTS,
		.reply = &shape_sync_status,
	},
	{0},
};

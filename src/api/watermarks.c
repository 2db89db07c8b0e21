#include "api/request.h"

#include <stdio.h>
#include <string.h>

#include "base/row_out.h"
#include "queue/watermark.h"
#include "resources.h"
#include "site/site.h"

/* What is read, and the kind whose runs move its watermark on. */
static const struct {
	const char *entity, *kind;
} readers[] = {{"orders", "order_sync"}, {"items", "item_sync"}};

static const char *const entities[] = {"orders", "items", NULL};

/* The row of a watermark as it stood before. */
static const struct shape reader_shape = {
	"WatermarkReset",
	(const struct field[]){
		{"name", FIELD_TEXT, 0, NULL, NULL, NULL, "fetch:orders:3"},
		{"site", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "the site's code"},
		{"value_at", FIELD_TIME, 0, NULL, NULL, NULL,
		 "how far it had come"},
		{"value_id", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{0},
	},
};

/* The change of one request, to several watermarks. */
struct resetting {
	struct request *r;
	const char *entity, *kind;
	int64_t site;        /* 0: of every site */
	struct strbuf *told; /* what was, as members of a list */
};

static bool
is_running(struct rows *rows, struct err *e)
{
	err_set(e, ERR_CONFLICT, "a run that reads %s is under way",
		rows_borrow(rows, "name", NULL));
	err_hint(e, "wait for it, or stop it");
	return err_as(e, OB_ALREADY_RUNNING);
}

static bool
reset_one(struct db *db, const struct resetting *s, struct rows *rows,
	  struct err *e)
{
	char name[161], run[97];
	bool done;

	rows_text(rows, "name", name, sizeof(name));
	(void)snprintf(run, sizeof(run), "run:%s:%lld", s->kind,
		       (long long)rows_int(rows, "site_id"));
	return watermark_reset(db, name, (unsigned)rows_int(rows, "version"),
			       run, &done, e) &&
	       (done || is_running(rows, e));
}

static bool
is_meant(const struct resetting *s, struct rows *rows)
{
	const int64_t site = rows_int(rows, "site_id");

	return (site == 0 || request_may_see(s->r, site)) &&
	       (s->site == 0 || s->site == site);
}

static bool
reset_all(struct db *db, void *context, struct err *e)
{
	struct resetting *s = context;
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_API_WATERMARKS, BINDS(bind_text(s->entity)),
		     e))
		return false;
	while (rows_next(&rows)) {
		if (!is_meant(s, &rows))
			continue;
		if (!s->r->dry_run && !reset_one(db, s, &rows, e))
			return false;
		strbuf_add(s->told, s->told->len == 0 ? "" : ",");
		shape_row(s->told, &reader_shape, &rows, true, false);
	}
	return rows_check(&rows, e) && strbuf_check(s->told, e);
}

bool
watermarks_forget(struct request *r, const char *entity, int64_t site,
		  struct strbuf *told, struct err *e)
{
	struct resetting s = {
		.r = r, .entity = entity, .site = site, .told = told};

	for (size_t i = 0; i < COUNT_OF(readers); i++)
		if (strcmp(readers[i].entity, entity) == 0)
			s.kind = readers[i].kind;
	return db_transact(r->app->db, reset_all, &s, e);
}

static bool
watermarks_reset(struct request *r, struct err *e)
{
	const size_t which = (size_t)request_int(r, "entity", 0);
	const char *entity = readers[which].entity;
	AUTO(strbuf) told = STRBUF(DATA_MAX / 2);
	AUTO(site) site = {0};

	if (request_given(r, "site") && !request_site(r, "site", &site, e))
		return false;
	if (!watermarks_forget(r, entity, site.id, &told, e))
		return false;
	if (told.len == 0) {
		err_set(e, ERR_MISSING, "nothing was read there yet");
		return err_as(e, OB_NOT_FOUND);
	}
	strbuf_addf(&r->data, "[%s]", told.text);
	answer_changed(r, "watermark.reset", "%s%s%s", entity,
		       site.id == 0 ? "" : " of ", site.code);
	strbuf_addf(&r->before, "{\"watermarks\":%s}", strbuf_text(&r->data));
	return strbuf_check(&r->data, e);
}

static const struct param entity_part[] = {
	{"entity", PARAM_WORD, 0, 0, 0, entities, NULL,
	 "orders of the shops, or items of Business Central"},
	{0},
};
static const struct param reset_body[] = {
	{"site", PARAM_TEXT, 0, 1, 40, NULL, NULL,
	 "of orders: the site's code; else every site"},
	{0},
};

const struct route watermarks_routes[] = {
	{
		.method = "GET",
		.path = "/watermarks",
		.need = CAN_VIEW,
		.handle = answer_list,
		.summary = "How far each reader has come",
		.status = 200,
		.list = &entity_watermarks,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/watermarks/{entity}/reset",
		.need = CAN_SYNC,
		.handle = watermarks_reset,
		.summary = "Let the next run begin anew; tells what was",
		.status = 200,
		.traits = ROUTE_DRY_RUN,
		.parts = entity_part,
		.body = reset_body,
		.reply = &reader_shape,
		.many = true,
	},
	{0},
};

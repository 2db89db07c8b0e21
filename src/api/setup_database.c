/* Database and key: the step before which nobody can be asked who they are. */
#include <stdio.h>

#include "app/tests.h"
#include "base/fault.h"
#include "base/row_out.h"
#include "base/text.h"
#include "db/migrate.h"
#include "local.h"
#include "resources.h"
#include "setup.h"

/* A request ends long before a web server loses its patience (UX 7). */
enum { AT_ONCE_MS = 6000 };

struct making {
	struct test_result found;
	struct migrate_summary tables;
	struct strbuf key; /* the file's text, where it was made now */
	bool has_changed;
};

static void
making_end(struct making *m)
{
	secret_wipe(&m->key);
}

static void
add_step(struct making *m, const char *name, bool fine, const struct err *e)
{
	struct probe_step step;

	step_fill(&step, name, fine, e);
	test_add_step(&m->found, &step);
}

/* No fault: this step makes it. */
static void
promise(struct making *m, const char *name, const struct err *e)
{
	struct probe_step step;

	step_fill(&step, name, false, e);
	step.verdict = PROBE_WARN;
	(void)text_copy(step.fix, sizeof(step.fix), "this step makes it");
	test_add_step(&m->found, &step);
}

/* A person puts it there, where we may not write. */
static bool
hand_over(struct request *r, struct making *m, struct err *e)
{
	struct secret_box box = {0};

	secret_key_draw(&box);
	secret_key_text(&box, &m->key);
	secret_close(&box);
	return err_hint(e,
			"keep the text of \"key\" as %s, with mode 600, and "
			"do this step again",
			r->app->config.secret.key_file);
}

static void
take_key(struct request *r, struct making *m)
{
	const char *path = r->app->config.secret.key_file;
	struct err why = {0};
	bool fine = app_secrets(r->app, &why);

	if (!fine && why.class == ERR_MISSING && r->dry_run) {
		promise(m, "Key file", &why);
		return;
	}
	if (!fine && why.class == ERR_MISSING) {
		why = (struct err){0};
		fine = secret_key_make(path, &why) && app_secrets(r->app, &why);
		m->has_changed |= fine;
		if (fine)
			secret_key_text(&r->app->secrets, &m->key);
		else
			(void)hand_over(r, m, &why);
	}
	add_step(m, "Key file", fine, &why);
}

static void
count_tables(struct request *r, struct making *m)
{
	struct err why = {0};

	if (!app_connect_admin(r->app, &why) ||
	    !migrate_status(r->app->db, &m->tables, NULL, NULL, &why))
		add_step(m, "Tables", false, &why);
	app_disconnect(r->app);
}

static void
make_tables(struct request *r, struct making *m)
{
	struct migrate_order order = {
		.until_boot_ms = clock_boot_ms() + AT_ONCE_MS,
	};
	const size_t before = m->tables.done;
	struct err why = {0};
	bool fine;

	if (OB_FAULT("setup.out_of_time"))
		order.until_boot_ms = 1;
	fine = app_connect_admin(r->app, &why) &&
	       app_migrate(r->app, &order, &m->tables, &why);
	app_disconnect(r->app);
	m->has_changed |= m->tables.done > before;
	add_step(m, "Tables", fine, &why);
}

static bool
note_database(struct request *r, void *context, struct err *e)
{
	const struct making *m = context;

	(void)e;
	answer_changed(r, "setup.database", "schema %u",
		       m->tables.database_version);
	return true;
}

static bool
is_finished(const struct making *m)
{
	return m->found.failed == 0 && m->tables.waiting == 0;
}

static bool
answer(struct request *r, const struct making *m, struct err *e)
{
	strbuf_addf(&r->data, "{\"passed\":%s,\"finished\":%s,\"steps\":",
		    m->found.failed == 0 ? "true" : "false",
		    is_finished(m) ? "true" : "false");
	answer_steps(r, &m->found);
	strbuf_addf(&r->data, ",\"done\":%zu,\"waiting\":%zu,\"key_file\":",
		    m->tables.done, m->tables.waiting);
	json_out_text(&r->data, r->app->config.secret.key_file);
	strbuf_add(&r->data, ",\"key\":");
	if (m->key.len == 0)
		strbuf_add(&r->data, "null");
	else
		json_out_text(&r->data, m->key.text);
	strbuf_add(&r->data, "}");
	return strbuf_check(&m->key, e) && strbuf_check(&r->data, e);
}

/* The trail can be written once there are tables and a key for it. */
bool
setup_database(struct request *r, struct err *e)
{
	AUTO(making)
	m = {.found = {.fetchable = -1, .began_boot_ms = clock_boot_ms()},
	     .key = STRBUF(2048)};

	if (!setup_allows(r, e))
		return false;
	test_database(r->app, &m.found);
	if (m.found.failed == 0)
		count_tables(r, &m);
	take_key(r, &m);
	if (m.found.failed == 0 && !r->dry_run)
		make_tables(r, &m);
	if (m.has_changed && is_finished(&m) &&
	    !request_change(r, note_database, &m, e))
		return false;
	return answer(r, &m, e);
}

const struct shape shape_setup_database = {
	"SetupDatabase",
	(const struct field[]){
		{"passed", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"finished", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "all tables are there; else do this step again"},
		{"steps", FIELD_LIST, 0, NULL, NULL, &shape_test_step, NULL},
		{"done", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "steps of the migrations"},
		{"waiting", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"key_file", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"key", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "its text where it was made now, shown this once: a copy to "
		 "be kept apart, or what to put there"},
		{0},
	},
};

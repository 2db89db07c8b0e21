#include <string.h>

#include "account/user.h"
#include "setup.h"

enum { NO_SUCH_TABLE = 1146 };

static const char note[] = "setup_steps";

const char *const setup_words[] = {[SETUP_CODE] = "code",
				   [SETUP_DATABASE] = "database",
				   [SETUP_ADMINISTRATOR] = "administrator",
				   [SETUP_SITE] = "site",
				   [SETUP_BC] = "business_central",
				   [SETUP_CRON] = "cron",
				   [SETUP_DONE] = "done",
				   NULL};

bool
setup_is_over(struct err *e)
{
	err_set(e, ERR_MISSING, "this installation is set up");
	return err_as(e, OB_NOT_FOUND);
}

static bool
has_code(const struct request *r)
{
	return r->app->config.setup.code[0] != '\0';
}

static void
stand_at(struct setup *out, enum setup_step at)
{
	out->at = at;
	for (int i = 0; i < (int)at; i++)
		out->done[i] = !out->skipped[i];
}

/* "cannot" of an installation that is in use is its own error. */
static bool
stand_before(struct setup *out, enum setup_step at, bool in_use,
	     const struct err *why, struct err *e)
{
	if (in_use) {
		*e = *why;
		return false;
	}
	stand_at(out, at);
	return true;
}

/* Users of a database whose tables are not those of this program, or none. */
static bool
has_users(struct request *r, bool *out, struct err *e)
{
	const bool is_bare = r->app->db == NULL;
	struct err why = {0};
	bool known;

	*out = false;
	if (!app_connect(r->app, e))
		return false;
	known = user_is_there(r->app->db, out, &why) ||
		db_error(r->app->db) == NO_SUCH_TABLE;
	/* It was not checked, so nobody else may use it. */
	if (is_bare)
		app_disconnect(r->app);
	if (!known)
		*e = why;
	return known;
}

/* The database cannot be worked with: not yet, or not just now. */
static bool
look_before(struct request *r, const struct err *why, struct setup *out,
	    struct err *e)
{
	struct err away = {0};
	bool there;

	if (!has_users(r, &there, &away))
		return stand_before(out, SETUP_DATABASE, !has_code(r), why, e);
	return stand_before(out, has_code(r) ? SETUP_DATABASE : SETUP_CODE,
			    there, why, e);
}

static bool
read_note(struct request *r, json_t **out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = NULL;
	if (!db_open(r->app->db, &rows, SQL_SETUP_STEPS, NO_BINDS, e))
		return false;
	if (rows_next(&rows)) {
		const char *text = rows_borrow(&rows, "value", NULL);

		if (!json_read(text, strlen(text), out, e))
			return err_in(e, "setting %s", note);
	}
	return rows_check(&rows, e);
}

static bool
look_behind(struct request *r, struct setup *out, struct err *e)
{
	json_auto_t *steps = NULL;
	enum setup_step at = SETUP_DONE;

	if (!read_note(r, &steps, e))
		return false;
	if (steps == NULL) {
		stand_at(out, SETUP_DONE);
		return true;
	}
	for (int i = SETUP_SITE; i < (int)SETUP_DONE; i++) {
		const json_t *how = json_object_get(steps, setup_words[i]);

		out->skipped[i] = json_is_false(how);
		out->done[i] = json_is_true(how);
		if (how == NULL && at == SETUP_DONE)
			at = (enum setup_step)i;
	}
	out->at = at;
	for (int i = 0; i < (int)SETUP_SITE; i++)
		out->done[i] = true;
	return true;
}

bool
setup_look(struct request *r, struct setup *out, struct err *e)
{
	struct err why = {0};
	bool there;

	*out = (struct setup){0};
	if (!app_keys(r->app, &why))
		return look_before(r, &why, out, e);
	if (!user_is_there(r->app->db, &there, e))
		return false;
	if (there)
		return look_behind(r, out, e);
	stand_at(out, has_code(r) ? SETUP_ADMINISTRATOR : SETUP_CODE);
	return true;
}

void
setup_add(const struct setup *setup, struct strbuf *out)
{
	strbuf_addf(out, "{\"needed\":%s,\"step\":\"%s\",\"steps\":[",
		    setup->at == SETUP_DONE ? "false" : "true",
		    setup_words[setup->at]);
	for (int i = 0; i < (int)SETUP_DONE; i++)
		strbuf_addf(out, "%s{\"name\":\"%s\",\"state\":\"%s\"}",
			    i == 0 ? "" : ",", setup_words[i],
			    setup->done[i]      ? "done"
			    : setup->skipped[i] ? "skipped"
						: "open");
	strbuf_add(out, "]");
}

bool
setup_begin(struct db *db, struct err *e)
{
	return db_run(db, SQL_SETTING_NOTE,
		      BINDS(bind_text(note), bind_text("{}")), e);
}

static const char *const states[] = {"open", "done", "skipped", NULL};

static const struct shape step_shape = {
	"SetupStep",
	(const struct field[]){
		{"name", FIELD_WORD, 0, NULL, setup_words, NULL, NULL},
		{"state", FIELD_WORD, 0, NULL, states, NULL, NULL},
		{0},
	},
};

static const struct shape cron_shape = {
	"SetupCron",
	(const struct field[]){
		{"line", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "for the crontab; null: the program was not found"},
		{"last_seen_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"host", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "where it ran last"},
		{0},
	},
};

/* clang-format off */
const struct shape shape_setup = {
	"Setup",
	(const struct field[]){
		{"needed", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "false: that was the last step"},
		{"step", FIELD_WORD, 0, NULL, setup_words, NULL,
		 "the first that is open; code: none stands in the INI file"},
		{"steps", FIELD_LIST, 0, NULL, NULL, &step_shape, NULL},
		{"cron", FIELD_OBJECT, FIELD_MAYBE, NULL, NULL, &cron_shape,
		 "of the step cron"},
		{0},
	},
};
/* clang-format on */

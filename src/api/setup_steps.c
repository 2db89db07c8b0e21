/* What is left once there is an administrator: each looks, then notes. */
#include <stdio.h>
#include <string.h>

#include "base/row_out.h"
#include "local.h"
#include "setup.h"

/* What a step wants to be true before it is done. */
struct wanted {
	enum setup_step step;
	bool is_met;
	const char *why, *fix;
};

/* Behind the last step nothing is noted: it is over. */
static bool
write_note(struct request *r, const struct setup *setup, struct err *e)
{
	AUTO(strbuf) text = STRBUF(300);

	if (setup->at == SETUP_DONE)
		return db_run(r->app->db, SQL_API_SETTING_RESET,
			      BINDS(bind_text("setup_steps")), e);
	strbuf_add(&text, "{");
	for (int i = SETUP_SITE; i < (int)SETUP_DONE; i++) {
		if (!setup->done[i] && !setup->skipped[i])
			continue;
		strbuf_addf(&text, "%s\"%s\":%s", text.len == 1 ? "" : ",",
			    setup_words[i], setup->done[i] ? "true" : "false");
	}
	strbuf_add(&text, "}");
	return strbuf_check(&text, e) &&
	       db_run(r->app->db, SQL_SETTING_NOTE,
		      BINDS(bind_text("setup_steps"), bind_text(text.text)), e);
}

static void
note(struct setup *setup, enum setup_step step, bool skip)
{
	setup->done[step] = !skip;
	setup->skipped[step] = skip;
	setup->at = SETUP_SITE;
	while (setup->at < SETUP_DONE &&
	       (setup->done[setup->at] || setup->skipped[setup->at]))
		setup->at++;
}

static bool
take(struct request *r, const struct wanted *wanted, struct err *e)
{
	const bool skip = request_flag(r, "skip", false);
	struct setup setup;

	if (!setup_look(r, &setup, e))
		return false;
	if (setup.at == SETUP_DONE)
		return setup_is_over(e);
	if (!skip && !wanted->is_met) {
		err_set(e, ERR_CONFLICT, "%s", wanted->why);
		err_hint(e, "%s", wanted->fix);
		return err_as(e, OB_CONFLICT);
	}
	if (!r->dry_run) {
		note(&setup, wanted->step, skip);
		if (!write_note(r, &setup, e))
			return false;
	}
	answer_changed(r, skip ? "setup.skip" : "setup.done", "step %s",
		       setup_words[wanted->step]);
	setup_add(&setup, &r->data);
	return true;
}

bool
setup_site(struct request *r, struct err *e)
{
	struct wanted wanted = {
		.step = SETUP_SITE,
		.why = "no shop that synchronises orders is enabled",
		.fix = "add one, test it, enable it; or skip this step",
	};
	AUTO(rows) rows = ROWS;

	if (!db_open(r->app->db, &rows, SQL_SYNC_SITES, NO_BINDS, e))
		return false;
	wanted.is_met = rows_next(&rows);
	if (!rows_check(&rows, e) || !take(r, &wanted, e))
		return false;
	strbuf_add(&r->data, "}");
	return strbuf_check(&r->data, e);
}

bool
setup_bc(struct request *r, struct err *e)
{
	struct wanted wanted = {
		.step = SETUP_BC,
		.why = "Business Central is not connected",
		.fix = "send its settings and the client secret; or skip this "
		       "step: orders wait",
	};
	AUTO(rows) rows = ROWS;

	if (!db_open(r->app->db, &rows, SQL_API_OVERVIEW_FACTS, NO_BINDS, e))
		return false;
	wanted.is_met = rows_next(&rows) && rows_flag(&rows, "bc_connected");
	if (!rows_check(&rows, e) || !take(r, &wanted, e))
		return false;
	strbuf_add(&r->data, "}");
	return strbuf_check(&r->data, e);
}

static void
add_line(struct request *r)
{
	char program[CONFIG_PATH_MAX + 16], line[3 * CONFIG_PATH_MAX];
	const char *config = r->app->config.file;

	if (!worker_program(r->app, program, sizeof(program))) {
		strbuf_add(&r->data, "null");
		return;
	}
	(void)snprintf(line, sizeof(line), "*/5 * * * * %s cron%s%s", program,
		       config[0] == '\0' ? "" : " --config=", config);
	json_out_text(&r->data, line);
}

static void
add_text(struct strbuf *out, const char *name, struct rows *rows,
	 const char *column)
{
	strbuf_addf(out, ",\"%s\":", name);
	if (rows_null(rows, column))
		strbuf_add(out, "null");
	else
		json_out_text(out, rows_borrow(rows, column, NULL));
}

bool
setup_cron(struct request *r, struct err *e)
{
	struct wanted wanted = {
		.step = SETUP_CRON,
		.why = "cron was not seen yet",
		.fix = "put the line into the crontab, and wait for it; or "
		       "skip this step",
	};
	AUTO(rows) rows = ROWS;

	if (!db_open(r->app->db, &rows, SQL_API_OVERVIEW_FACTS, NO_BINDS, e))
		return false;
	wanted.is_met = rows_next(&rows) && !rows_null(&rows, "cron_last_seen");
	/* Who is waiting for it wants the line, not a refusal. */
	wanted.is_met |= r->dry_run;
	if (!take(r, &wanted, e))
		return false;
	strbuf_add(&r->data, ",\"cron\":{\"line\":");
	add_line(r);
	add_text(&r->data, "last_seen_at", &rows, "cron_last_seen");
	add_text(&r->data, "host", &rows, "cron_host");
	strbuf_add(&r->data, "}}");
	return rows_check(&rows, e) && strbuf_check(&r->data, e);
}

#include "app/tests.h"

#include <stdio.h>

/* A right, and a statement on the table of the test that needs it. */
struct right {
	const char *step, *name;
	enum sql_id statement;
};

/* Of the account that makes and changes tables. */
static const struct right making[] = {
	{"Right CREATE", "CREATE", SQL_PROBE_CREATE},
	{"Right ALTER", "ALTER", SQL_PROBE_ALTER},
	{"Right INDEX", "INDEX", SQL_PROBE_INDEX},
	{"Right REFERENCES", "REFERENCES", SQL_PROBE_REFERENCES},
};
static const struct right working[] = {
	{"Right INSERT", "INSERT", SQL_PROBE_INSERT},
	{"Right SELECT", "SELECT", SQL_PROBE_SELECT},
	{"Right UPDATE", "UPDATE", SQL_PROBE_UPDATE},
	{"Right DELETE", "DELETE", SQL_PROBE_DELETE},
};
static const struct right leaving = {"Right DROP", "DROP", SQL_PROBE_DROP};

static const char *
account_of(const struct app *app, bool for_tables)
{
	const char *admin = app->config.database.admin_user;

	return for_tables && admin[0] != '\0' ? admin
					      : app->config.database.user;
}

static void
try_right(struct app *app, const struct right *right, bool for_tables,
	  struct test_result *out)
{
	struct probe_step step = {.name = right->step, .verdict = PROBE_SKIP};
	struct err why = {0};
	bool fine;

	if (out->failed == 0) {
		fine = db_run(app->db, right->statement, NO_BINDS, &why);
		(void)err_hint(&why, "GRANT %s ON `%s`.* TO '%s'", right->name,
			       app->config.database.name,
			       account_of(app, for_tables));
		step_fill(&step, right->step, fine, &why);
	}
	test_add_step(out, &step);
}

static void
dial(struct app *app, bool for_tables, struct test_result *out)
{
	struct probe_step step;
	struct err why = {0};
	bool fine;

	app_disconnect(app);
	fine = for_tables ? app_connect_admin(app, &why)
			  : app_connect(app, &why);
	step_fill(&step, for_tables ? "Account for tables" : "Daily account",
		  fine, &why);
	test_add_step(out, &step);
}

void
test_database(struct app *app, struct test_result *out)
{
	dial(app, true, out);
	for (size_t i = 0; i < COUNT_OF(making); i++)
		try_right(app, &making[i], true, out);
	dial(app, false, out);
	for (size_t i = 0; i < COUNT_OF(working); i++)
		try_right(app, &working[i], false, out);
	dial(app, true, out);
	try_right(app, &leaving, true, out);
	app_disconnect(app);
}

#include "db/migrate.h"
#include "app/app.h"

/* The lease "migrate", and what it needs to be taken. */
struct holder {
	struct app *app;
	struct lease lease;
};

static bool
take(void *context, bool *taken, struct err *e)
{
	struct holder *holder = context;

	return lease_take(&holder->lease, holder->app->db, "migrate",
			  holder->app->owner, taken, e);
}

static bool
touch(void *context, struct err *e)
{
	struct holder *holder = context;

	return lease_touch(&holder->lease, e);
}

static void
release(void *context)
{
	struct holder *holder = context;

	lease_release(&holder->lease);
}

bool
app_migrate(struct app *app, struct migrate_order *order,
	    struct migrate_summary *out, struct err *e)
{
	struct holder holder = {.app = app};

	order->lease = (struct migrate_lease){take, touch, release, &holder};
	return migrate_run(app->db, order, out, e) &&
	       (out->waiting > 0 || db_schema_compare(app->db, e));
}

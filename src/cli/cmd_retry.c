/* retry: orders and operations that failed, tried again by a person. */
#include <string.h>

#include "app/retry.h"
#include "base/text.h"
#include "cli/operate.h"
#include "local.h"

static const struct flag retry_flags[] = {
	{.name = "id",
	 .type = FLAG_LIST,
	 .value = "ID[,ID]",
	 .help = "order ids or numbers, as error list shows them"},
	{.name = "operation",
	 .type = FLAG_INT,
	 .value = "ID",
	 .help = "an operation that failed",
	 .minimum = 1,
	 .maximum = INT64_MAX},
	{.name = "site",
	 .type = FLAG_TEXT,
	 .value = "CODE",
	 .help = "every failed order of this site",
	 .complete = "site list"},
	{.name = "code",
	 .type = FLAG_TEXT,
	 .value = "CODE",
	 .help = "every failed order with this code: ob_sku_unknown"},
	{.name = "sku",
	 .type = FLAG_TEXT,
	 .value = "SKU",
	 .help = "every failed order that names this SKU"},
	{.name = "all", .type = FLAG_SWITCH, .help = "every failed order"},
	{0},
};

/* Appends the ids of a statement's rows as a JSON array; counts them. */
static bool
collect(struct app *app, enum sql_id statement, const struct bind *bind,
	size_t binds, struct strbuf *out, unsigned *count, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(app->db, &rows, statement, bind, binds, e))
		return false;
	while (rows_next(&rows)) {
		strbuf_addf(out, "%s%lld", out->len > 1 ? "," : "",
			    (long long)rows_int(&rows, "id"));
		(*count)++;
	}
	return rows_check(&rows, e);
}

static bool
collect_named(struct app *app, const char *list, struct strbuf *out,
	      unsigned *count, struct err *e)
{
	char word[65];

	while (config_list_next(&list, word, sizeof(word))) {
		unsigned before = *count;

		if (!collect(app, SQL_RETRY_FIND,
			     BINDS(bind_text(word), bind_text(word)), out,
			     count, e))
			return false;
		if (*count == before) {
			(void)err_set(e, ERR_MISSING,
				      "no failed or waiting order %s", word);
			return err_hint(e, "orderbridge error list");
		}
	}
	return true;
}

static bool
collect_filtered(struct app *app, const struct call *call, struct strbuf *out,
		 unsigned *count, struct err *e)
{
	struct bind site = bind_text_or_null(call_text(call, "site"));
	struct bind code = bind_text_or_null(call_text(call, "code"));
	struct bind sku = bind_text_or_null(call_text(call, "sku"));

	return collect(app, SQL_RETRY_FILTER,
		       BINDS(site, site, code, code, sku, sku), out, count, e);
}

static bool
check_retry(const struct call *call, struct err *e)
{
	for (const struct flag *flag = retry_flags; flag->name; flag++)
		if (call_given(call, flag->name))
			return true;
	err_set(e, ERR_INPUT, "say what to retry");
	return err_hint(e, "--id=, --operation=, --site=, --code=, --sku= or "
			   "--all");
}

static bool
retry_operation(struct app *app, struct call *call, struct err *e)
{
	int64_t id = call_int(call, "operation", 0);

	return operation_retry(app->db, id, e) && operate(app, call, id, e);
}

static bool
run_retry(struct app *app, struct call *call, struct err *e)
{
	AUTO(strbuf) ids = STRBUF(1 << 20);
	const char *list = call_text(call, "id");
	char by[PERSON_MAX];
	unsigned count = 0;
	int64_t operation = 0;

	if (call_given(call, "operation"))
		return retry_operation(app, call, e);
	strbuf_add(&ids, "[");
	if (list[0] ? !collect_named(app, list, &ids, &count, e)
		    : !collect_filtered(app, call, &ids, &count, e))
		return false;
	strbuf_add(&ids, "]");
	if (!strbuf_check(&ids, e))
		return false;
	if (count == 0) {
		call_say(call, "Nothing to retry.");
		return true;
	}
	if (count > 1 && !call_confirm(call, e, "Retry %u orders now?", count))
		return false;
	if (!retry_ask(app, ids.text, "cli", person_name(by), &operation, e))
		return false;
	if (operation)
		return operate(app, call, operation, e);
	call_say(call, "%u waiting order%s due now: the next cron tries.",
		 count, count == 1 ? " is" : "s are");
	return true;
}

const struct command retry_commands[] = {
	{
		.name = "retry",
		.summary = "try failed orders or an operation again",
		.description =
			"Fetches the orders anew and takes them through every "
			"step. Asks first when there are several.",
		.flags = retry_flags,
		.examples =
			(const struct example[]){
				{"orderbridge retry --id=BGM-12345",
				 "one order, by its number"},
				{"orderbridge retry --code=ob_sku_unknown --yes",
				 "after the items were created"},
				{"orderbridge retry --operation=1841",
				 "a failed operation"},
				{0},
			},
		.traits = IS_STEPS | TAKES_YES | IS_COMMON,
		.check = check_retry,
		.run = run_retry,
	},
	{0},
};

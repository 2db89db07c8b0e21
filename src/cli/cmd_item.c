#include <string.h>

#include "app/app.h"
#include "app/retry.h"
#include "listing.h"
#include "local.h"
#include "product/item_csv.h"
#include "product/item_store.h"

static const struct column columns[] = {
	{.name = "sku"},
	{.name = "description"},
	{.name = "status"},
	{.name = "bc"},
	{.name = "in_kits", .type = PRINT_COUNT},
	{.name = "list_price", .type = PRINT_MONEY},
	{.name = "last_ordered_at", .type = PRINT_TIME},
	{.name = "updated_at", .type = PRINT_TIME},
	{0},
};

static bool
item_list_run(struct app *app, struct call *call, struct err *e)
{
	struct listing listing = {
		.entity = &entity_items,
		.columns = columns,
		.limit = call_int(call, "limit", 100),
	};

	listing_where(&listing, "status", call_text_or_null(call, "status"));
	listing_where(&listing, "search", call_text_or_null(call, "search"));
	return listing_print(app, call, &listing, e);
}

/* Orders that wait for one of these SKUs, or failed by it, are tried again. */
static bool
wake_orders(struct app *app, const struct strbuf *keys, struct err *e)
{
	char by[PERSON_MAX];

	if (keys->text == NULL || strcmp(keys->text, "[]") == 0)
		return true;
	return retry_wake_skus(app, keys->text, "cli", person_name(by), NULL,
			       e);
}

static bool
item_import_run(struct app *app, struct call *call, struct err *e)
{
	const char *path = call_text(call, "FILE");
	const struct csv_options options = {
		.dry_run = call_switch(call, "dry-run"),
		.remove_missing = call_switch(call, "remove-missing"),
	};
	AUTO(strbuf) text = STRBUF(CSV_FILE_MAX);
	AUTO(strbuf) keys = STRBUF((size_t)16 << 20);
	struct csv_report report = {0};

	if (options.remove_missing && !options.dry_run &&
	    !call_confirm(call, e, "Remove every item that is not in %s?",
			  path))
		return false;
	if (!call_read(path, &text, e))
		return false;
	if (!item_import(app->db, text.text ? text.text : "", text.len, options,
			 &report, &keys, e))
		return err_in(e, "%.300s", path);
	if (!csv_report_tell(call, path, "items", &report, e))
		return false;
	return options.dry_run || wake_orders(app, &keys, e);
}

static bool
item_export_run(struct app *app, struct call *call, struct err *e)
{
	AUTO(csv_file) file = {0};

	return csv_file_open(&file, call, e) &&
	       item_export(app->db, csv_file_write, &file, e) &&
	       csv_file_close(&file, e);
}

const struct command item_commands[] = {
	{
		.name = "item list",
		.summary = "the items that orders may hold",
		.flags = FLAGS({.name = "status",
				.type = FLAG_WORD,
				.words = WORDS("active", "sell_through",
					       "blocked", "discontinued"),
				.help = "only items with this status"},
			       {.name = "search",
				.type = FLAG_TEXT,
				.value = "TEXT",
				.help = "part of the SKU or the description"},
			       FLAG_LIMIT("at most so many, 100 unless told")),
		.examples = EXAMPLES(
			{"orderbridge item list --search=COMP-A",
			 "what is known of an item, and what Business Central "
			 "says of it"},
			{"orderbridge item list --status=blocked --format=ids",
			 "the SKUs that stop orders, one a line"}),
		.traits = NEEDS_DATABASE | TAKES_FORMAT,
		.run = item_list_run,
	},
	{
		.name = "item import",
		.summary = "take items over from a CSV file",
		.description =
			"Columns: sku (required), description, status (active, "
			"sell_through, blocked, discontinued), bc_number, "
			"gl_account, barcode, list_price. The header is "
			"required, in any order; commas or semicolons. With a "
			"mistake anywhere nothing is written, and each is told "
			"with its line. A column that the file lacks leaves "
			"what is.",
		.arguments = FLAGS({.name = "FILE",
				    .type = FLAG_FILE,
				    .help = "a CSV file, or - for standard "
					    "input",
				    .required = true}),
		.flags = FLAGS({.name = "remove-missing",
				.type = FLAG_SWITCH,
				.help = "remove items that are not in the "
					"file"}),
		.examples = EXAMPLES(
			{"orderbridge item import items.csv --dry-run",
			 "what the file would change, and its mistakes"},
			{"orderbridge item import items.csv",
			 "all lines, or none"}),
		.traits = IS_CHANGE | TAKES_DRY_RUN | TAKES_YES,
		.run = item_import_run,
	},
	{
		.name = "item export",
		.summary = "every item as CSV",
		.arguments = FLAGS({.name = "FILE",
				    .type = FLAG_FILE,
				    .help = "where to, or - for standard "
					    "output, which it is unless told"}),
		.examples = EXAMPLES({"orderbridge item export items.csv",
				      "a file that item import takes"}),
		.traits = NEEDS_DATABASE,
		.run = item_export_run,
	},
	{0},
};

#include "app/app.h"
#include "app/retry.h"
#include "listing.h"
#include "local.h"
#include "product/kit_csv.h"
#include "product/kit_store.h"

static const struct column columns[] = {
	{.name = "parent_sku", .from = "sku"},
	{.name = "components", .type = PRINT_COUNT},
	{.name = "valid_from", .type = PRINT_TIME},
	{.name = "valid_to", .type = PRINT_TIME},
	{.name = "updated_at", .type = PRINT_TIME},
	{0},
};

static struct kit_limits
limits_of(const struct app *app)
{
	return (struct kit_limits){.max_depth = app->config.kits.max_depth,
				   .max_lines = app->config.kits.max_lines};
}

static bool
kit_list_run(struct app *app, struct call *call, struct err *e)
{
	struct listing listing = {
		.entity = &entity_kits,
		.columns = columns,
		.limit = call_int(call, "limit", 100),
	};

	listing_where(&listing, "search", call_text_or_null(call, "search"));
	return listing_print(app, call, &listing, e);
}

static bool
kit_import_run(struct app *app, struct call *call, struct err *e)
{
	const char *path = call_text(call, "FILE");
	const struct csv_options options = {
		.dry_run = call_switch(call, "dry-run"),
		.remove_missing = call_switch(call, "remove-missing"),
	};
	AUTO(strbuf) text = STRBUF(CSV_FILE_MAX);
	char by[PERSON_MAX];
	struct csv_report report = {0};

	if (options.remove_missing && !options.dry_run &&
	    !call_confirm(call, e, "Remove every kit that is not in %s?", path))
		return false;
	if (!call_read(path, &text, e))
		return false;
	if (!kit_import(app->db, text.text ? text.text : "", text.len, options,
			limits_of(app), &report, e))
		return err_in(e, "%.300s", path);
	if (!csv_report_tell(call, path, "kits", &report, e))
		return false;
	return options.dry_run ||
	       retry_wake_kits(app, "cli", person_name(by), NULL, e);
}

static bool
kit_export_run(struct app *app, struct call *call, struct err *e)
{
	AUTO(csv_file) file = {0};

	return csv_file_open(&file, call, e) &&
	       kit_export(app->db, csv_file_write, &file, e) &&
	       csv_file_close(&file, e);
}

static bool
kit_validate_run(struct app *app, struct call *call, struct err *e)
{
	struct csv_report report = {0};
	size_t kits = 0;

	if (!kit_validate(app->db, limits_of(app), &report, &kits, e))
		return false;
	csv_report_faults(call, "", &report);
	(void)fprintf(call->out, "%zu kits: %zu wrong, %zu to look at\n", kits,
		      report.faults, report.warnings);
	if (report.faults > 0)
		call_failed(call);
	return true;
}

const struct command kit_commands[] = {
	{
		.name = "kit list",
		.summary = "the kits and how many components they have",
		.flags = FLAGS({.name = "search",
				.type = FLAG_TEXT,
				.value = "TEXT",
				.help = "part of the SKU"},
			       FLAG_LIMIT("at most so many, 100 unless told")),
		.examples = EXAMPLES({"orderbridge kit list", "every kit"},
				     {"orderbridge kit list --format=ids",
				      "their SKUs, one a line"}),
		.traits = NEEDS_DATABASE | TAKES_FORMAT,
		.run = kit_list_run,
	},
	{
		.name = "kit import",
		.summary = "take kits over from a CSV file",
		.description =
			"One component a line: parent_sku, component_sku, "
			"quantity (above 0, at most 5 decimals), sort, "
			"price_weight, valid_from, valid_to (dates). The lines "
			"of a parent replace that kit as a whole. With a "
			"mistake anywhere nothing is written; a kit that would "
			"hold itself is one. Orders that failed by a kit are "
			"tried again.",
		.arguments = FLAGS({.name = "FILE",
				    .type = FLAG_FILE,
				    .help = "a CSV file, or - for standard "
					    "input",
				    .required = true}),
		.flags = FLAGS({.name = "remove-missing",
				.type = FLAG_SWITCH,
				.help = "remove kits that are not in the "
					"file"}),
		.examples = EXAMPLES(
			{"orderbridge kit import kits.csv --dry-run",
			 "what the file would change, and its mistakes"},
			{"orderbridge kit import kits.csv",
			 "all lines, or none"}),
		.traits = IS_CHANGE | TAKES_DRY_RUN | TAKES_YES,
		.run = kit_import_run,
	},
	{
		.name = "kit export",
		.summary = "every kit as CSV",
		.arguments = FLAGS({.name = "FILE",
				    .type = FLAG_FILE,
				    .help = "where to, or - for standard "
					    "output, which it is unless told"}),
		.examples = EXAMPLES({"orderbridge kit export kits.csv",
				      "a file that kit import takes"}),
		.traits = NEEDS_DATABASE,
		.run = kit_export_run,
	},
	{
		.name = "kit validate",
		.summary = "check every kit: circles, depth, missing items",
		.description = "Exit status 1 when a kit is wrong.",
		.examples = EXAMPLES(
			{"orderbridge kit validate", "before a large import"}),
		.traits = NEEDS_DATABASE,
		.run = kit_validate_run,
	},
	{0},
};

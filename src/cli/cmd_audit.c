#include "account/audit.h"
#include "listing.h"
#include "local.h"

#include <stdio.h>

static bool
verify(struct app *app, struct call *call, struct err *e)
{
	struct audit_result found;

	if (!app_keys(app, e) ||
	    !audit_verify(app->db, app->audit_key, call_text(call, "seal"),
			  &found, e))
		return false;
	(void)fprintf(call->out, "%llu entries in %llu chains: %s\n",
		      (unsigned long long)found.rows,
		      (unsigned long long)found.chains,
		      found.broken[0] == '\0' ? "whole" : found.broken);
	if (found.broken[0] != '\0')
		call_failed(call);
	return true;
}

static bool
list(struct app *app, struct call *call, struct err *e)
{
	static const struct column columns[] = {
		{.name = "id", .type = PRINT_ID},
		{.name = "at", .type = PRINT_TIME},
		{.name = "who", .from = "user"},
		{.name = "ip"},
		{.name = "action"},
		{.name = "object"},
		{.name = "request_id"},
		{0},
	};
	const struct listing listing = {
		.entity = &entity_audit,
		.columns = columns,
		.limit = call_int(call, "limit", 50),
		.is_latest = true,
	};

	return listing_print(app, call, &listing, e);
}

const struct command audit_commands[] = {
	{
		.name = "audit list",
		.summary = "who changed what, the latest first",
		.flags = FLAGS(FLAG_LIMIT("at most so many entries")),
		.examples = EXAMPLES({"orderbridge audit list --limit=20",
				      "the last twenty changes"}),
		.traits = NEEDS_DATABASE | TAKES_FORMAT,
		.run = list,
	},
	{
		.name = "audit verify",
		.summary = "prove that no entry was changed or taken out",
		.description = "Each entry is sealed together with the one "
			       "before it, and once a day all chains are "
			       "anchored; the log tells the anchor's seal. "
			       "Exit status 1 and the place where a chain is "
			       "broken.",
		.flags = FLAGS({.name = "seal",
				.type = FLAG_TEXT,
				.value = "SEAL",
				.help = "seal= of a log line that was kept "
					"elsewhere"}),
		.examples = EXAMPLES({"orderbridge audit verify",
				      "before an audit, or every night"}),
		.traits = NEEDS_DATABASE | NEEDS_SECRETS,
		.run = verify,
	},
	{0},
};

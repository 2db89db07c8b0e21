/* connection list, connection set: where Business Central is. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/print.h"
#include "local.h"
#include "net/http.h"
#include "site/connection.h"

static const char *const kinds[] = {"bc", NULL};

static const struct flag set_arguments[] = {
	{.name = "KIND",
	 .type = FLAG_WORD,
	 .help = "bc",
	 .words = kinds,
	 .required = true},
	{0},
};

static const struct flag set_flags[] = {
	{.name = "tenant",
	 .type = FLAG_TEXT,
	 .value = "TENANT",
	 .help = "id or domain of the Entra tenant"},
	{.name = "environment",
	 .type = FLAG_TEXT,
	 .value = "production",
	 .help = "environment of Business Central"},
	{.name = "company",
	 .type = FLAG_TEXT,
	 .value = "NAME",
	 .help = "company, as its name or display name says"},
	{.name = "client-id",
	 .type = FLAG_TEXT,
	 .value = "ID",
	 .help = "application (client) id"},
	{.name = "item-service",
	 .type = FLAG_TEXT,
	 .value = "NAME",
	 .help = "web service of the item card (sees Sales Blocked)",
	 .empty = true},
	{.name = "authority",
	 .type = FLAG_TEXT,
	 .value = "URL",
	 .help = "token service, where it is not Microsoft's"},
	{.name = "api-url",
	 .type = FLAG_TEXT,
	 .value = "URL",
	 .help = "address of the API, where it is not Microsoft's"},
	{0},
};

static const struct column columns[] = {
	{.name = "kind"},
	{.name = "name"},
	{.name = "is_active", .type = PRINT_FLAG},
	{.name = "settings"},
	{.name = "last_test_at", .type = PRINT_TIME},
	{.name = "last_test_ok", .type = PRINT_FLAG},
	{0},
};

static bool
run_list(struct app *app, struct call *call, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;

	return connection_list(app->db, &rows, e) &&
	       print_open(&print, call, columns, e) &&
	       print_rows(&print, &rows, e) && print_close(&print, e);
}

/* Another company has another id: the next test finds it. */
static bool
take_company(const struct call *call, struct bc_settings *set, struct err *e)
{
	if (call_given(call, "company") &&
	    strcmp(set->company_name, call_text(call, "company")) != 0)
		set->company_id[0] = '\0';
	return call_take(call, "company", set->company_name,
			 sizeof(set->company_name), e);
}

static bool
run_set(struct app *app, struct call *call, struct err *e)
{
	AUTO(connection) c = {0};
	const char *allow = app->config.net.allow_private;
	struct bc_settings set;
	unsigned forgotten;

	if (!connection_find_or_new(app->db, call_text(call, "KIND"), &c, e) ||
	    !bc_settings_read(&c, &set, e) ||
	    !call_take(call, "tenant", set.tenant, sizeof(set.tenant), e) ||
	    !call_take(call, "environment", set.environment,
		       sizeof(set.environment), e) ||
	    !take_company(call, &set, e) ||
	    !call_take(call, "client-id", set.client_id, sizeof(set.client_id),
		       e) ||
	    !call_take(call, "item-service", set.item_service,
		       sizeof(set.item_service), e) ||
	    !call_take(call, "authority", set.authority, sizeof(set.authority),
		       e) ||
	    !call_take(call, "api-url", set.api_url, sizeof(set.api_url), e) ||
	    !url_check(set.authority, allow, e) ||
	    !url_check(set.api_url, allow, e) ||
	    !bc_settings_write(&set, &c, e) ||
	    !connection_save(app->db, &c, &forgotten, e))
		return false;
	call_say(call,
		 "Kept. %sNow its secret:\n"
		 "  orderbridge secret set bc.client_secret\n"
		 "  orderbridge connection test bc",
		 forgotten > 0 ? "The one of the old address is forgotten. "
			       : "");
	return true;
}

const struct command connection_commands[] = {
	{.name = "connection list",
	 .summary = "the systems beside the shops",
	 .examples =
		 (const struct example[]){
			 {"orderbridge connection list", "every connection"},
			 {0},
		 },
	 .traits = NEEDS_DATABASE | TAKES_FORMAT,
	 .run = run_list},
	{.name = "connection set",
	 .summary = "where Business Central is",
	 .description =
		 "What is not given stays as it is. A secret belongs to "
		 "the addresses that it was given for: where --authority "
		 "or --api-url name another scheme, host or port, it has "
		 "to be set anew.",
	 .arguments = set_arguments,
	 .flags = set_flags,
	 .examples =
		 (const struct example[]){
			 {"orderbridge connection set bc "
			  "--tenant=example.onmicrosoft.com "
			  "--environment=production --company=CRONUS "
			  "--client-id=c11ec11e-0000-4000-8000-000000000001",
			  "Business Central online"},
			 {0},
		 },
	 .traits = IS_CHANGE,
	 .run = run_set},
	{0},
};

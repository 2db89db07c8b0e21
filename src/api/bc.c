#include "api/request.h"

#include <string.h>

#include "app/tests.h"
#include "base/row_out.h"
#include "base/text.h"
#include "local.h"
#include "net/http.h"
#include "resources.h"
#include "site/connection.h"
#include "site/secret_store.h"

static const char secret_name[] = "bc.client_secret";

static void
add_text(struct request *r, const char *name, const char *value)
{
	strbuf_addf(&r->data, "%s\"%s\":", r->data.len == 1 ? "" : ",", name);
	json_out_text(&r->data, value);
}

/* Whether a secret is there, when it was set and what it ends in. */
static bool
add_secret(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!secret_store_list(r->app->db, &rows, e))
		return false;
	while (rows_next(&rows)) {
		char at[TIME_TEXT_MAX];

		if (strcmp(rows_borrow(&rows, "name", NULL), secret_name) != 0)
			continue;
		add_text(r, "client_secret_set_at",
			 time_text(rows_time(&rows, "set_at"), at));
		add_text(r, "client_secret_last4",
			 rows_borrow(&rows, "last4", NULL));
		strbuf_add(&r->data, ",\"needs_secret\":false");
		return rows_check(&rows, e);
	}
	strbuf_add(&r->data, ",\"client_secret_set_at\":null,"
			     "\"client_secret_last4\":\"\","
			     "\"needs_secret\":true");
	return rows_check(&rows, e);
}

static bool
connection_show(struct request *r, struct err *e)
{
	AUTO(connection) c = {0};
	struct bc_settings set;

	if (!connection_find_or_new(r->app->db, "bc", &c, e) ||
	    !bc_settings_read(&c, &set, e))
		return false;
	strbuf_add(&r->data, "{");
	add_text(r, "tenant", set.tenant);
	add_text(r, "environment", set.environment);
	add_text(r, "company", set.company_name);
	add_text(r, "client_id", set.client_id);
	add_text(r, "item_service", set.item_service);
	add_text(r, "authority", set.authority);
	add_text(r, "api_url", set.api_url);
	if (!add_secret(r, e))
		return false;
	strbuf_addf(&r->data, ",\"last_test_ok\":%s,\"last_test_at\":",
		    c.last_test_ok ? "true" : "false");
	json_out_time(&r->data, c.last_test_at);
	strbuf_addf(&r->data, ",\"version\":%u}", c.version);
	return strbuf_check(&r->data, e);
}

static void
take(const struct request *r, const char *name, char *out, size_t room)
{
	if (request_given(r, name))
		(void)text_copy(out, room, request_text(r, name));
}

static bool
take_values(struct request *r, struct bc_settings *set, struct err *e)
{
	const char *allow = r->app->config.net.allow_private;

	/* Another company has another id: the next test finds it. */
	if (request_given(r, "company") &&
	    strcmp(set->company_name, request_text(r, "company")) != 0)
		set->company_id[0] = '\0';
	take(r, "tenant", set->tenant, sizeof(set->tenant));
	take(r, "environment", set->environment, sizeof(set->environment));
	take(r, "company", set->company_name, sizeof(set->company_name));
	take(r, "client_id", set->client_id, sizeof(set->client_id));
	take(r, "item_service", set->item_service, sizeof(set->item_service));
	take(r, "authority", set->authority, sizeof(set->authority));
	take(r, "api_url", set->api_url, sizeof(set->api_url));
	return url_check(set->authority, allow, e) &&
	       url_check(set->api_url, allow, e);
}

static bool
connection_edit(struct request *r, struct err *e)
{
	AUTO(connection) c = {0};
	struct bc_settings set;
	unsigned forgotten;
	const struct secret_put put = {.name = secret_name,
				       .text = request_text(r, "client_secret"),
				       .set_by = r->caller.login};

	if (!connection_find_or_new(r->app->db, "bc", &c, e) ||
	    !bc_settings_read(&c, &set, e) || !take_values(r, &set, e))
		return false;
	c.version = r->version;
	if (!bc_settings_write(&set, &c, e) ||
	    !connection_save(r->app->db, &c, &forgotten, e) ||
	    (request_given(r, "client_secret") &&
	     !secret_store_set(r->app->db, &r->app->secrets, &put, r->now,
			       e)) ||
	    !connection_show(r, e))
		return false;
	answer_changed(r, "connection.edit", "connection bc");
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
note_test(struct request *r, void *context, struct err *e)
{
	(void)context;
	(void)e;
	answer_changed(r, "connection.test", "connection bc");
	return true;
}

/* Written down before: nothing waits for BC with a transaction open. */
static bool
connection_try(struct request *r, struct err *e)
{
	struct test_result found = {.began_boot_ms = clock_boot_ms()};

	if (!app_http(r->app, e) || !request_change(r, note_test, NULL, e) ||
	    !test_bc(r->app, 0, &found, e))
		return false;
	answer_test(r, &found);
	return strbuf_check(&r->data, e);
}

/* clang-format off */
static const struct shape connection_shape = {
	"BcConnection",
	(const struct field[]){
		{"tenant", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"environment", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"company", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"client_id", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"item_service", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "web service of the item card"},
		{"authority", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"api_url", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"client_secret_set_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"client_secret_last4", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"needs_secret", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "none is kept for these addresses: send client_secret"},
		{"last_test_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"last_test_ok", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};
/* clang-format on */

static const struct param edit_body[] = {
	{"tenant", PARAM_TEXT, 0, 1, 253, NULL, NULL,
	 "id or domain of the Entra tenant"},
	{"environment", PARAM_TEXT, 0, 1, 60, NULL, NULL, NULL},
	{"company", PARAM_TEXT, 0, 1, 120, NULL, NULL,
	 "its name or display name"},
	{"client_id", PARAM_TEXT, 0, 1, 36, NULL, NULL,
	 "application (client) id"},
	{"client_secret", PARAM_TEXT, PARAM_SECRET, 8, 400, NULL, NULL,
	 "write-only"},
	{"item_service", PARAM_TEXT, 0, 0, 100, NULL, NULL,
	 "web service of the item card"},
	{"authority", PARAM_TEXT, 0, 8, 300, NULL, NULL,
	 "token service, where it is not Microsoft's"},
	{"api_url", PARAM_TEXT, 0, 8, 300, NULL, NULL,
	 "address of the API, where it is not Microsoft's"},
	{0},
};

const struct route bc_routes[] = {
	{
		.method = "GET",
		.path = "/bc/connection",
		.need = CAN_SETTINGS,
		.handle = connection_show,
		.summary = "Where Business Central is",
		.status = 200,
		.reply = &connection_shape,
	},
	{
		.method = "PUT",
		.path = "/bc/connection",
		.need = CAN_SETTINGS,
		.handle = connection_edit,
		.summary = "Say where it is; another host needs its secret",
		.status = 200,
		.traits = ROUTE_IF_MATCH | ROUTE_REAUTH,
		.body = edit_body,
		.reply = &connection_shape,
	},
	{
		.method = "POST",
		.path = "/bc/test",
		.need = CAN_SETTINGS,
		.handle = connection_try,
		.summary = "Does it answer, and as whom?",
		.status = 200,
		.traits = ROUTE_STEPS,
		.reply = &shape_test,
	},
	{0},
};

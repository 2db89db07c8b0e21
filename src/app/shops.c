#include "app/shops.h"

#include <stdio.h>
#include <string.h>

#include "app/guard.h"
#include "app/tokens.h"
#include "connector/woocommerce/woocommerce.h"
#include "site/connection.h"
#include "site/secret_store.h"

/* A platform: its connector, the secrets it is opened with. */
static const struct platform {
	const char *name;
	struct shop *(*open)(const struct shop_settings *settings,
			     struct err *e);
	const char *key, *secret; /* names after site.CODE. */
} platforms[] = {
	{"woocommerce", woocommerce_open, "consumer_key", "consumer_secret"},
};

static const struct platform *
platform_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(platforms); i++)
		if (strcmp(platforms[i].name, name) == 0)
			return &platforms[i];
	return NULL;
}

static bool
read_secret(struct app *app, const struct site *site, const char *what,
	    struct strbuf *out, struct err *e)
{
	char name[SECRET_NAME_MAX + 1];

	(void)snprintf(name, sizeof(name), "site.%s.%s", site->code, what);
	if (!secret_store_get(app->db, &app->secrets, name, out, NULL, e))
		return false;
	log_hide(&app->log, out->text);
	return true;
}

static bool
open_guard(struct app *app, const char *upstream, double per_second,
	   unsigned burst, bool sync, struct http_client **out, struct err *e)
{
	struct guard_settings settings = {
		.inner = app->http,
		.db = app->db,
		.clock = &app->clock,
		.upstream = upstream,
		.per_second = per_second,
		.burst = burst,
		.timeout_s = app->config.net.timeout_s,
		.sync = sync,
		.operation_id = app->operation_id,
		.tick = app->tick,
		.tick_context = app->tick_context,
	};

	*out = guard_open(&settings, e);
	return *out != NULL;
}

static bool
no_connector(const struct site *site, struct err *e)
{
	return err_set(e, ERR_PERMANENT,
		       "no connector for the platform %s of site %s",
		       site->platform, site->code);
}

bool
open_shop_pure(struct open_shop *out, const struct site *site, struct err *e)
{
	const struct platform *platform = platform_find(site->platform);
	const struct shop_settings settings = {.site = site,
					       .mapping = site->mapping};

	if (platform == NULL)
		return no_connector(site, e);
	out->shop = platform->open(&settings, e);
	return out->shop != NULL;
}

bool
open_shop_begin(struct open_shop *out, struct app *app, const struct site *site,
		bool sync, struct err *e)
{
	const struct platform *platform = platform_find(site->platform);
	struct shop_settings settings = {
		.site = site,
		.clock = &app->clock,
		.mark_batch = app->config.sync.mark_batch,
		.mapping = site->mapping,
	};
	char upstream[97];

	out->key = (struct strbuf)STRBUF(SECRET_TEXT_MAX);
	out->secret = (struct strbuf)STRBUF(SECRET_TEXT_MAX);
	if (platform == NULL)
		return no_connector(site, e);
	(void)snprintf(upstream, sizeof(upstream), "%s:%lld", platform->name,
		       (long long)site->id);
	if (!app_secrets(app, e) || !app_http(app, e) ||
	    !read_secret(app, site, platform->key, &out->key, e) ||
	    !read_secret(app, site, platform->secret, &out->secret, e) ||
	    !open_guard(app, upstream, app->config.net.shop_rate,
			2 * app->config.net.shop_rate, sync, &out->guard, e))
		return false;
	settings.http = out->guard;
	settings.key = out->key.text;
	settings.secret = out->secret.text;
	out->shop = platform->open(&settings, e);
	return out->shop != NULL;
}

void
open_shop_end(struct open_shop *open)
{
	if (open->shop)
		open->shop->close(open->shop);
	guard_close(open->guard);
	secret_wipe(&open->key);
	secret_wipe(&open->secret);
	open->shop = NULL;
	open->guard = NULL;
}

/* Business Central's limits: 6000 calls in 5 minutes, 5 at once (3.5). */
static const double bc_per_second = 8;
enum { BC_BURST = 40 };
static const char *const bc_scope =
	"https://api.businesscentral.dynamics.com/.default";

/* bc_token: the bearer token of the moment, for the connector. */
static const char *
bc_token(void *context, bool renew, struct err *e)
{
	struct open_bc *open = context;
	struct app *app = open->app;
	char name[64];
	struct token_ask ask = {
		.name = name,
		.oauth = {.authority = open->set.authority,
			  .tenant = open->set.tenant,
			  .client_id = open->set.client_id,
			  .scope = bc_scope},
		.secret_name = "bc.client_secret",
	};

	(void)snprintf(name, sizeof(name), "token:%lld:bc",
		       (long long)open->connection_id);
	if (!renew && open->token.text && app_now(app) < open->token_until)
		return open->token.text;
	if (!token_get(app, open->entra, &ask, renew, &open->token,
		       &open->token_until, e))
		return NULL;
	log_hide(&app->log, open->token.text);
	open->token_until -= 30 * SECOND;
	return open->token.text;
}

static bool
find_connection(struct app *app, int64_t id, struct connection *out,
		struct err *e)
{
	if (id ? connection_load(app->db, id, out, e)
	       : connection_find(app->db, "bc", NULL, out, e))
		return true;
	(void)err_hint(e, "orderbridge connection set bc --tenant= "
			  "--environment= --company= --client-id=");
	return false;
}

static bool
fill_client(struct open_bc *open, struct err *e)
{
	struct bc *bc = &open->client;
	const struct bc_settings *set = &open->set;
	int length;

	bc->http = open->guard;
	bc->token = bc_token;
	bc->token_context = open;
	(void)snprintf(bc->connection, sizeof(bc->connection), "bc");
	length = snprintf(bc->api_url, sizeof(bc->api_url), "%s/%s/%s",
			  set->api_url, set->tenant, set->environment);
	if (length < 0 || (size_t)length >= sizeof(bc->api_url))
		return err_set(
			e, ERR_INPUT,
			"the address of Business Central with tenant "
			"and environment has %d bytes, not more than %zu "
			"are possible",
			length, sizeof(bc->api_url) - 1);
	(void)snprintf(bc->company_id, sizeof(bc->company_id), "%s",
		       set->company_id);
	(void)snprintf(bc->company_name, sizeof(bc->company_name), "%s",
		       set->company_name);
	(void)snprintf(bc->item_service, sizeof(bc->item_service), "%s",
		       set->item_service);
	return true;
}

bool
open_bc_begin(struct open_bc *out, struct app *app, int64_t connection_id,
	      bool sync, struct err *e)
{
	AUTO(connection) connection = {0};
	char upstream[97], entra[97];

	out->app = app;
	out->token = (struct strbuf)STRBUF(SECRET_TEXT_MAX);
	if (!app_db(app, e) || !app_secrets(app, e) || !app_http(app, e) ||
	    !find_connection(app, connection_id, &connection, e) ||
	    !bc_settings_read(&connection, &out->set, e))
		return false;
	out->connection_id = connection.id;
	(void)snprintf(upstream, sizeof(upstream), "bc:%lld",
		       (long long)connection.id);
	(void)snprintf(entra, sizeof(entra), "entra:%lld",
		       (long long)connection.id);
	if (!open_guard(app, upstream, bc_per_second, BC_BURST, sync,
			&out->guard, e) ||
	    !open_guard(app, entra, 0, 0, sync, &out->entra, e))
		return false;
	return fill_client(out, e);
}

void
open_bc_end(struct open_bc *open)
{
	guard_close(open->guard);
	guard_close(open->entra);
	secret_wipe(&open->token);
	open->guard = NULL;
	open->entra = NULL;
}

#include "api/request.h"

#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "app/tests.h"
#include "base/row_out.h"
#include "product/store.h"
#include "resources.h"
#include "site/secret_store.h"

static bool
add_setting(struct request *r, const struct config_key *key)
{
	const struct config *config = &r->app->config;
	static const char *const origins[] = {"default", "setting", "file",
					      "environment", "flag"};
	const enum config_origin origin = config_origin_of(config, key);
	char value[CONFIG_LIST_MAX], wanted[400];

	strbuf_addf(&r->data, "%s{\"name\":\"%s.%s\",\"value\":",
		    r->data.len == 1 ? "" : ",", key->section, key->key);
	json_out_text(&r->data, config_text(config, key, value, sizeof(value)));
	strbuf_add(&r->data, ",\"default\":");
	json_out_text(&r->data, key->fallback);
	strbuf_addf(
		&r->data,
		",\"origin\":\"%s\",\"locked\":%s,\"wanted\":", origins[origin],
		(key->flags & CONFIG_ON_SCREEN) == 0 || origin > CONFIG_SETTING
			? "true"
			: "false");
	json_out_text(&r->data, config_wanted(key, wanted, sizeof(wanted)));
	strbuf_add(&r->data, ",\"help\":");
	json_out_text(&r->data, key->help);
	strbuf_add(&r->data, "}");
	return true;
}

static bool
settings_list(struct request *r, struct err *e)
{
	size_t count;
	const struct config_key *key = config_keys(&count);

	strbuf_add(&r->data, "[");
	for (size_t i = 0; i < count; i++)
		(void)add_setting(r, &key[i]);
	strbuf_add(&r->data, "]");
	return strbuf_check(&r->data, e);
}

/* What another process changed a moment ago counts for the ETag. */
static bool
settings_show(struct request *r, struct err *e)
{
	return app_settings(r->app, e) && settings_list(r, e);
}

/* One name=value; null goes back to the default. */
static bool
change_setting(struct request *r, const char *name, const json_t *value,
	       struct err *e)
{
	const struct config_key *key = config_key_find(name);
	struct config tried = r->app->config;
	struct err why = {0};

	if (key == NULL || (key->flags & CONFIG_ON_SCREEN) == 0)
		return request_fault(r, e, name,
				     "is not a setting of the screens");
	if (config_origin_of(&tried, key) > CONFIG_SETTING)
		return request_fault(r, e, name,
				     "is set in the file or the environment, "
				     "which wins");
	if (json_is_null(value))
		return db_run(r->app->db, SQL_API_SETTING_RESET,
			      BINDS(bind_text(name)), e);
	if (!json_is_string(value))
		return request_fault(r, e, name, "wanted a text");
	if (!config_parse(&tried, key, json_string_value(value), &why))
		return request_fault(r, e, name, "%s", why.text);
	return db_run(r->app->db, SQL_API_SETTING_SET,
		      BINDS(bind_text(name),
			    bind_text(json_string_value(value)),
			    bind_text(r->caller.login)),
		      e);
}

struct changes {
	struct request *r;
	json_t *values;
};

/*
 * Settings have no version of their own: while nobody else can change any, they
 * are looked at once more.
 */
static bool
hold_settings(struct request *r, struct err *e)
{
	bool same;

	if (!db_run(r->app->db, SQL_API_SETTING_HOLD,
		    BINDS(bind_text(r->caller.login)), e) ||
	    !settings_show(r, e))
		return false;
	same = strcmp(strbuf_text(&r->data), strbuf_text(&r->before)) == 0;
	if (same)
		strbuf_clear(&r->data);
	else
		err_set(e, ERR_CONFLICT, "the settings were changed meanwhile");
	return same || err_as(e, OB_PRECONDITION_FAILED);
}

static bool
change_all(struct db *db, void *context, struct err *e)
{
	struct changes *c = context;
	const char *name;
	json_t *value;

	(void)db;
	strbuf_clear(&c->r->data);
	if (!hold_settings(c->r, e))
		return false;
	json_object_foreach(c->values, name, value)
	{
		if (!change_setting(c->r, name, value, e))
			return false;
	}
	return true;
}

static bool
settings_change(struct request *r, struct err *e)
{
	struct changes c = {r, request_json(r, "settings").value};
	char *after;

	if (!db_transact(r->app->db, change_all, &c, e) ||
	    !app_settings(r->app, e))
		return false;
	after = json_dumps(c.values, JSON_COMPACT);
	strbuf_add(&r->after, after == NULL ? "{}" : after);
	free(after);
	answer_changed(r, "settings.change", "settings");
	return settings_list(r, e);
}

static bool
cache_flush(struct request *r, struct err *e)
{
	unsigned skus = 0, tokens = 0;

	if (!sku_cache_flush(r->app->db, &skus, e) ||
	    !secret_store_flush_tokens(r->app->db, &tokens, e))
		return false;
	strbuf_addf(&r->data, "{\"sku\":%u,\"token\":%u}", skus, tokens);
	answer_changed(r, "cache.flush", "cache");
	return strbuf_check(&r->data, e);
}

static bool
doctor_show(struct request *r, struct err *e)
{
	struct test_result found = {.fetchable = -1,
				    .began_boot_ms = clock_boot_ms()};

	doctor_look(r->app, false, &found);
	answer_test(r, &found);
	return strbuf_check(&r->data, e);
}

static const struct shape setting_shape = {
	"Setting",
	(const struct field[]){
		{"name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"value", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"default", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"origin", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "default, setting, file, environment, flag"},
		{"locked", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "cannot be changed here"},
		{"wanted", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "what a value may be"},
		{"help", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape flushed_shape = {
	"Flushed",
	(const struct field[]){
		{"sku", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"token", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct param change_body[] = {
	{"settings", PARAM_OBJECT, PARAM_REQUIRED, 0, 0, NULL, NULL,
	 "names and values; null goes back to the default"},
	{0},
};

const struct route settings_routes[] = {
	{
		.method = "GET",
		.path = "/settings",
		.need = CAN_SETTINGS,
		.handle = settings_show,
		.summary = "Every setting, its value and where it comes from",
		.status = 200,
		.reply = &setting_shape,
		.many = true,
	},
	{
		.method = "PATCH",
		.path = "/settings",
		.need = CAN_SETTINGS,
		.handle = settings_change,
		.summary = "Change what may be changed on screens",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.body = change_body,
		.reply = &setting_shape,
		.many = true,
	},
	{
		.method = "GET",
		.path = "/doctor",
		.need = CAN_SETTINGS,
		.handle = doctor_show,
		.summary = "What is right and wrong on this host; shops and "
			   "Business Central are not called",
		.status = 200,
		.reply = &shape_test,
	},
	{
		.method = "POST",
		.path = "/cache/flush",
		.need = CAN_SETTINGS,
		.handle = cache_flush,
		.summary = "Forget cached verdicts and tokens",
		.status = 200,
		.reply = &flushed_shape,
	},
	{0},
};

#include "site/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jnode.h"
#include "base/row_out.h"
#include "base/text.h"
#include "db/db.h"
#include "net/http.h"
#include "site/secret_store.h"

void
connection_end(struct connection *connection)
{
	free(connection->settings);
	free(connection->last_test);
	connection->settings = NULL;
	connection->last_test = NULL;
}

static bool
read_row(struct rows *rows, struct connection *out, struct err *e)
{
	out->id = rows_int(rows, "id");
	rows_text(rows, "kind", out->kind, sizeof(out->kind));
	rows_text(rows, "name", out->name, sizeof(out->name));
	out->is_active = rows_flag(rows, "is_active");
	out->last_test_at = rows_time(rows, "last_test_at");
	out->last_test_ok = rows_flag(rows, "last_test_ok");
	out->version = (unsigned)rows_int(rows, "version");
	out->settings = strdup(rows_borrow(rows, "settings", NULL));
	if (!rows_null(rows, "last_test"))
		out->last_test = strdup(rows_borrow(rows, "last_test", NULL));
	if (out->settings == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for a connection");
	return rows_check(rows, e);
}

bool
connection_find(struct db *db, const char *kind, const char *name,
		struct connection *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = (struct connection){0};
	if (!db_open(db, &rows, SQL_CONNECTION_FIND,
		     BINDS(bind_text(kind), bind_text(name), bind_text(name)),
		     e))
		return err_in(e, "find connection %s", kind);
	if (rows_next(&rows))
		return read_row(&rows, out, e);
	return rows_check(&rows, e) &&
	       err_set(e, ERR_MISSING, "no connection %s%s%s", kind,
		       name ? " " : "", name ? name : "");
}

bool
connection_load(struct db *db, int64_t id, struct connection *out,
		struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = (struct connection){0};
	if (!db_open(db, &rows, SQL_CONNECTION_LOAD, BINDS(bind_int(id)), e))
		return err_in(e, "load connection %lld", (long long)id);
	if (rows_next(&rows))
		return read_row(&rows, out, e);
	return rows_check(&rows, e) &&
	       err_set(e, ERR_MISSING, "no connection %lld", (long long)id);
}

bool
connection_tested(struct db *db, int64_t id, bool ok, const char *result,
		  utc_ms now, struct err *e)
{
	return db_run(db, SQL_CONNECTION_TESTED,
		      BINDS(bind_time(now), bind_int(ok), bind_text(result),
			    bind_int(id)),
		      e);
}

bool
connection_list(struct db *db, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_CONNECTION_LIST, NO_BINDS, e);
}

/* The members of a connection to Business Central. */
static const struct member {
	const char *name;
	size_t offset, room;
	bool required;
} members[] = {
#define MEMBER(field, needed)                                            \
	{                                                                \
#field, offsetof(struct bc_settings, field),             \
			sizeof(((struct bc_settings *)0)->field), needed \
	}
	MEMBER(tenant, true),      MEMBER(environment, true),
	MEMBER(company_id, false), MEMBER(company_name, true),
	MEMBER(client_id, true),   MEMBER(authority, true),
	MEMBER(api_url, true),     MEMBER(item_service, false),
#undef MEMBER
};

struct bc_settings
bc_settings_default(void)
{
	return (struct bc_settings){
		.authority = "https://login.microsoftonline.com",
		.api_url = "https://api.businesscentral.dynamics.com/v2.0",
	};
}

bool
bc_settings_read(const struct connection *connection, struct bc_settings *out,
		 struct err *e)
{
	json_auto_t *json = NULL;
	struct jnode root;

	*out = bc_settings_default();
	if (!json_read(connection->settings, strlen(connection->settings),
		       &json, e))
		return err_in(e, "settings of connection %s", connection->kind);
	root = jnode_root(json, "settings");
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		char *field = (char *)out + members[i].offset;
		const char *text;

		if (!jnode_text_or_empty(&root, members[i].name, &text, e))
			return err_in(e, "connection %s", connection->kind);
		if (text[0] && !text_copy(field, members[i].room, text))
			return err_set(e, ERR_INPUT,
				       "connection %s: %s is too long",
				       connection->kind, members[i].name);
	}
	return true;
}

bool
bc_settings_write(const struct bc_settings *settings,
		  struct connection *connection, struct err *e)
{
	AUTO(strbuf) out = STRBUF(8192);

	for (size_t i = 0; i < COUNT_OF(members); i++) {
		const char *field = (const char *)settings + members[i].offset;

		if (members[i].required && field[0] == '\0')
			return err_set(e, ERR_INPUT,
				       "connection %s: %s is missing",
				       connection->kind, members[i].name);
		strbuf_add(&out, i ? "," : "{");
		json_out_text(&out, members[i].name);
		strbuf_add(&out, ":");
		json_out_text(&out, field);
	}
	strbuf_add(&out, "}");
	if (!strbuf_check(&out, e))
		return false;
	free(connection->settings);
	connection->settings = TAKE(out.text);
	return true;
}

bool
connection_find_or_new(struct db *db, const char *kind, struct connection *out,
		       struct err *e)
{
	if (connection_find(db, kind, NULL, out, e))
		return true;
	if (e->class != ERR_MISSING)
		return false;
	*e = (struct err){0};
	out->is_active = true;
	(void)text_copy(out->kind, sizeof(out->kind), kind);
	(void)text_copy(out->name, sizeof(out->name), "Business Central");
	out->settings = strdup("{}");
	return out->settings != NULL ||
	       err_set(e, ERR_TEMPORARY, "no memory for a connection");
}

static bool
was_changed(const struct connection *c, struct err *e)
{
	err_set(e, ERR_CONFLICT,
		"connection %s was changed by somebody else meanwhile",
		c->kind);
	return err_as(e, OB_PRECONDITION_FAILED);
}

struct change {
	struct connection *connection;
	int64_t id; /* of one that is new */
	unsigned forgotten;
};

static bool
write_row(struct db *db, struct change *change, struct err *e)
{
	const struct connection *c = change->connection;

	if (c->id == 0) {
		if (!db_run(db, SQL_CONNECTION_INSERT,
			    BINDS(bind_text(c->kind), bind_text(c->name),
				  bind_int(c->is_active),
				  bind_text(c->settings)),
			    e))
			return err_in(e, "add connection %s", c->kind);
		change->id = db_last_id(db);
		return true;
	}
	if (!db_run(db, SQL_CONNECTION_SAVE,
		    BINDS(bind_text(c->name), bind_int(c->is_active),
			  bind_text(c->settings), bind_int(c->id),
			  bind_int(c->version)),
		    e))
		return err_in(e, "save connection %s", c->kind);
	return db_changed(db) > 0 || was_changed(c, e);
}

/* What stands there now; one that is new comes from the defaults. */
static bool
read_before(struct db *db, const struct connection *c, struct bc_settings *out,
	    struct err *e)
{
	AUTO(connection) before = {0};

	*out = bc_settings_default();
	if (c->id == 0)
		return true;
	if (!connection_load(db, c->id, &before, e))
		return false;
	if (before.version != c->version)
		return was_changed(c, e);
	return bc_settings_read(&before, out, e);
}

/*
 * The secret goes to the token service, the token to the API: where either is
 * another place, both were meant for the old one.
 */
static bool
save(struct db *db, void *context, struct err *e)
{
	struct change *change = context;
	const struct connection *c = change->connection;
	struct bc_settings before, after;

	change->forgotten = 0;
	if (strcmp(c->kind, "bc") != 0)
		return write_row(db, change, e);
	return read_before(db, c, &before, e) &&
	       bc_settings_read(c, &after, e) && write_row(db, change, e) &&
	       ((url_same_origin(before.authority, after.authority) &&
		 url_same_origin(before.api_url, after.api_url)) ||
		secret_store_forget_bc(db, &change->forgotten, e));
}

bool
connection_save(struct db *db, struct connection *c, unsigned *forgotten,
		struct err *e)
{
	struct change change = {.connection = c};

	if (!db_transact(db, save, &change, e))
		return false;
	if (c->id == 0)
		c->id = change.id;
	else
		c->version++;
	*forgotten = change.forgotten;
	return true;
}

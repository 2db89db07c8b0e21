#include "account/identity.h"

#include <stdlib.h>
#include <string.h>

#include "local.h"

void
identity_end(struct identity *who)
{
	free(who->site);
	*who = (struct identity){0};
}

/* "3,12,40", as GROUP_CONCAT puts a list into one column of one row. */
static bool
read_ids(const char *list, int64_t **out, size_t *count, struct err *e)
{
	size_t most = *list != '\0';

	for (const char *at = list; *at != '\0'; at++)
		most += *at == ',';
	*count = 0;
	*out = calloc(most + 1, sizeof(**out));
	if (*out == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for sites");
	while (*count < most) {
		char *end;

		(*out)[(*count)++] = strtoll(list, &end, 10);
		list = end + (*end == ',');
	}
	return true;
}

static bool
read_grants(struct db *db, struct identity *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_GRANT_LIST, BINDS(bind_int(out->user_id)),
		     e))
		return err_in(e, "look the sites up");
	out->site = calloc(rows.count + 1, sizeof(*out->site));
	if (out->site == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for sites");
	while (rows_next(&rows))
		out->site[out->sites++] = rows_int(&rows, "site_id");
	return rows_check(&rows, e);
}

bool
identity_read(struct db *db, struct rows *rows, struct identity *out,
	      struct err *e)
{
	char rights[401];

	out->user_id = rows_int(rows, "user_id");
	rows_text(rows, "login", out->login, sizeof(out->login));
	rows_text(rows, "name", out->name, sizeof(out->name));
	rows_text(rows, "role", out->role, sizeof(out->role));
	out->has_totp = rows_flag(rows, "has_totp");
	out->all_sites = rows_flag(rows, "all_sites");
	rows_text(rows, "capabilities", rights, sizeof(rights));
	if (!rows_check(rows, e) || !rights_read(rights, &out->rights, e))
		return false;
	return out->all_sites || read_grants(db, out, e);
}

static bool
is_among(int64_t id, const int64_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == id)
			return true;
	}
	return false;
}

bool
identity_narrow(struct identity *who, const char *sites, struct err *e)
{
	int64_t *list;
	size_t count, kept = 0;

	if (!read_ids(sites, &list, &count, e))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (who->all_sites || is_among(list[i], who->site, who->sites))
			list[kept++] = list[i];
	}
	free(who->site);
	who->site = list;
	who->sites = kept;
	who->all_sites = false;
	return true;
}

bool
sites_check(struct db *db, const char *sites, struct err *e)
{
	AUTO(rows) rows = ROWS;
	char code[161];

	if (!db_open(db, &rows, SQL_GRANT_UNKNOWN, BINDS(bind_text(sites)), e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e);
	rows_text(&rows, "code", code, sizeof(code));
	err_set(e, ERR_INPUT, "there is no site \"%s\"", code);
	return err_as(e, OB_INVALID_PARAM);
}

bool
tidy(struct db *db, enum sql_id id, const struct bind *bind, size_t count,
     struct err *e)
{
	struct err failed = {0};

	if (db_run(db, id, bind, count, &failed) || db_may_repeat(db))
		return true;
	*e = failed;
	return false;
}

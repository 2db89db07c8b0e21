#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

/* RELIABILITY 6.4: a server that says nothing for this long is gone. */
enum { ANSWER_TIMEOUT_S = 60, HOST_MAX = 256 };

enum { SETTING_TEXTS = 6 };

static void
setting_texts(struct db_settings *settings, const char **out[SETTING_TEXTS])
{
	out[0] = &settings->socket;
	out[1] = &settings->host;
	out[2] = &settings->name;
	out[3] = &settings->user;
	out[4] = &settings->ca_file;
	out[5] = &settings->password;
}

/* Afterwards all texts are ours, or NULL, so that they can be freed. */
static bool
copy_settings(struct db_settings *to, const struct db_settings *from,
	      struct err *e)
{
	const char **text[SETTING_TEXTS];
	bool all = true;

	*to = *from;
	setting_texts(to, text);
	for (size_t i = 0; i < SETTING_TEXTS; i++) {
		*text[i] = strdup(*text[i] ? *text[i] : "");
		all = all && *text[i] != NULL;
	}
	return all || err_set(e, ERR_TEMPORARY, "out of memory");
}

static void
free_settings(struct db_settings *settings)
{
	const char **text[SETTING_TEXTS];
	char *own;

	setting_texts(settings, text);
	for (size_t i = 0; i < SETTING_TEXTS; i++) {
		own = (char *)(uintptr_t)*text[i];
		if (own)
			explicit_bzero(own, strlen(own)); /* the password */
		free(own);
	}
}

/* The nth host of the comma list; false after the last. */
static bool
host_at(const char *list, size_t index, char out[HOST_MAX])
{
	size_t length;

	for (;; index--) {
		list += strspn(list, ", ");
		length = strcspn(list, ", ");
		if (length == 0 || length >= HOST_MAX)
			return false;
		if (index == 0)
			break;
		list += length;
	}
	memcpy(out, list, length);
	out[length] = '\0';
	return true;
}

static size_t
host_count(const char *list)
{
	char host[HOST_MAX];
	size_t count = 0;

	while (host_at(list, count, host))
		count++;
	return count;
}

/*
 * TLS over TCP, verified, loopback no exception. ENFORCE alone would go on in
 * clear text where the server (or someone in between) offers no TLS, so VERIFY
 * is set as well and the cipher is asked for afterwards.
 */
static void
want_tls(const struct db *db, MYSQL *mysql)
{
	const my_bool on = 1;

	mysql_optionsv(mysql, MYSQL_OPT_SSL_ENFORCE, &on);
	mysql_optionsv(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
	mysql_optionsv(mysql, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
	if (*db->settings.ca_file)
		mysql_optionsv(mysql, MYSQL_OPT_SSL_CA, db->settings.ca_file);
}

static MYSQL *
new_handle(const struct db *db, bool tcp)
{
	MYSQL *mysql = mysql_init(NULL);
	const unsigned protocol =
		tcp ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
	const unsigned off = 0, write_timeout = ANSWER_TIMEOUT_S;
	unsigned read_timeout = db->settings.statement_timeout_s + 10;

	if (mysql == NULL)
		return NULL;
	if (read_timeout < ANSWER_TIMEOUT_S)
		read_timeout = ANSWER_TIMEOUT_S;
	mysql_optionsv(mysql, MYSQL_OPT_PROTOCOL, &protocol);
	mysql_optionsv(mysql, MYSQL_OPT_CONNECT_TIMEOUT,
		       &db->settings.connect_timeout_s);
	mysql_optionsv(mysql, MYSQL_OPT_READ_TIMEOUT, &read_timeout);
	mysql_optionsv(mysql, MYSQL_OPT_WRITE_TIMEOUT, &write_timeout);
	mysql_optionsv(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_optionsv(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_optionsv(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name",
		       "orderbridge");
	if (tcp)
		want_tls(db, mysql);
	return mysql;
}

/*
 * The flags stay 0: no multi statements, and no CLIENT_FOUND_ROWS, because a
 * compare-and-set must count rows that changed, not rows that matched.
 */
static bool
dial_one(struct db *db, const char *host, struct err *e)
{
	const struct db_settings *to = &db->settings;
	const bool tcp = *host != '\0';

	db->mysql = new_handle(db, tcp);
	if (db->mysql == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	if (mysql_real_connect(db->mysql, tcp ? host : NULL, to->user,
			       *to->password ? to->password : NULL, to->name,
			       tcp ? to->port : 0, tcp ? NULL : to->socket,
			       0) == NULL) {
		db_fail(db, DB_PHASE_CONNECT, mysql_errno(db->mysql),
			mysql_error(db->mysql), "connect", e);
		return err_in(e, "database %s", tcp ? host : to->socket);
	}
	if (tcp && mysql_get_ssl_cipher(db->mysql) == NULL) {
		db_drop(db);
		return err_set(e, ERR_DENIED, "database %s: not encrypted",
			       host);
	}
	return true;
}

static bool
set_up_session(struct db *db, struct err *e)
{
	static const enum sql_id plain[] = {
		SQL_SESSION_MODES, SQL_SESSION_ISOLATION, SQL_SESSION_CHARSET};
	AUTO(rows) facts = ROWS;

	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		if (!db_run_plain(db, DB_PHASE_CONNECT, plain[i], e))
			return false;
	}
	if (!statement_run(db, SQL_SESSION_LIMIT,
			   BINDS(bind_int(db->settings.statement_timeout_s)), 0,
			   NULL, e) ||
	    !statement_run(db, SQL_SESSION_FACTS, NO_BINDS, 0, &facts, e))
		return false;
	(void)rows_next(&facts);
	db->max_packet = (size_t)rows_int(&facts, "max_packet");
	return rows_check(&facts, e);
}

bool
db_dial(struct db *db, struct err *e)
{
	const size_t hosts = host_count(db->settings.host);
	const size_t first = db->host;
	char host[HOST_MAX] = "";

	for (size_t tried = 0; tried == 0 || tried < hosts; tried++) {
		if (hosts > 0) {
			db->host = (first + tried) % hosts;
			(void)host_at(db->settings.host, db->host, host);
		}
		if (dial_one(db, host, e) && set_up_session(db, e))
			return true;
		db_drop(db);
	}
	return false;
}

void
db_drop(struct db *db)
{
	if (db->mysql == NULL)
		return;
	mysql_close(db->mysql);
	db->mysql = NULL;
	db->session_time = 0;
	if (db->tx == TX_OPEN) {
		db->tx = TX_BROKEN;
		err_set(&db->broken_by, ERR_TEMPORARY,
			"the connection was closed");
		err_as(&db->broken_by, OB_DATABASE);
	}
	for (size_t i = 0; i < SQL_COUNT; i++) {
		if (db->prepared[i] == NULL)
			continue;
		db->prepared[i]->cached = false;
		if (!db->prepared[i]->lent)
			statement_end(db->prepared[i]);
		db->prepared[i] = NULL;
	}
	built_end(db);
}

/* A session whose clock is a test's is told the time before each statement. */
static bool
follow_clock(struct db *db, struct err *e)
{
	struct bind bind = {.type = BIND_DECIMAL};
	utc_ms now;

	/* A copy of it is the machine's as well: leases need the server's. */
	if (db->clock->now == clock_system.now)
		return true;
	now = db->clock->now(db->clock);
	if (now == db->session_time)
		return true;
	bind.length = (size_t)snprintf(bind.own, sizeof(bind.own),
				       "%" PRId64 ".%03" PRId64, now / SECOND,
				       now % SECOND);
	if (!statement_run(db, SQL_SESSION_TIMESTAMP, &bind, 1, 0, NULL, e))
		return false;
	db->session_time = now;
	return true;
}

bool
db_ready(struct db *db, struct err *e)
{
	if (db->tx == TX_BROKEN) {
		*e = db->broken_by;
		return false;
	}
	if (db->mysql == NULL && !db_dial(db, e))
		return false;
	return follow_clock(db, e);
}

bool
db_connect(struct db **out, const struct db_settings *settings,
	   const struct clock *clock, struct err *e)
{
	struct db *db = calloc(1, sizeof(*db));

	*out = NULL;
	if (db == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	db->clock = clock;
	db->max_packet = 65536; /* until the server has said */
	if (!copy_settings(&db->settings, settings, e) || !db_ready(db, e)) {
		db_close(db);
		return false;
	}
	*out = db;
	return true;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	db_drop(db);
	free_settings(&db->settings);
	free(db);
}

#ifndef OB_SITE_CONNECTION_H
#define OB_SITE_CONNECTION_H

/* Where the systems beside the shops are (rm_connection). No secrets. */

#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"

struct db;
struct rows;

struct connection {
	int64_t id;    /* 0 = not stored yet */
	char kind[41]; /* bc, powerbi, fabric, mail, slack */
	char name[321];
	bool is_active;
	char *settings; /* owned JSON text, an object */
	utc_ms last_test_at;
	bool last_test_ok;
	char *last_test; /* owned JSON text, or NULL */
	unsigned version;
};

void connection_end(struct connection *connection);
/* name NULL: the first of the kind. ERR_MISSING. */
MUST_CHECK bool connection_find(struct db *db, const char *kind,
				const char *name, struct connection *out,
				struct err *e);
/* The first of the kind, or one that was not stored yet. */
MUST_CHECK bool connection_find_or_new(struct db *db, const char *kind,
				       struct connection *out, struct err *e);
MUST_CHECK bool connection_load(struct db *db, int64_t id,
				struct connection *out, struct err *e);
/*
 * Inserts where id is 0, else changes where version is still that of the row.
 * Where scheme, host or port of one of Business Central's addresses change, its
 * secret and tokens go with the old ones: *forgotten counts secrets.
 */
MUST_CHECK bool connection_save(struct db *db, struct connection *connection,
				unsigned *forgotten, struct err *e);
/* How the last test ended; result: JSON text. */
MUST_CHECK bool connection_tested(struct db *db, int64_t id, bool ok,
				  const char *result, utc_ms now,
				  struct err *e);
/* id, kind, name, is_active, settings, last_test_at, last_test_ok, version. */
MUST_CHECK bool connection_list(struct db *db, struct rows *out, struct err *e);

/* The settings of kind bc. */
struct bc_settings {
	char tenant[254]; /* GUID or domain */
	char environment[61];
	char company_id[37]; /* GUID, found by the first test; "" */
	char company_name[121];
	char client_id[37];
	char authority[301];    /* of the token; default Entra */
	char api_url[301];      /* before tenant and environment */
	char item_service[101]; /* OData web service of the item card; "" */
};

/* The addresses of Microsoft's own services, all else empty. */
struct bc_settings bc_settings_default(void);
/* ERR_INPUT names the member that is wrong. */
MUST_CHECK bool bc_settings_read(const struct connection *connection,
				 struct bc_settings *out, struct err *e);
/* Checks them and puts them into connection->settings. */
MUST_CHECK bool bc_settings_write(const struct bc_settings *settings,
				  struct connection *connection, struct err *e);

#endif

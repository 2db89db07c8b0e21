#ifndef OB_DB_SQL_H
#define OB_DB_SQL_H

/* The closed list of statements, made from sql/ at build time. */

#include <stddef.h>

#include "db/sql_ids.h"

struct sql_text {
	const char *name;
	const char *text;
};

extern const struct sql_text sql_text[SQL_COUNT];

/* One step of a migration: a statement, in the order of its file. */
struct migration_step {
	const char *migration; /* "0001_ground" */
	unsigned version;      /* 1 */
	unsigned step;         /* from 1 within the migration */
	const char *text;
};

extern const struct migration_step migration_step[];
extern const size_t migration_steps;

#endif

#ifndef OB_DB_MIGRATE_PLAN_H
#define OB_DB_MIGRATE_PLAN_H

/* This program's steps beside what the database has on record of them. */

#include "db/migrate.h"
#include "db/sql.h"

struct plan {
	struct migrate_step *step; /* migration_steps of them */
	unsigned database_version;
	bool has_strange; /* a step that no program of this version can know */
};

void plan_end(struct plan *plan);
/* Reads rm_schema; a database without it has no step done. */
MUST_CHECK bool plan_read(struct plan *plan, struct db *db, struct err *e);
void plan_summary(const struct plan *plan, struct migrate_summary *out);
/* Refuses steps that are done with another text, or that no file has. */
MUST_CHECK bool plan_check_texts(const struct plan *plan, struct err *e);
/* Refuses a database that is more than so many versions ahead. */
MUST_CHECK bool plan_check_age(const struct plan *plan, unsigned ahead,
			       struct err *e);
/* The checksum of a step's text. */
void plan_hash(const struct migrate_step *step, unsigned char out[32]);

#endif

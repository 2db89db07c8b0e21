#ifndef OB_TESTS_STEPS_H
#define OB_TESTS_STEPS_H

/*
 * A probe that integration tests drive: it reads a JSON array of steps, each
 * {"call": ..., ...}, and prints one JSON object a step: ok, class, code and
 * text of the error, and what the call gave (tests/integration/probe.py).
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "db/db.h"

/* One step: what is asked and what is told. */
struct step {
	struct db *db;
	const json_t *ask;
	json_t *tell;
	utc_ms now; /* "at", or 2027-01-15T08:00:00Z */
};

/* A table of these is ended by a row without a name. */
struct probe_call {
	const char *name;
	bool (*run)(struct step *step, struct err *e);
};

/* Members of what is asked, or of an object in it. */
const char *text(const json_t *object, const char *name, const char *fallback);
int64_t number(const json_t *object, const char *name, int64_t fallback);
bool flag(const json_t *object, const char *name, bool fallback);
/* Takes over the value. */
void put(struct step *step, const char *name, json_t *value);
/* Each row as an object of texts, NULL as null; at most so many. */
MUST_CHECK bool add_rows(json_t *list, struct rows *rows, size_t most,
			 struct err *e);

/*
 * main() of a probe whose arguments are the server's socket and the schema. The
 * tables are ended by NULL. is_timed: the connection's time is that of the
 * step.
 */
int steps_run(int argc, char **argv, const struct probe_call *const *tables,
	      bool is_timed);
/* Ends the probe, with what went wrong. */
void fail(const struct err *e);
/* What a text means, which has to be one. */
struct money money_of(const char *value);
struct quantity quantity_of(const char *value);

#endif

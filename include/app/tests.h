#ifndef OB_APP_TESTS_H
#define OB_APP_TESTS_H

/*
 * Tests that a person asks for: does the shop, does Business Central answer,
 * and as whom? Step by step; nothing is changed on the other side.
 */

#include <stdbool.h>

#include "app/app.h"
#include "connector/shop.h"
#include "site/site.h"

enum { TEST_STEPS_MAX = 32 };

struct test_result {
	int64_t began_boot_ms; /* the first step; 0: nobody asks how long */
	struct probe_step step[TEST_STEPS_MAX];
	size_t steps;
	unsigned failed;
	int64_t fetchable; /* orders the next sync would fetch; -1 unknown */
	/* Told of each step as it ends; NULL: nobody. */
	void (*tell)(void *context, const struct probe_step *step);
	void *context;
};

/* A step out of a call that went well or left an error. */
void step_fill(struct probe_step *step, const char *name, bool fine,
	       const struct err *e);

/* Adds a step, counts it, and tells of it. Its name lives as long as out. */
void test_add_step(struct test_result *out, const struct probe_step *step);
/*
 * Everything that has to be right on this host, each with why and what to do.
 * upstreams: shops and Business Central are called too, and told of only: their
 * names do not outlive the call.
 */
void doctor_look(struct app *app, bool upstreams, struct test_result *out);

/*
 * Whether the database can be reached, and gives each right that the program
 * needs, by a table that comes and goes: those of the daily account, and of the
 * one for migrations. Disconnects.
 */
void test_database(struct app *app, struct test_result *out);

/*
 * What a good test learned of the shop is kept, and a pause by wrong
 * credentials ends. False only when the test itself could not be made.
 */
MUST_CHECK bool test_site(struct app *app, const struct site *site,
			  struct test_result *out, struct err *e);
/*
 * connection_id 0: the only one. Its company's id is found once and kept.
 * Inside the window nothing is sent (I8): one step says that it was skipped.
 */
MUST_CHECK bool test_bc(struct app *app, int64_t connection_id,
			struct test_result *out, struct err *e);

#endif

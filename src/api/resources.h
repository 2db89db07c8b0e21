#ifndef OB_API_RESOURCES_H
#define OB_API_RESOURCES_H

/* The rows of each resource's file; route.c puts them in order. */

#include "api/route.h"

extern const struct route bc_routes[];
extern const struct route errors_routes[];
extern const struct route health_routes[];
extern const struct route items_routes[];
extern const struct route kits_routes[];
extern const struct route live_routes[];
extern const struct route logs_routes[];
extern const struct route me_routes[];
extern const struct route operations_routes[];
extern const struct route orders_routes[];
extern const struct route overview_routes[];
extern const struct route schedules_routes[];
extern const struct route session_routes[];
extern const struct route settings_routes[];
extern const struct route setup_routes[];
extern const struct route sites_routes[];
extern const struct route sync_routes[];
extern const struct route sync_status_routes[];
extern const struct route tokens_routes[];
extern const struct route users_routes[];
extern const struct route views_routes[];
extern const struct route watermarks_routes[];
extern const struct route webhooks_routes[];

/* Shapes of more than one resource. */
extern const struct shape shape_deleted, shape_overview, shape_shop;
extern const struct shape shape_test, shape_test_step, shape_upload;
extern const struct shape shape_sync_status, shape_user, shape_window;

/* Of a number: it is that, or (true) there are more. */
extern const char *const total_relations[];

struct csv_report;
struct err;
struct request;
struct strbuf;
struct test_result;
/*
 * watermarks.c: the next run of that entity ("orders") at that site (0: at each
 * that the caller may see) reads from the beginning, but in a dry run; told
 * grows by the watermarks that there were. ERR_CONFLICT while one reads.
 */
MUST_CHECK bool watermarks_forget(struct request *r, const char *entity,
				  int64_t site, struct strbuf *told,
				  struct err *e);
/* A list of a test's steps. */
void answer_steps(struct request *r, const struct test_result *found);
/* A test's steps, and what became of an uploaded file, as whole answers. */
void answer_test(struct request *r, const struct test_result *found);
void answer_upload(struct request *r, const struct csv_report *report);

#endif

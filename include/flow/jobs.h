#ifndef OB_FLOW_JOBS_H
#define OB_FLOW_JOBS_H

/* Which function does which kind of work, and the worker that does it all. */

#include "app/app.h"
#include "queue/worker.h"

/* The table; *count rows. */
const struct job_kind *job_kinds(size_t *count);
/* A worker over the app's database, settings and the table above. */
void jobs_worker(struct app *app, struct worker *out);

#endif

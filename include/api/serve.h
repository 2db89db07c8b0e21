#ifndef OB_API_SERVE_H
#define OB_API_SERVE_H

/* The responder: answers requests until it is told to end, or is old. */

#include "app/app.h"
#include "net/fcgi.h"

/*
 * Returns after SIGTERM or SIGINT, after web.recycle_requests requests, or
 * when this process holds more than web.recycle_mb; whoever started it starts
 * the next one. The request at hand is answered first.
 * start: how app was opened. Where it names no settings and the environment
 * neither, a request may (SetEnv ORDERBRIDGE_CONFIG in .htaccess); app is then
 * opened anew. Returns also when that fails.
 */
void serve(struct app *app, struct fcgi *fcgi, const struct app_start *start);

#endif

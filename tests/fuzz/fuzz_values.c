/* Queries and bodies against the routes' own tables: typed, or refused in JSON.
 * First line: method and address; what follows is the body.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/api/local.h"
#include "base/auto.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
must_be_json(const struct strbuf *params)
{
	AUTO(strbuf) all = STRBUF(32 * 1024);
	json_t *found;

	strbuf_addf(&all, "{%s}", strbuf_text(params));
	found = json_loads(strbuf_text(&all), 0, NULL);
	if (found == NULL)
		abort();
	json_decref(found);
}

static void
read_values(struct request *r, struct match *match)
{
	struct err e = {0};

	r->route = match->route;
	r->envelope = -1;
	r->params = (struct strbuf)STRBUF(16 * 1024);
	if (!request_read_values(r, match, &e) && e.class == ERR_NONE)
		abort();
	must_be_json(&r->params);
	for (size_t i = 0; i < r->values; i++) {
		const struct value *v = &r->value[i];

		if (v->param->type == PARAM_TEXT && v->text != NULL &&
		    strlen(v->text) != strlen(request_text(r, v->param->name)))
			abort();
	}
	strbuf_end(&r->params);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = strndup((const char *)bytes, length), *at = text;
	char *line = strsep(&at, "\n"), *query = line;
	char *method = strsep(&query, " ");
	char *path = query == NULL ? NULL : strsep(&query, "?");
	struct request *r = calloc(1, sizeof(*r));
	struct app *app = calloc(1, sizeof(*app));
	struct err ignored = {0};

	if (path != NULL && r != NULL && app != NULL) {
		struct match match = route_match(method, path);

		r->app = app;
		r->query = query == NULL ? path + strlen(path) : query;
		/* Lists look sites up in the database. */
		if (match.route != NULL && match.route->list == NULL &&
		    (at == NULL ||
		     json_read(at, strlen(at), &r->body, &ignored)))
			read_values(r, &match);
		json_decref(r->body);
	}
	free(app);
	free(r);
	free(text);
	return 0;
}

#include "api/request.h"

#include <string.h>

#include "overview.h"
#include "resources.h"

/* What a page asks for again and again, in one request (UX 3). */
static const struct panel {
	const char *name;
	const char *path;
	struct list_param filter[2];
} panels[] = {
	{"overview", "/overview", {{0}}},
	{"status", "/sync/status", {{0}}},
	{"operations", "/operations", {{"view", "open"}, {"per_page", "10"}}},
	{"errors", "/error-orders", {{"status", "open"}, {"per_page", "10"}}},
	{"sites", "/sites", {{0}}},
	{"window", "/window", {{0}}},
};

static bool
read_list(struct request *r, const struct panel *panel, struct err *e)
{
	struct list_page page;

	return request_rows(r, r->route->list, panel->filter,
			    COUNT_OF(panel->filter), &r->data, &page, e);
}

static bool
add_panel(struct request *r, const struct panel *panel, struct err *e)
{
	const struct route *mine = r->route;
	char path[64];
	struct match match;
	bool fine;

	memcpy(path, panel->path, strlen(panel->path) + 1);
	match = route_match("GET", path);
	if (match.route == NULL)
		return err_set(e, ERR_FATAL, "%s is no route", panel->path);
	strbuf_addf(&r->data, "%s\"%s\":", r->data.len == 1 ? "" : ",",
		    panel->name);
	r->route = match.route;
	fine = match.route->list != NULL ? read_list(r, panel, e)
					 : match.route->handle(r, e);
	r->route = mine;
	return fine;
}

static bool
live_show(struct request *r, struct err *e)
{
	const char *wanted = request_text(r, "panels");

	strbuf_add(&r->data, "{");
	while (*wanted != '\0') {
		const size_t length = strcspn(wanted, ",");
		const struct panel *panel = NULL;

		for (size_t i = 0; i < COUNT_OF(panels); i++) {
			if (strlen(panels[i].name) == length &&
			    memcmp(panels[i].name, wanted, length) == 0)
				panel = &panels[i];
		}
		if (panel == NULL)
			return request_fault(r, e, "panels",
					     "there is no panel \"%.*s\"",
					     (int)length, wanted);
		if (!add_panel(r, panel, e))
			return false;
		wanted += length + (wanted[length] == ',');
	}
	strbuf_add(&r->data, "}");
	return strbuf_check(&r->data, e);
}

static const struct shape live_shape = {
	"Live",
	(const struct field[]){
		{"overview", FIELD_OBJECT, FIELD_MAYBE, NULL, NULL,
		 &shape_overview, NULL},
		{"status", FIELD_OBJECT, FIELD_MAYBE, NULL, NULL,
		 &shape_sync_status, "of synchronisation"},
		{"operations", FIELD_LIST, FIELD_MAYBE, NULL, NULL,
		 &shape_operation, "those that run or wait"},
		{"errors", FIELD_LIST, FIELD_MAYBE, NULL, NULL,
		 &shape_error_order, "the latest"},
		{"sites", FIELD_LIST, FIELD_MAYBE, NULL, NULL, &shape_shop,
		 NULL},
		{"window", FIELD_OBJECT, FIELD_MAYBE, NULL, NULL, &shape_window,
		 NULL},
		{0},
	},
};

static const struct param query[] = {
	{"panels", PARAM_TEXT, PARAM_REQUIRED, 1, 100, NULL, NULL,
	 "comma-separated: overview, status, operations, errors, sites, window"},
	{"site", PARAM_TEXT, 0, 1, 40, NULL, NULL,
	 "of the overview: only this site's code"},
	{"range", PARAM_WORD, 0, 0, 0, glance_ranges, NULL,
	 "of the overview: what its series shows; 24h"},
	{0},
};

const struct route live_routes[] = {
	{
		.method = "GET",
		.path = "/live",
		.need = CAN_VIEW,
		.handle = live_show,
		.summary = "Several panels in one request, for polling",
		.status = 200,
		.query = query,
		.reply = &live_shape,
	},
	{0},
};

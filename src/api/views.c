#include "api/request.h"

#include <stdio.h>
#include <string.h>

#include "account/view.h"
#include "base/row_out.h"
#include "resources.h"

static bool
views_show(struct request *r, struct err *e)
{
	unsigned version;

	strbuf_add(&r->data, "{\"views\":");
	if (!views_read(r->app->db, r->caller.user_id, &r->data, &version, e))
		return false;
	strbuf_addf(&r->data, ",\"version\":%u}", version);
	return strbuf_check(&r->data, e);
}

static const char *
text_of(const json_t *view, const char *name)
{
	return json_string_value(json_object_get(view, name));
}

static bool
is_named_before(const json_t *list, size_t place)
{
	const json_t *view = json_array_get(list, place);

	for (size_t i = 0; i < place; i++) {
		const json_t *other = json_array_get(list, i);

		if (strcmp(text_of(view, "page"), text_of(other, "page")) ==
			    0 &&
		    strcmp(text_of(view, "name"), text_of(other, "name")) == 0)
			return true;
	}
	return false;
}

static bool
check_view(struct request *r, const json_t *list, size_t place, struct err *e)
{
	const char *page = text_of(json_array_get(list, place), "page");
	char at[40];

	if (entity_find(page) == NULL) {
		(void)snprintf(at, sizeof(at), "views[%zu].page", place);
		return request_fault(r, e, at, "there is no such list");
	}
	if (!is_named_before(list, place))
		return true;
	(void)snprintf(at, sizeof(at), "views[%zu].name", place);
	return request_fault(r, e, at, "another view of the page has it");
}

static void
add_view(struct strbuf *out, const json_t *view)
{
	strbuf_add(out, out->len == 1 ? "{\"page\":" : ",{\"page\":");
	json_out_text(out, text_of(view, "page"));
	strbuf_add(out, ",\"name\":");
	json_out_text(out, text_of(view, "name"));
	strbuf_add(out, ",\"query\":");
	json_out_text(out, text_of(view, "query"));
	strbuf_add(out, "}");
}

static bool
views_replace(struct request *r, struct err *e)
{
	const json_t *list = request_json(r, "views").value;
	AUTO(strbuf) json = STRBUF(DATA_MAX / 2);

	strbuf_add(&json, "[");
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!check_view(r, list, i, e))
			return false;
		add_view(&json, json_array_get(list, i));
	}
	strbuf_add(&json, "]");
	if (!strbuf_check(&json, e) ||
	    !views_save(r->app->db, r->caller.user_id, json.text, r->version,
			e))
		return false;
	answer_changed(r, "user.views", "user %s", r->caller.login);
	return views_show(r, e);
}

static const struct shape view_shape = {
	"SavedView",
	(const struct field[]){
		{"page", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "the list: orders, operations ..."},
		{"name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"query", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "filters, sort and fields, as the list takes them"},
		{0},
	},
};

static const struct shape views_shape = {
	"SavedViews",
	(const struct field[]){
		{"views", FIELD_LIST, 0, NULL, NULL, &view_shape, NULL},
		{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct param view_members[] = {
	{"page", PARAM_TEXT, PARAM_REQUIRED, 1, 40, NULL, NULL,
	 "the list: orders, operations ..."},
	{"name", PARAM_TEXT, PARAM_REQUIRED, 1, 60, NULL, NULL, NULL},
	{"query", PARAM_TEXT, PARAM_REQUIRED, 0, 1000, NULL, NULL,
	 "state=failed&sort=-created_at"},
	{0},
};
static const struct param views_body[] = {
	{"views", PARAM_OBJECTS, PARAM_REQUIRED, 0, 100, NULL, view_members,
	 "all of them, in their order"},
	{0},
};

const struct route views_routes[] = {
	{
		.method = "GET",
		.path = "/me/views",
		.need = CAN_VIEW,
		.handle = views_show,
		.summary = "Your saved views of the lists",
		.status = 200,
		.reply = &views_shape,
	},
	{
		.method = "PUT",
		.path = "/me/views",
		.need = CAN_VIEW,
		.handle = views_replace,
		.summary = "Replace them all",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.body = views_body,
		.reply = &views_shape,
	},
	{0},
};

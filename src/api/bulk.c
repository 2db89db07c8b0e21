/* What a change of many rows is about: ids, or the list's own filter. */
#include "api/request.h"

enum { FILTERS_MAX = 16 };

/* The members of the body's filter as a list has them in its query. */
struct chosen {
	struct list_param param[FILTERS_MAX];
	size_t count;
	struct strbuf ids; /* joined by commas */
};

static void
chosen_end(struct chosen *chosen)
{
	strbuf_end(&chosen->ids);
}

static bool
read_filter(struct request *r, struct chosen *out, struct err *e)
{
	const char *name;
	json_t *value;

	json_object_foreach(request_json(r, "filter").value, name, value)
	{
		if (out->count == FILTERS_MAX || !json_is_string(value))
			return request_fault(r, e, "filter",
					     "wanted names and texts");
		out->param[out->count++] =
			(struct list_param){name, json_string_value(value)};
	}
	return true;
}

static bool
read_choice(struct request *r, struct chosen *out, struct err *e)
{
	json_t *ids = request_json(r, "ids").value;

	if ((request_json(r, "filter").value == NULL) == (ids == NULL))
		return request_fault(r, e, "filter",
				     "send either a filter or ids");
	for (size_t i = 0; i < json_array_size(ids); i++)
		strbuf_addf(&out->ids, "%s%s", i == 0 ? "" : ",",
			    json_string_value(json_array_get(ids, i)));
	if (ids != NULL)
		out->param[out->count++] =
			(struct list_param){"id", strbuf_text(&out->ids)};
	return read_filter(r, out, e);
}

bool
request_choose(struct request *r, const struct entity *entity, unsigned most,
	       struct strbuf *out, struct err *e)
{
	const struct list_access access = {
		.all_sites = r->caller.all_sites,
		.site = r->caller.site,
		.sites = r->caller.sites,
		.key = r->app->web_key,
	};
	AUTO(chosen) chosen = {.ids = STRBUF(1 << 18)};
	struct list_fault bad = {0};
	struct list_ask ask = {0};
	size_t found;
	bool more, fine;

	if (!read_choice(r, &chosen, e))
		return false;
	fine = list_read(entity, r->app->db, chosen.param, chosen.count,
			 &access, &ask, &bad, e) &&
	       list_ids(r->app->db, &ask, most, out, &found, &more, e);
	list_ask_end(&ask);
	if (!fine && bad.param[0] != '\0')
		return request_fault(r, e, bad.param, "%s", bad.message);
	if (fine && more)
		return request_fault(r, e, "filter",
				     "finds more than %u: narrow it", most);
	return fine;
}

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
	AUTO(chosen) chosen = {.ids = STRBUF(1 << 18)};
	AUTO(list_ask) ask = {0};
	size_t found;
	bool more;

	if (!read_choice(r, &chosen, e) ||
	    !request_list(r, entity, chosen.param, chosen.count, &ask, e) ||
	    !list_ids(r->app->db, &ask, most, out, &found, &more, e))
		return false;
	return !more || request_fault(r, e, "filter",
				      "finds more than %u: narrow it", most);
}

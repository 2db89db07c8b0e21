#include <string.h>

#include "base/text.h"
#include "local.h"

static void
take_statuses(const json_t *list, struct status_list *out)
{
	size_t room = COUNT_OF(out->status);

	*out = (struct status_list){0};
	for (size_t i = 0; i < json_array_size(list) && out->count < room;
	     i++) {
		const json_t *row = json_array_get(list, i);
		const char *slug =
			json_string_value(json_object_get(row, "slug"));
		const char *name =
			json_string_value(json_object_get(row, "name"));
		AUTO(strbuf) label = STRBUF(4096);

		if (slug == NULL)
			continue;
		text_decode_entities(name != NULL ? name : slug, &label);
		(void)text_copy(out->status[out->count].id,
				sizeof(out->status[0].id), slug);
		(void)text_copy(out->status[out->count++].label,
				sizeof(out->status[0].label),
				label.text != NULL ? label.text : slug);
	}
}

static bool
ask_statuses(struct woocommerce *w, const char *path, struct status_list *out,
	     bool *unknown, struct err *e)
{
	AUTO(woo_ask) ask = WOO_ASK;
	AUTO(http_response) reply = {0};
	json_auto_t *list = NULL;

	strbuf_addf(&ask.url, "%s/wc/v3%s", w->root, path);
	if (!woo_send(w, &ask, &reply, e) || !woo_document(&reply, &list, e)) {
		*unknown = reply.status == 404;
		return false;
	}
	take_statuses(list, out);
	return true;
}

bool
woo_statuses(struct shop *self, struct status_list *out, struct err *e)
{
	struct woocommerce *w = (struct woocommerce *)self;
	bool unknown = false;

	if (ask_statuses(w, "/orders/statuses", out, &unknown, e))
		return true;
	/* Older versions tell the same words in a report. */
	if (unknown &&
	    ask_statuses(w, "/reports/orders/totals", out, &unknown, e))
		return true;
	return err_in(e, "statuses of %s", w->set.site->code);
}

#include "overview.h"

#include <string.h>

#include "base/jnode.h"
#include "base/row_out.h"

/* Two lists in one: orders and operations that failed, the latest first. */

enum { SHOWN = 5 };

static const char *
text_of(const json_t *row, const char *member)
{
	return json_string_value(json_object_get(row, member));
}

static bool
read_list(const struct glance *g, const struct entity *entity,
	  const char *filter, json_t **out, struct err *e)
{
	AUTO(strbuf) rows = STRBUF(DATA_MAX);

	return glance_rows(g, entity, filter, NULL, &rows, e) &&
	       json_read(rows.text, rows.len, out, e);
}

/* A text or null, whichever it is. */
static void
add(struct strbuf *out, const char *name, const char *text)
{
	strbuf_addf(out, ",\"%s\":", name);
	if (text == NULL)
		strbuf_add(out, "null");
	else
		json_out_text(out, text);
}

static void
add_reason(struct strbuf *out, const json_t *row, const char *message,
	   const char *why)
{
	add(out, "code", text_of(row, "code"));
	add(out, "what", text_of(row, message));
	add(out, "why", text_of(row, why));
	add(out, "fix", text_of(row, "fix"));
	add(out, "fix_route", text_of(row, "fix_route"));
}

static void
add_order(struct strbuf *out, const json_t *row)
{
	strbuf_addf(out, "{\"kind\":\"order\",\"id\":\"%s\"",
		    text_of(row, "id"));
	add(out, "at", text_of(row, "last_at"));
	add(out, "site", text_of(row, "site"));
	add(out, "order_id", text_of(row, "order_id"));
	add(out, "number", text_of(row, "number"));
	add(out, "operation_id", text_of(row, "operation_id"));
	add(out, "operation_kind", NULL);
	add_reason(out, row, "message", "why");
	strbuf_addf(out, ",\"route\":\"#/orders/%s\"}",
		    text_of(row, "order_id"));
}

static void
add_operation(struct strbuf *out, const json_t *row)
{
	strbuf_addf(out, "{\"kind\":\"operation\",\"id\":\"%s\"",
		    text_of(row, "id"));
	add(out, "at", text_of(row, "completed_at"));
	add(out, "site", text_of(json_object_get(row, "site"), "code"));
	add(out, "order_id", NULL);
	add(out, "number", NULL);
	add(out, "operation_id", text_of(row, "id"));
	add(out, "operation_kind", text_of(row, "kind"));
	add_reason(out, json_object_get(row, "error"), "message", "reason");
	strbuf_addf(out, ",\"route\":\"#/operations/%s\"}", text_of(row, "id"));
}

/* What may be shown, until it is. */
struct failure {
	const json_t *row; /* NULL: shown */
	const char *at;
	bool is_order;
};

static size_t
gather(const json_t *rows, const char *at, bool is_order, struct failure *out)
{
	size_t count = 0;

	for (; count < json_array_size(rows) && count < SHOWN; count++) {
		const json_t *row = json_array_get(rows, count);
		const char *moment = text_of(row, at);

		out[count] = (struct failure){
			.row = row,
			.at = moment == NULL ? "" : moment,
			.is_order = is_order,
		};
	}
	return count;
}

/* Times of one form compare as texts. */
static struct failure *
latest(struct failure *all, size_t count)
{
	struct failure *found = NULL;

	for (size_t i = 0; i < count; i++) {
		if (all[i].row != NULL &&
		    (found == NULL || strcmp(all[i].at, found->at) > 0))
			found = &all[i];
	}
	return found;
}

bool
glance_add_errors(struct glance *g, struct err *e)
{
	struct strbuf *out = &g->r->data;
	json_auto_t *orders = NULL, *operations = NULL;
	struct failure all[2 * SHOWN];
	size_t count;

	if (!read_list(g, &entity_error_orders, "status=open&per_page=5",
		       &orders, e) ||
	    !read_list(g, &entity_operations, "state=failed&per_page=5",
		       &operations, e))
		return false;
	count = gather(orders, "last_at", true, all);
	count += gather(operations, "completed_at", false, all + count);
	strbuf_add(out, ",\"recent_errors\":[");
	for (size_t i = 0; i < SHOWN && i < count; i++) {
		struct failure *next = latest(all, count);

		strbuf_add(out, i == 0 ? "" : ",");
		if (next->is_order)
			add_order(out, next->row);
		else
			add_operation(out, next->row);
		next->row = NULL;
	}
	strbuf_add(out, "]");
	return strbuf_check(out, e);
}

/* clang-format off */
static const char *const kinds[] = {"order", "operation", NULL};

const struct shape shape_overview_error = {
	"OverviewError",
	(const struct field[]){
		{"kind", FIELD_WORD, 0, NULL, kinds, NULL, "what failed"},
		{"id", FIELD_ID, 0, NULL, NULL, NULL, "of the error order, or of the operation"},
		{"at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"site", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, "the site's code"},
		{"order_id", FIELD_ID, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"number", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, "of the order"},
		{"operation_id", FIELD_ID, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"operation_kind", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"code", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"what", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"why", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, "how that comes about"},
		{"fix", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, "what to do"},
		{"fix_route", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, "where in the dashboard that is done"},
		{"route", FIELD_TEXT, 0, NULL, NULL, NULL, "where it is shown"},
		{0},
	},
};
/* clang-format on */

#include "flow/kit_check.h"

#include <string.h>

#include "base/jnode.h"
#include "base/row_out.h"
#include "flow/item_check.h"
#include "product/store.h"

/* A page of a hundred operations with their results fits into an answer. */
enum { RESULT_MAX = 1 << 17, ITEMS_ROOM = 40 * 1024 };

struct look {
	struct app *app;
	const char *sku; /* of the kit */
	struct kit_table table;
	struct kit_parts parts;
	struct sku_set items;
	struct err why; /* it cannot be expanded */
};

static void
look_end(struct look *look)
{
	kit_table_end(&look->table);
	kit_parts_end(&look->parts);
	sku_set_end(&look->items);
}

static bool
add_items(struct look *look, struct err *e)
{
	for (size_t i = 0; i < look->parts.count; i++) {
		const struct kit_part *part = &look->parts.part[i];

		if (part->leaf && sku_set_add(&look->items, part->key) == NULL)
			return err_set(e, ERR_TEMPORARY, "no memory for SKUs");
	}
	return true;
}

static bool
expand(struct look *look, struct err *e)
{
	const struct config *config = &look->app->config;
	const struct kit_limits limits = {config->kits.max_depth,
					  config->kits.max_lines};
	const struct quantity one = {100000};
	AUTO(sku_set) set = {0};

	if (sku_set_add(&set, look->sku) == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for a SKU");
	if (!kits_match(look->app->db, &set, limits.max_depth, &look->table, e))
		return false;
	if (kit_look(&look->table, look->sku, one, app_now(look->app), limits,
		     &look->parts, &look->why))
		return add_items(look, e);
	if (look->why.class != ERR_TEMPORARY)
		return true;
	*e = look->why;
	return false;
}

static bool
keep(const struct look *look, struct task *task, struct err *e)
{
	const bool valid = look->why.class == ERR_NONE;
	AUTO(strbuf) out = STRBUF(RESULT_MAX);
	AUTO(strbuf) items = STRBUF(RESULT_MAX);
	size_t listed = 0, failed = 0;

	for (size_t i = 0; i < look->items.count; i++) {
		const struct sku_check *sku = &look->items.sku[i];

		failed += item_check_judge(look->app, sku, true) != CODE_NONE;
		if (items.len >= ITEMS_ROOM)
			continue;
		strbuf_add(&items, listed++ == 0 ? "" : ",");
		item_check_tell(&items, look->app, sku, true);
	}
	strbuf_add(&out, "{\"sku\":");
	json_out_text(&out, look->sku);
	strbuf_addf(&out, ",\"valid\":%s,\"passes\":%s,\"code\":\"%s\"",
		    valid ? "true" : "false",
		    valid && failed == 0 ? "true" : "false",
		    code_name(look->why.code));
	strbuf_add(&out, ",\"message\":");
	json_out_text(&out, look->why.text);
	strbuf_addf(&out,
		    ",\"count\":%zu,\"failed\":%zu,\"listed\":%zu,"
		    "\"items\":[%s]}",
		    look->items.count, failed, listed, strbuf_text(&items));
	return strbuf_check(&items, e) && strbuf_check(&out, e) &&
	       task_result(task, out.text, e);
}

bool
kit_check_run(void *context, struct task *task, struct err *e)
{
	const char *text = task->op->scope;
	AUTO(look) look = {.app = context};
	json_auto_t *scope = NULL;

	if (!app_db(look.app, e) || !json_read(text, strlen(text), &scope, e))
		return err_in(e, "scope of the check");
	look.sku = json_string_value(json_object_get(scope, "sku"));
	if (look.sku == NULL)
		look.sku = "";
	return (expand(&look, e) && item_check_ask(look.app, &look.items, e) &&
		keep(&look, task, e)) ||
	       err_in(e, "check kit %s", look.sku);
}

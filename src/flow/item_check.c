#include "flow/item_check.h"

#include <string.h>

#include "app/shops.h"
#include "base/row_out.h"
#include "flow/run.h"
#include "product/store.h"

static const char *
answer_word(enum bc_answer answer)
{
	static const char *const words[] = {
		[BC_UNKNOWN] = "not_asked",       [BC_OK] = "ok",
		[BC_BLOCKED] = "blocked",         [BC_MISSING] = "missing",
		[BC_UNREACHABLE] = "unreachable",
	};

	return words[answer];
}

enum code
item_check_judge(const struct app *app, const struct sku_check *sku,
		 bool component)
{
	if (sku->gl_account[0] != '\0')
		return CODE_NONE;
	if (!sku_needs_answer(sku))
		return OB_SKU_LONG;
	return sku_judge(sku, run_allowed(app), component);
}

static bool
needs_answers(const struct sku_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (sku_needs_answer(&set->sku[i]))
			return true;
	return false;
}

/* One that nobody answered for leaves no verdict at all. */
static bool
all_answered(const struct sku_set *set, const struct err *down, struct err *e)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->sku[i].there != BC_UNREACHABLE)
			continue;
		*e = *down;
		return false;
	}
	return true;
}

bool
item_check_ask(struct app *app, struct sku_set *set, struct err *e)
{
	AUTO(open_bc) bc = {0};
	struct err down = {0};

	if (!items_match(app->db, set, e))
		return false;
	if (!needs_answers(set))
		return true;
	return open_bc_begin(&bc, app, 0, true, e) &&
	       bc_check_items(&bc.client, set, &down, e) &&
	       all_answered(set, &down, e) &&
	       sku_cache_write(app->db, bc.connection_id, set, e);
}

void
item_check_tell(struct strbuf *out, const struct app *app,
		const struct sku_check *sku, bool component)
{
	const enum code code = item_check_judge(app, sku, component);
	const struct code_info *info = code_info(code);

	strbuf_add(out, "{\"sku\":");
	json_out_text(out, sku->key);
	strbuf_addf(out, ",\"here\":\"%s\",\"bc\":\"%s\",\"passes\":%s",
		    item_status_name(sku->here), answer_word(sku->there),
		    code == CODE_NONE ? "true" : "false");
	strbuf_addf(out, ",\"code\":\"%s\",\"message\":", info->name);
	json_out_text(out, info->what);
	strbuf_add(out, ",\"fix\":");
	json_out_text(out, info->fix);
	strbuf_add(out, "}");
}

static bool
keep(struct task *task, const struct app *app, const struct sku_check *sku,
     struct err *e)
{
	AUTO(strbuf) out = STRBUF(1 << 14);

	item_check_tell(&out, app, sku, false);
	return strbuf_check(&out, e) && task_result(task, out.text, e);
}

bool
item_check_run(void *context, struct task *task, struct err *e)
{
	const char *text = task->op->scope;
	AUTO(sku_set) set = {0};
	struct app *app = context;
	json_auto_t *scope = NULL;
	const char *sku;

	if (!app_db(app, e) || !json_read(text, strlen(text), &scope, e))
		return err_in(e, "scope of the check");
	sku = json_string_value(json_object_get(scope, "sku"));
	if (sku_set_add(&set, sku == NULL ? "" : sku) == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for a SKU");
	return (item_check_ask(app, &set, e) &&
		keep(task, app, &set.sku[0], e)) ||
	       err_in(e, "check SKU %s", set.sku[0].key);
}

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

/* As orders are judged. */
static enum code
judge(const struct app *app, const struct sku_check *sku)
{
	if (sku->gl_account[0] != '\0')
		return CODE_NONE;
	if (!sku_needs_answer(sku))
		return OB_SKU_LONG;
	return sku_judge(sku, run_allowed(app), false);
}

/* From Business Central itself, whatever is known of a moment ago. */
static bool
ask(struct app *app, struct sku_set *set, struct err *e)
{
	AUTO(open_bc) bc = {0};
	struct err down = {0};

	if (!items_match(app->db, set, e))
		return false;
	if (!sku_needs_answer(&set->sku[0]))
		return true;
	if (!open_bc_begin(&bc, app, 0, true, e) ||
	    !bc_check_items(&bc.client, set, &down, e))
		return false;
	if (set->sku[0].there == BC_UNREACHABLE) {
		*e = down;
		return false;
	}
	return sku_cache_write(app->db, bc.connection_id, set, e);
}

static bool
tell(struct task *task, const struct app *app, const struct sku_check *sku,
     struct err *e)
{
	AUTO(strbuf) out = STRBUF(1 << 14);
	const enum code code = judge(app, sku);
	const struct code_info *info = code_info(code);

	strbuf_add(&out, "{\"sku\":");
	json_out_text(&out, sku->key);
	strbuf_addf(&out, ",\"here\":\"%s\",\"bc\":\"%s\",\"passes\":%s",
		    item_status_name(sku->here), answer_word(sku->there),
		    code == CODE_NONE ? "true" : "false");
	strbuf_addf(&out, ",\"code\":\"%s\",\"message\":", info->name);
	json_out_text(&out, info->what);
	strbuf_add(&out, ",\"fix\":");
	json_out_text(&out, info->fix);
	strbuf_add(&out, "}");
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
	return (ask(app, &set, e) && tell(task, app, &set.sku[0], e)) ||
	       err_in(e, "check SKU %s", set.sku[0].key);
}

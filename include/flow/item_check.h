#ifndef OB_FLOW_ITEM_CHECK_H
#define OB_FLOW_ITEM_CHECK_H

/*
 * Business Central asked about one SKU, and the verdict of R-30 on it. The work
 * of an operation item_check, whose scope names the SKU's key form; the answer
 * is its result and is kept for orders as any other.
 */

#include "app/app.h"
#include "base/strbuf.h"
#include "product/item.h"
#include "queue/worker.h"

MUST_CHECK bool item_check_run(void *app, struct task *task, struct err *e);

/* Asks for all of the set, whatever is known of a moment ago. */
MUST_CHECK bool item_check_ask(struct app *app, struct sku_set *set,
			       struct err *e);
/* As orders are judged; CODE_NONE passes. */
enum code item_check_judge(const struct app *app, const struct sku_check *sku,
			   bool component);
/* Appends the verdict as a JSON object. */
void item_check_tell(struct strbuf *out, const struct app *app,
		     const struct sku_check *sku, bool component);

#endif

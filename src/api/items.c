#include "api/request.h"

#include <string.h>

#include "app/retry.h"
#include "base/row_out.h"
#include "base/text.h"
#include "product/item_csv.h"
#include "product/item_store.h"
#include "resources.h"

static const char *const statuses[] = {"active", "sell_through", "blocked",
				       "discontinued", NULL};

#define ITEM_PARAMS                                                            \
	{"description", PARAM_TEXT, 0, 0, 250, NULL, NULL, NULL},              \
		{"status", PARAM_WORD, 0, 0, 0, statuses, NULL, NULL},         \
		{"bc_number", PARAM_TEXT,                                      \
		 0,           0,                                               \
		 20,          NULL,                                            \
		 NULL,        "in Business Central, where it is not the SKU"}, \
		{"gl_account",                                                 \
		 PARAM_TEXT,                                                   \
		 0,                                                            \
		 0,                                                            \
		 20,                                                           \
		 NULL,                                                         \
		 NULL,                                                         \
		 "booked to this account; no item is asked for"},              \
		{"barcode", PARAM_TEXT, 0, 0, 64, NULL, NULL, NULL},           \
	{                                                                      \
		"list_price", PARAM_MONEY, 0, 0, 0, NULL, NULL, NULL           \
	}

static const struct param new_body[] = {
	{"sku", PARAM_TEXT, PARAM_REQUIRED, 1, 100, NULL, NULL, NULL},
	ITEM_PARAMS,
	{0},
};
static const struct param edit_body[] = {ITEM_PARAMS, {0}};
static const struct param sku_part[] = {
	{"sku", PARAM_TEXT, 0, 1, 100, NULL, NULL, "the item's SKU"}, {0}};

/* The item's row in the list, alone. */
static bool
answer_item(struct request *r, int64_t id, struct err *e)
{
	return answer_one_of(r, &entity_items, id, e);
}

/* As it is kept: upper case, blanks tidied. */
static bool
find_item(struct request *r, struct item *out, struct err *e)
{
	AUTO(strbuf) key = STRBUF(SKU_ROOM);

	return text_key(request_text(r, "sku"), &key, e) &&
	       item_find(r->app->db, strbuf_text(&key), out, e);
}

static bool
item_show(struct request *r, struct err *e)
{
	struct item item;

	return find_item(r, &item, e) && answer_item(r, item.id, e);
}

static void
take(const struct request *r, const char *name, char *out, size_t room)
{
	if (request_given(r, name))
		(void)text_copy(out, room, request_text(r, name));
}

static void
take_values(const struct request *r, struct item *item)
{
	take(r, "description", item->description, sizeof(item->description));
	take(r, "bc_number", item->bc_number, sizeof(item->bc_number));
	take(r, "gl_account", item->gl_account, sizeof(item->gl_account));
	take(r, "barcode", item->barcode, sizeof(item->barcode));
	if (request_given(r, "status"))
		item->status = item_status_find(request_text(r, "status"));
	if (request_given(r, "list_price"))
		item->list_price = request_money(r, "list_price");
}

/* Orders that wait for it, or failed by it, are tried again. */
static bool
save(struct request *r, struct item *item, const char *action, struct err *e)
{
	AUTO(strbuf) keys = STRBUF(SKU_ROOM * 2);

	if (r->dry_run)
		return item_check(item, e);
	strbuf_add(&keys, "[");
	json_out_text(&keys, item->sku);
	strbuf_add(&keys, "]");
	if (!item_save(r->app->db, item, e) ||
	    !retry_wake_skus(r->app, strbuf_text(&keys), "api", r->caller.login,
			     &r->wants_worker, e) ||
	    !answer_item(r, item->id, e))
		return false;
	answer_changed(r, action, "item %s", item->sku);
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
item_make(struct request *r, struct err *e)
{
	struct item item = {.status = ITEM_ACTIVE};
	AUTO(strbuf) key = STRBUF(SKU_ROOM);

	if (!text_key(request_text(r, "sku"), &key, e))
		return false;
	(void)text_copy(item.sku, sizeof(item.sku), strbuf_text(&key));
	take_values(r, &item);
	return save(r, &item, "item.add", e);
}

static bool
item_edit(struct request *r, struct err *e)
{
	struct item item;

	if (!find_item(r, &item, e))
		return false;
	take_values(r, &item);
	if (r->has_version)
		item.version = r->version;
	return save(r, &item, "item.edit", e);
}

static bool
item_remove(struct request *r, struct err *e)
{
	struct item item;

	if (!find_item(r, &item, e) ||
	    !item_delete(r->app->db, item.sku,
			 r->has_version ? r->version : item.version, e))
		return false;
	strbuf_add(&r->data, "{\"deleted\":true}");
	answer_changed(r, "item.delete", "item %s", item.sku);
	return true;
}

static void
add_faults(struct request *r, const char *name, const struct csv_fault *fault,
	   size_t count)
{
	strbuf_addf(&r->data, ",\"%s\":[", name);
	for (size_t i = 0; i < count && i < CSV_FAULTS_MAX; i++) {
		strbuf_addf(&r->data,
			    "%s{\"line\":%zu,\"why\":", i == 0 ? "" : ",",
			    fault[i].line);
		json_out_text(&r->data, fault[i].why);
		strbuf_add(&r->data, "}");
	}
	strbuf_add(&r->data, "]");
}

void
answer_upload(struct request *r, const struct csv_report *report)
{
	const struct item_changes *changes = &report->changes;

	strbuf_addf(&r->data,
		    "{\"added\":%zu,\"changed\":%zu,\"unchanged\":%zu,"
		    "\"removed\":%zu,\"written\":%s",
		    changes->added, changes->changed, changes->unchanged,
		    changes->removed,
		    r->dry_run || report->faults > 0 ? "false" : "true");
	add_faults(r, "faults", report->fault, report->faults);
	add_faults(r, "warnings", report->warning, report->warnings);
	strbuf_add(&r->data, "}");
}

/* All or nothing: with a mistake in it nothing is written, and 422 says so. */
static bool
items_upload(struct request *r, struct err *e)
{
	const struct csv_options options = {
		.dry_run = r->dry_run,
		.remove_missing = request_flag(r, "remove_missing", false),
	};
	const char *csv = request_text(r, "csv");
	AUTO(strbuf) keys = STRBUF((size_t)16 << 20);
	struct csv_report report = {0};

	if (!item_import(r->app->db, csv, strlen(csv), options, &report, &keys,
			 e))
		return false;
	answer_upload(r, &report);
	if (report.faults > 0 && !r->dry_run)
		r->status = 422;
	if (r->dry_run || report.faults > 0)
		return strbuf_check(&r->data, e);
	answer_changed(r, "item.upload", "%zu items",
		       report.changes.added + report.changes.changed);
	return (keys.len <= 2 ||
		retry_wake_skus(r->app, keys.text, "api", r->caller.login,
				&r->wants_worker, e)) &&
	       strbuf_check(&r->data, e);
}

static const struct param upload_body[] = {
	{"csv", PARAM_TEXT, PARAM_REQUIRED, 1, 0, NULL, NULL,
	 "the file's text, with its header line"},
	{"remove_missing", PARAM_FLAG, 0, 0, 0, NULL, NULL,
	 "remove what is not in the file"},
	{0},
};

static const struct shape fault_shape = {
	"UploadFault",
	(const struct field[]){
		{"line", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "of the file, from 1; 0: the file as a whole"},
		{"why", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

const struct shape shape_upload = {
	"Upload",
	(const struct field[]){
		{"added", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"changed", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"unchanged", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"removed", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"written", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"faults", FIELD_LIST, 0, NULL, NULL, &fault_shape, NULL},
		{"warnings", FIELD_LIST, 0, NULL, NULL, &fault_shape, NULL},
		{0},
	},
};

/* Of any SKU, here or not: what is nowhere is what one wants to know. */
static bool
item_ask(struct request *r, struct err *e)
{
	AUTO(strbuf) key = STRBUF(SKU_ROOM);
	AUTO(strbuf) scope = STRBUF(4 * SKU_ROOM);

	if (!text_key(request_text(r, "sku"), &key, e))
		return false;
	strbuf_add(&scope, "{\"sku\":");
	json_out_text(&scope, strbuf_text(&key));
	strbuf_add(&scope, "}");
	return strbuf_check(&scope, e) &&
	       request_work(r, "item_check", 0, false, scope.text, e);
}

const struct route items_routes[] = {
	{
		.method = "GET",
		.path = "/items",
		.need = CAN_VIEW,
		.handle = answer_list,
		.summary = "What orders may hold",
		.status = 200,
		.list = &entity_items,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/items",
		.need = CAN_ITEMS_WRITE,
		.handle = item_make,
		.summary = "Add an item; orders that wait for it go on",
		.status = 201,
		.body = new_body,
		.reply = &shape_item,
	},
	{
		.method = "POST",
		.path = "/items/upload",
		.need = CAN_ITEMS_WRITE,
		.handle = items_upload,
		.summary = "Items from CSV: all lines, or none",
		.status = 200,
		.traits = ROUTE_DRY_RUN,
		.body = upload_body,
		.reply = &shape_upload,
	},
	{
		.method = "GET",
		.path = "/items/{sku}",
		.need = CAN_VIEW,
		.handle = item_show,
		.summary = "One item",
		.status = 200,
		.parts = sku_part,
		.reply = &shape_item,
	},
	{
		.method = "PUT",
		.path = "/items/{sku}",
		.need = CAN_ITEMS_WRITE,
		.handle = item_edit,
		.summary = "Change an item; what is left out stays",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.parts = sku_part,
		.body = edit_body,
		.reply = &shape_item,
	},
	{
		.method = "DELETE",
		.path = "/items/{sku}",
		.need = CAN_ITEMS_WRITE,
		.handle = item_remove,
		.summary = "Remove an item",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.parts = sku_part,
		.reply = &shape_deleted,
	},
	{
		.method = "POST",
		.path = "/items/{sku}/check",
		.need = CAN_VIEW,
		.handle = item_ask,
		.summary = "Ask Business Central about it",
		.status = 202,
		.parts = sku_part,
		.reply = &shape_operation,
	},
	{0},
};

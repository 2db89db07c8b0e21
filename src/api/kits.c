#include "api/request.h"

#include <stdlib.h>
#include <string.h>

#include "app/retry.h"
#include "base/row_out.h"
#include "base/text.h"
#include "product/kit_csv.h"
#include "product/kit_store.h"
#include "product/store.h"
#include "resources.h"

static const struct quantity one = {100000};

static struct kit_limits
limits_of(const struct request *r)
{
	return (struct kit_limits){r->app->config.kits.max_depth,
				   r->app->config.kits.max_lines};
}

static uint64_t
bit_of(const char *name)
{
	const struct field *first = entity_kits.shape->fields;

	return UINT64_C(1) << (unsigned)(entity_field(&entity_kits, name, 0) -
					 first);
}

static bool
shows(uint64_t fields, const char *name)
{
	return fields == 0 || (fields & bit_of(name)) != 0;
}

/* What no statement can tell; its SKU goes where it was not asked for. */
static bool
judge_row(struct request *r, const struct kit_table *table, uint64_t fields,
	  json_t *row, struct err *e)
{
	const char *key = json_string_value(json_object_get(row, "sku"));
	AUTO(kit_parts) parts = {0};
	struct err why = {0};
	const bool whole =
		kit_look(table, key, one, r->now, limits_of(r), &parts, &why);
	int failed = 0;

	if (!whole && why.class == ERR_TEMPORARY)
		return err_set(e, ERR_TEMPORARY, "%s", why.text);
	if (shows(fields, "depth"))
		failed |= json_object_set_new(
			row, "depth",
			json_integer(whole ? kit_depth(&parts) : 0));
	if (shows(fields, "valid"))
		failed |=
			json_object_set_new(row, "valid", json_boolean(whole));
	if (!shows(fields, "sku"))
		failed |= json_object_del(row, "sku");
	return failed == 0 || err_set(e, ERR_TEMPORARY, "no memory for a row");
}

static bool
judge_rows(struct request *r, uint64_t fields, json_t *rows, struct err *e)
{
	AUTO(kit_table) table = {0};
	AUTO(sku_set) set = {0};
	size_t i;
	json_t *row;

	json_array_foreach(rows, i, row)
	{
		if (sku_set_add(&set, json_string_value(json_object_get(
					      row, "sku"))) == NULL)
			return err_set(e, ERR_TEMPORARY, "no memory for SKUs");
	}
	if (!kits_match(r->app->db, &set, r->app->config.kits.max_depth, &table,
			e))
		return false;
	json_array_foreach(rows, i, row)
	{
		if (!judge_row(r, &table, fields, row, e))
			return false;
	}
	return true;
}

static bool
kits_list(struct request *r, struct err *e)
{
	const uint64_t fields = r->list.fields;
	json_auto_t *rows = NULL;
	char *text;

	if (!shows(fields, "depth") && !shows(fields, "valid"))
		return answer_list(r, e);
	if (fields != 0)
		r->list.fields |= bit_of("sku");
	if (!answer_list(r, e) ||
	    !json_read(r->data.text, r->data.len, &rows, e) ||
	    !judge_rows(r, fields, rows, e))
		return false;
	text = json_dumps(rows, JSON_COMPACT);
	strbuf_clear(&r->data);
	strbuf_add(&r->data, text == NULL ? "" : text);
	if (text == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for the page");
	free(text);
	return strbuf_check(&r->data, e);
}

static void
add_row(struct strbuf *out, const struct kit_row *row)
{
	char text[QUANTITY_TEXT_MAX];

	strbuf_add(out, "{\"component\":");
	json_out_text(out, row->component);
	strbuf_addf(out, ",\"quantity\":\"%s\",\"sort\":%u,\"price_weight\":",
		    quantity_text(row->quantity, text), row->sort);
	if (row->weight_e4 < 0)
		strbuf_add(out, "null");
	else
		strbuf_addf(out, "\"%lld.%04lld\"",
			    (long long)(row->weight_e4 / 10000),
			    (long long)(row->weight_e4 % 10000));
	strbuf_add(out, ",\"valid_from\":\"");
	strbuf_add_time(out, row->valid_from);
	strbuf_add(out, "\",\"valid_to\":");
	json_out_time(out, row->valid_to);
	strbuf_add(out, "}");
}

static bool
answer_kit(struct request *r, const char *parent, struct err *e)
{
	AUTO(kit_table) table = {0};
	unsigned version;

	if (!kit_find(r->app->db, parent, &table, &version, e))
		return false;
	strbuf_add(&r->data, "{\"sku\":");
	json_out_text(&r->data, parent);
	strbuf_add(&r->data, ",\"components\":[");
	for (size_t i = 0; i < table.count; i++) {
		strbuf_add(&r->data, i == 0 ? "" : ",");
		add_row(&r->data, &table.row[i]);
	}
	strbuf_addf(&r->data, "],\"version\":%u}", version);
	return strbuf_check(&r->data, e);
}

static bool
kit_show(struct request *r, struct err *e)
{
	AUTO(strbuf) key = STRBUF(SKU_ROOM);

	return text_key(request_text(r, "sku"), &key, e) &&
	       answer_kit(r, strbuf_text(&key), e);
}

/* From the beginning and for ever, where nothing is said. */
static bool
take_time(const struct jnode *part, const char *name, utc_ms *out,
	  struct err *e)
{
	const char *text;

	*out = 0;
	return jnode_text_or_empty(part, name, &text, e) &&
	       (*text == '\0' || time_parse(text, out, e));
}

/* The body's components, in their order. */
static bool
take_rows(struct request *r, const char *parent, struct kit_table *out,
	  struct err *e)
{
	const json_t *list = request_json(r, "components").value;
	const struct jnode root = request_json(r, "components");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const struct jnode part = jnode_item(&root, i);
		struct kit_row row = {.sort = (unsigned)i, .weight_e4 = -1};
		AUTO(strbuf) key = STRBUF(SKU_ROOM);
		const char *component, *weight;
		struct money money;

		if (!jnode_text(&part, "component", &component, e) ||
		    !jnode_quantity(&part, "quantity", &row.quantity, e) ||
		    !jnode_text_or_empty(&part, "price_weight", &weight, e) ||
		    !take_time(&part, "valid_from", &row.valid_from, e) ||
		    !take_time(&part, "valid_to", &row.valid_to, e) ||
		    !text_key(component, &key, e))
			return false;
		if (*weight != '\0') {
			if (!money_parse(weight, &money, e))
				return false;
			row.weight_e4 = money.e4;
		}
		(void)text_copy(row.parent, sizeof(row.parent), parent);
		(void)text_copy(row.component, sizeof(row.component),
				strbuf_text(&key));
		if (!kit_table_add(out, &row, e))
			return false;
	}
	kit_table_sort(out);
	return true;
}

/* version 0: a new one. */
static bool
save(struct request *r, unsigned version, const char *action, struct err *e)
{
	AUTO(kit_table) table = {0};
	AUTO(strbuf) key = STRBUF(SKU_ROOM);

	if (!text_key(request_text(r, "sku"), &key, e) ||
	    !take_rows(r, strbuf_text(&key), &table, e) ||
	    !kit_save(r->app->db, strbuf_text(&key), table.row, table.count,
		      version, limits_of(r), e) ||
	    !retry_wake_kits(r->app, "api", r->caller.login, &r->wants_worker,
			     e) ||
	    !answer_kit(r, strbuf_text(&key), e))
		return false;
	answer_changed(r, action, "kit %s", strbuf_text(&key));
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
kit_make(struct request *r, struct err *e)
{
	return save(r, 0, "kit.add", e);
}

static bool
kit_edit(struct request *r, struct err *e)
{
	return save(r, r->version, "kit.edit", e);
}

static bool
kit_remove(struct request *r, struct err *e)
{
	AUTO(strbuf) key = STRBUF(SKU_ROOM);

	if (!text_key(request_text(r, "sku"), &key, e) ||
	    !kit_save(r->app->db, strbuf_text(&key), NULL, 0, r->version,
		      limits_of(r), e))
		return false;
	strbuf_add(&r->data, "{\"deleted\":true}");
	answer_changed(r, "kit.delete", "kit %s", strbuf_text(&key));
	return true;
}

static bool
kits_upload(struct request *r, struct err *e)
{
	const struct csv_options options = {
		.dry_run = r->dry_run,
		.remove_missing = request_flag(r, "remove_missing", false),
	};
	const char *csv = request_text(r, "csv");
	struct csv_report report = {0};

	if (!kit_import(r->app->db, csv, strlen(csv), options, limits_of(r),
			&report, e))
		return false;
	answer_upload(r, &report);
	if (report.faults > 0 && !r->dry_run)
		r->status = 422;
	if (r->dry_run || report.faults > 0)
		return strbuf_check(&r->data, e);
	answer_changed(r, "kit.upload", "%zu kits",
		       report.changes.added + report.changes.changed);
	return retry_wake_kits(r->app, "api", r->caller.login, &r->wants_worker,
			       e) &&
	       strbuf_check(&r->data, e);
}

/* The kits of a circle, the first one twice. */
static void
add_circle(struct strbuf *out, const struct kit_parts *parts)
{
	strbuf_add(out, ",\"cycle\":[");
	for (size_t i = 0; i < parts->count; i++) {
		strbuf_add(out, i == 0 ? "" : ",");
		json_out_text(out, parts->part[i].key);
	}
	strbuf_add(out, "],\"depth\":0,\"expansion\":[]");
}

static void
add_expansion(struct strbuf *out, const struct kit_parts *parts)
{
	char text[QUANTITY_TEXT_MAX];

	strbuf_addf(out, ",\"cycle\":[],\"depth\":%u,\"expansion\":[",
		    kit_depth(parts));
	for (size_t i = 0; i < parts->count; i++) {
		const struct kit_part *part = &parts->part[i];

		strbuf_add(out, i == 0 ? "{\"sku\":" : ",{\"sku\":");
		json_out_text(out, part->key);
		strbuf_addf(out, ",\"quantity\":\"%s\",\"parent\":",
			    quantity_text(part->quantity, text));
		if (part->parent < 0)
			strbuf_add(out, "null");
		else
			strbuf_addf(out, "%d", part->parent);
		strbuf_addf(out, ",\"is_kit\":%s}",
			    part->leaf ? "false" : "true");
	}
	strbuf_add(out, "]");
}

/* Components that are no items yet, of the kits below it too. */
static bool
add_missing(struct request *r, const struct kit_table *table, struct err *e)
{
	AUTO(sku_set) missing = {0};

	if (!kit_missing(r->app->db, table, &missing, e))
		return false;
	strbuf_add(&r->data, ",\"missing\":[");
	for (size_t i = 0; i < missing.count; i++) {
		strbuf_add(&r->data, i == 0 ? "" : ",");
		json_out_text(&r->data, missing.sku[i].key);
	}
	strbuf_add(&r->data, "]}");
	return true;
}

/* What the editor asks at each key: is it whole, and what does it become? */
static bool
kits_validate(struct request *r, struct err *e)
{
	AUTO(kit_table) table = {0};
	AUTO(kit_parts) parts = {0};
	AUTO(strbuf) key = STRBUF(SKU_ROOM);
	struct err why = {0};
	bool valid;

	if (!text_key(request_text(r, "sku"), &key, e) ||
	    !take_rows(r, strbuf_text(&key), &table, e) ||
	    !kit_load_below(r->app->db, r->app->config.kits.max_depth, &table,
			    e))
		return false;
	valid = kit_look(&table, strbuf_text(&key),
			 request_quantity(r, "quantity", one), r->now,
			 limits_of(r), &parts, &why);
	if (!valid && why.class == ERR_TEMPORARY)
		return err_set(e, ERR_TEMPORARY, "%s", why.text);
	strbuf_addf(&r->data,
		    "{\"valid\":%s,\"code\":", valid ? "true" : "false");
	json_out_text(&r->data, code_name(why.code));
	strbuf_add(&r->data, ",\"message\":");
	json_out_text(&r->data, why.text);
	if (valid)
		add_expansion(&r->data, &parts);
	else
		add_circle(&r->data, &parts);
	return add_missing(r, &table, e) && strbuf_check(&r->data, e);
}

/* Of one that is here; its components are asked for by an operation. */
static bool
kit_ask(struct request *r, struct err *e)
{
	AUTO(strbuf) key = STRBUF(SKU_ROOM);
	AUTO(strbuf) scope = STRBUF(4 * SKU_ROOM);
	AUTO(kit_table) table = {0};
	unsigned version;

	if (!text_key(request_text(r, "sku"), &key, e) ||
	    !kit_find(r->app->db, strbuf_text(&key), &table, &version, e))
		return false;
	strbuf_add(&scope, "{\"sku\":");
	json_out_text(&scope, strbuf_text(&key));
	strbuf_add(&scope, "}");
	return strbuf_check(&scope, e) &&
	       request_work(r, "kit_check", 0, false, scope.text, e);
}

/* clang-format off */
static const struct shape component_shape = {
	"KitComponent",
	(const struct field[]){
		{"component", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"quantity", FIELD_QUANTITY, 0, NULL, NULL, NULL, NULL},
		{"sort", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"price_weight", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 NULL},
		{"valid_from", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"valid_to", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape kit_shape = {
	"Kit",
	(const struct field[]){
		{"sku", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"components", FIELD_LIST, 0, NULL, NULL, &component_shape,
		 NULL},
		{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape part_shape = {
	"KitPart",
	(const struct field[]){
		{"sku", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"quantity", FIELD_QUANTITY, 0, NULL, NULL, NULL, NULL},
		{"parent", FIELD_COUNT, FIELD_NULL, NULL, NULL, NULL,
		 "its place in this list, from 0; null: the kit itself"},
		{"is_kit", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape proof_shape = {
	"KitProof",
	(const struct field[]){
		{"valid", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"code", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"message", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"cycle", FIELD_LIST, 0, NULL, NULL, NULL,
		 "kits that hold one another, the first one twice"},
		{"depth", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "1: all of its components are items; 0: it is not valid"},
		{"expansion", FIELD_LIST, 0, NULL, NULL, &part_shape,
		 "what so many of it come to today"},
		{"missing", FIELD_LIST, 0, NULL, NULL, NULL,
		 "components that are no items yet"},
		{0},
	},
};
/* clang-format on */

static const struct param component_members[] = {
	{"component", PARAM_TEXT, PARAM_REQUIRED, 1, 100, NULL, NULL, NULL},
	{"quantity", PARAM_QUANTITY, PARAM_REQUIRED, 0, 0, NULL, NULL, NULL},
	{"price_weight", PARAM_MONEY, PARAM_NULL, 0, 0, NULL, NULL,
	 "its share of the kit's price"},
	{"valid_from", PARAM_TIME, PARAM_NULL, 0, 0, NULL, NULL,
	 "part of the kit from then on; else ever since"},
	{"valid_to", PARAM_TIME, PARAM_NULL, 0, 0, NULL, NULL,
	 "no part of it from then on; null: for ever"},
	{0},
};
static const struct param kit_body[] = {
	{"components", PARAM_OBJECTS, PARAM_REQUIRED, 1, 500, NULL,
	 component_members, NULL},
	{0},
};
static const struct param new_body[] = {
	{"sku", PARAM_TEXT, PARAM_REQUIRED, 1, 100, NULL, NULL, NULL},
	{"components", PARAM_OBJECTS, PARAM_REQUIRED, 1, 500, NULL,
	 component_members, NULL},
	{0},
};
static const struct param proof_body[] = {
	{"sku", PARAM_TEXT, PARAM_REQUIRED, 1, 100, NULL, NULL, NULL},
	{"components", PARAM_OBJECTS, PARAM_REQUIRED, 1, 500, NULL,
	 component_members, NULL},
	{"quantity", PARAM_QUANTITY, 0, 0, 0, NULL, NULL,
	 "so many are expanded; 1"},
	{0},
};
static const struct param upload_body[] = {
	{"csv", PARAM_TEXT, PARAM_REQUIRED, 1, 0, NULL, NULL,
	 "the file's text, with its header line"},
	{"remove_missing", PARAM_FLAG, 0, 0, 0, NULL, NULL,
	 "remove what is not in the file"},
	{0},
};
static const struct param sku_part[] = {
	{"sku", PARAM_TEXT, 0, 1, 100, NULL, NULL, "the kit's SKU"}, {0}};

const struct route kits_routes[] = {
	{
		.method = "GET",
		.path = "/kits",
		.need = CAN_VIEW,
		.handle = kits_list,
		.summary = "Kits and how many components they have",
		.status = 200,
		.list = &entity_kits,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/kits",
		.need = CAN_ITEMS_WRITE,
		.handle = kit_make,
		.summary = "Add a kit; orders that failed by kits go on",
		.status = 201,
		.body = new_body,
		.reply = &kit_shape,
	},
	{
		.method = "POST",
		.path = "/kits/validate",
		.need = CAN_VIEW,
		.handle = kits_validate,
		.summary = "Would it be whole? Nothing is written",
		.status = 200,
		.body = proof_body,
		.reply = &proof_shape,
	},
	{
		.method = "POST",
		.path = "/kits/upload",
		.need = CAN_ITEMS_WRITE,
		.handle = kits_upload,
		.summary = "Kits from CSV: all lines, or none",
		.status = 200,
		.traits = ROUTE_DRY_RUN,
		.body = upload_body,
		.reply = &shape_upload,
	},
	{
		.method = "GET",
		.path = "/kits/{sku}",
		.need = CAN_VIEW,
		.handle = kit_show,
		.summary = "One kit and its components",
		.status = 200,
		.parts = sku_part,
		.reply = &kit_shape,
	},
	{
		.method = "PUT",
		.path = "/kits/{sku}",
		.need = CAN_ITEMS_WRITE,
		.handle = kit_edit,
		.summary = "Replace a kit as a whole",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.parts = sku_part,
		.body = kit_body,
		.reply = &kit_shape,
	},
	{
		.method = "DELETE",
		.path = "/kits/{sku}",
		.need = CAN_ITEMS_WRITE,
		.handle = kit_remove,
		.summary = "Remove a kit",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.parts = sku_part,
		.reply = &shape_deleted,
	},
	{
		.method = "POST",
		.path = "/kits/{sku}/check",
		.need = CAN_VIEW,
		.handle = kit_ask,
		.summary = "Ask Business Central about its components",
		.status = 202,
		.parts = sku_part,
		.reply = &shape_operation,
	},
	{0},
};

/*
 * floor_write SOCKET DATABASE bare|same ORDERS BODY: writes orders by array
 * binding, 100 a transaction, and prints how many a second.
 *
 * bare: a header, two addresses, five lines, into copies of the tables (with
 * their indexes, without their foreign keys). same: all rows that the program
 * writes of an order: where it was met, its payload (BODY is the file of one),
 * its six events, into the tables themselves.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

enum { BATCH = 100, LINES = 5, ADDRESSES = 2, EVENTS = 6, COLUMNS_MAX = 64 };
enum { ROWS_MAX = BATCH * EVENTS, TEXT_MAX = 24 };

/* A statement whose columns are bound once; later only ids change. */
struct sheet {
	MYSQL_STMT *statement;
	MYSQL_BIND bind[COLUMNS_MAX];
	unsigned columns, rows;
	int64_t *id; /* of each row: the order's */
};

static void *
need(size_t size)
{
	void *memory = calloc(1, size);

	if (memory == NULL)
		floor_fail("memory", "none left");
	return memory;
}

static void
add_numbers(struct sheet *s, const int64_t *value)
{
	MYSQL_BIND *bind = &s->bind[s->columns++];

	bind->buffer_type = MYSQL_TYPE_LONGLONG;
	bind->buffer = (void *)(uintptr_t)value;
}

static void
add_number(struct sheet *s, int64_t value)
{
	int64_t *all = need(s->rows * sizeof(*all));

	for (unsigned i = 0; i < s->rows; i++)
		all[i] = value;
	add_numbers(s, all);
}

static void
add_bytes(struct sheet *s, const char *value, size_t length)
{
	MYSQL_BIND *bind = &s->bind[s->columns++];
	const char **all = need(s->rows * sizeof(*all));

	bind->buffer_type = MYSQL_TYPE_STRING;
	bind->buffer = all;
	bind->length = need(s->rows * sizeof(*bind->length));
	for (unsigned i = 0; i < s->rows; i++) {
		all[i] = value;
		bind->length[i] = length;
	}
}

static void
add_text(struct sheet *s, const char *value)
{
	add_bytes(s, value, strlen(value));
}

static void
add_null(struct sheet *s)
{
	char *all = need(s->rows);

	add_text(s, "");
	memset(all, STMT_INDICATOR_NULL, s->rows);
	s->bind[s->columns - 1].u.indicator = all;
}

static void
add_texts(struct sheet *s, const char *format, const int64_t *id)
{
	MYSQL_BIND *bind;
	char **all;

	add_text(s, "");
	bind = &s->bind[s->columns - 1];
	all = bind->buffer;
	for (unsigned i = 0; i < s->rows; i++) {
		all[i] = need(TEXT_MAX);
		bind->length[i] = (unsigned long)snprintf(
			all[i], TEXT_MAX, format, (long long)id[i]);
	}
}

/* The numbers of orders stand in two columns of texts: written anew. */
static void
renew_texts(struct sheet *s, unsigned column, const char *format,
	    const int64_t *id)
{
	char **all = s->bind[column].buffer;

	for (unsigned i = 0; i < s->rows; i++)
		s->bind[column].length[i] = (unsigned long)snprintf(
			all[i], TEXT_MAX, format, (long long)id[i]);
}

static void
begin(struct sheet *s, unsigned rows)
{
	*s = (struct sheet){.rows = rows};
	s->id = need(rows * sizeof(*s->id));
}

static const char moment[] = "2026-11-20 12:00:00.000";
static const char hash[] = "0123456789abcdef0123456789abcdef";

static void
fill_order(struct sheet *s)
{
	static const char *const person[] = {
		"Adelheid", "Sample",     "Example Ltd", "Example Street 12",
		"Floor 3",  "Chicago",    "IL",          "60601",
		"US",       "+1 555 0100"};

	add_numbers(s, s->id); /* id */
	add_number(s, 1);      /* site */
	add_texts(s, "%lld", s->id);
	add_texts(s, "BGM-%lld", s->id);
	add_text(s, moment);
	add_text(s, moment);
	add_text(s, moment);
	add_text(s, "processing");
	add_text(s, "USD");
	add_null(s);
	add_number(s, 0);
	add_text(s, "17");
	add_text(s, "adelheid.sample@example.org");
	add_null(s);
	add_null(s);
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < 10; i++)
			add_text(s, person[i]);
	add_number(s, 0);
	add_text(s, "Flat rate");
	add_text(s, "5.0000");
	add_text(s, "card");
	add_text(s, "stripe");
	add_number(s, 0);
	add_number(s, 1);
	add_number(s, 0);
	add_text(s, "ch_0123456789abcdef01234567");
	for (unsigned i = 0; i < 4; i++)
		add_text(s, "119.0000");
	add_number(s, 1);
	add_text(s, "0.0000");
	add_number(s, 0);
	add_number(s, LINES);
	add_null(s);
	add_bytes(s, hash, 32);
	add_number(s, 1);
	add_text(s, "stored");
	add_text(s, "pending");
	add_text(s, "pending");
	add_number(s, 1);
	add_number(s, 0);
	add_text(s, moment);
	add_number(s, 1);
}

#define ORDER_COLUMNS                                                          \
	"(id, site_id, platform_order_id, number, order_date, "                \
	"platform_modified, paid_at, platform_status, currency, "              \
	"display_currency, prices_include_tax, customer_id, email, "           \
	"customer_note, staff_notes, bill_first_name, bill_last_name, "        \
	"bill_company, bill_address1, bill_address2, bill_city, bill_state, "  \
	"bill_postcode, bill_country, bill_phone, ship_first_name, "           \
	"ship_last_name, ship_company, ship_address1, ship_address2, "         \
	"ship_city, ship_state, ship_postcode, ship_country, ship_phone, "     \
	"ship_same, ship_method, ship_cost, payment_method, "                  \
	"payment_provider, klarna, stripe, paypal, trans_id, "                 \
	"total_before_credit, credit_total, total_due, tax_total, proof_ok, "  \
	"proof_residual, has_kit, line_count, extra, content_hash, revision, " \
	"state, mark_state, bc_state, fully_import_from_website, imported, "   \
	"stored_at, operation_id)"
#define ADDRESS_COLUMNS                                      \
	"(order_id, kind, first_name, last_name, company, "  \
	"address1, address2, city, state, phone, postcode, " \
	"country, email)"
#define LINE_COLUMNS                                           \
	"(order_id, line_no, line_type, parent_line, "         \
	"platform_line_id, sku, name, quantity, unit_price, "  \
	"discount_amount, amount, credit_amount, tax_amount, " \
	"is_memo, code, options, gl_account, imported)"

static void
prepare(struct sheet *s, MYSQL *mysql, const char *prefix, const char *table,
	const char *columns, const char *more)
{
	char text[4096];
	int at = snprintf(text, sizeof(text), "INSERT INTO %s%s %s VALUES (?",
			  prefix, table, columns);

	for (unsigned i = 1; i < s->columns; i++)
		at += snprintf(text + at, sizeof(text) - (size_t)at, ", ?");
	(void)snprintf(text + at, sizeof(text) - (size_t)at, ")%s", more);
	s->statement = floor_prepare(mysql, text);
}

/* The value of a row depends on its place among those of its order. */
static void
spread_texts(struct sheet *s, const char *const *value, unsigned count)
{
	const char **all;

	add_text(s, "");
	all = s->bind[s->columns - 1].buffer;
	for (unsigned i = 0; i < s->rows; i++) {
		all[i] = value[i % count];
		s->bind[s->columns - 1].length[i] = strlen(all[i]);
	}
}

static void
fill_address(struct sheet *s)
{
	static const char *const kind[] = {"bill", "ship"};

	add_numbers(s, s->id);
	spread_texts(s, kind, ADDRESSES);
	add_text(s, "Adelheid");
	add_text(s, "Sample");
	add_text(s, "Example Ltd");
	add_text(s, "Example Street 12");
	add_text(s, "Floor 3");
	add_text(s, "Chicago");
	add_text(s, "IL");
	add_text(s, "+1 555 0100");
	add_text(s, "60601");
	add_text(s, "US");
	add_text(s, "adelheid.sample@example.org");
}

static void
fill_line(struct sheet *s)
{
	static const char *const sku[] = {"BGM-STK-5A", "LAMP-01", "TEE-S-BLK",
					  "TS-L", "GEAR-7"};
	int64_t *number = need(s->rows * sizeof(*number));

	for (unsigned i = 0; i < s->rows; i++)
		number[i] = 1 + i % LINES;
	add_numbers(s, s->id);
	add_numbers(s, number);
	add_number(s, 1);
	add_null(s);
	add_text(s, "4711");
	spread_texts(s, sku, LINES);
	add_text(s, "A thing with a name of usual length");
	add_text(s, "1.00000");
	for (unsigned i = 0; i < 3; i++)
		add_text(s, "19.0000");
	add_text(s, "0.0000");
	add_text(s, "1.9000");
	add_number(s, 0);
	add_null(s);
	add_null(s);
	add_null(s);
	add_number(s, 0);
}

static void
fill_seen(struct sheet *s)
{
	add_number(s, 1);
	add_texts(s, "%lld", s->id);
	add_texts(s, "BGM-%lld", s->id);
	add_text(s, "stored");
	add_null(s);
	add_bytes(s, hash, 32);
	add_text(s, moment);
	add_text(s, "USD");
	add_text(s, "119.0000");
	add_text(s, moment);
	add_text(s, moment);
}

static void
fill_event(struct sheet *s)
{
	static const char *const step[] = {"fetch", "normalise", "verify",
					   "kits",  "store",     "result"};

	add_numbers(s, s->id);
	add_number(s, 1);
	add_text(s, moment);
	spread_texts(s, step, EVENTS);
	add_text(s, "ok");
}

struct floor {
	MYSQL *mysql;
	struct sheet seen, payload, order, address, line, event;
	bool same;
	int64_t next;
};

static void
fill_payload(struct sheet *s, const char *path)
{
	size_t room = 1u << 20, length;
	char *body = need(room);
	FILE *in = fopen(path, "re");

	if (in == NULL)
		floor_fail(path, "cannot be read");
	length = fread(body, 1, room, in);
	(void)fclose(in);
	add_numbers(s, s->id);
	add_number(s, 1);
	add_bytes(s, body, length);
	add_bytes(s, hash, 32);
	add_text(s, moment);
}

static void
set_up(struct floor *f, const char *path)
{
	const char *prefix = f->same ? "rm_" : "floor_";

	begin(&f->order, BATCH);
	fill_order(&f->order);
	prepare(&f->order, f->mysql, prefix, "order", ORDER_COLUMNS, "");
	begin(&f->address, BATCH * ADDRESSES);
	fill_address(&f->address);
	prepare(&f->address, f->mysql, prefix, "address", ADDRESS_COLUMNS, "");
	begin(&f->line, BATCH * LINES);
	fill_line(&f->line);
	prepare(&f->line, f->mysql, prefix, "lineitems", LINE_COLUMNS, "");
	if (!f->same)
		return;
	begin(&f->seen, BATCH);
	fill_seen(&f->seen);
	prepare(&f->seen, f->mysql, prefix, "order_seen",
		"(site_id, platform_order_id, number, outcome, code, "
		"content_hash, order_date, currency, total, first_at, last_at)",
		" RETURNING id");
	begin(&f->payload, BATCH);
	fill_payload(&f->payload, path);
	prepare(&f->payload, f->mysql, prefix, "order_payload",
		"(order_id, revision, body, body_hash, fetched_at)", "");
	begin(&f->event, BATCH * EVENTS);
	fill_event(&f->event);
	prepare(&f->event, f->mysql, prefix, "order_event",
		"(order_id, operation_id, at, step, outcome)", "");
}

/* The ids that the server gave, read to the end (an error shows only there). */
static void
take_ids(struct floor *f)
{
	MYSQL_STMT *statement = f->seen.statement;
	int64_t id = 0;
	MYSQL_BIND out = {.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &id};

	if (mysql_stmt_store_result(statement) ||
	    mysql_stmt_bind_result(statement, &out))
		floor_fail("ids", mysql_stmt_error(statement));
	for (unsigned i = 0; mysql_stmt_fetch(statement) == 0; i++)
		f->order.id[i] = id;
	mysql_stmt_free_result(statement);
}

static void
give_ids(struct sheet *s, const int64_t *order)
{
	for (unsigned i = 0; i < s->rows; i++)
		s->id[i] = order[i / (s->rows / BATCH)];
}

static void
write_batch(struct floor *f)
{
	floor_query(f->mysql, "START TRANSACTION");
	for (unsigned i = 0; i < BATCH; i++)
		f->order.id[i] = ++f->next;
	if (f->same) {
		renew_texts(&f->seen, 1, "%lld", f->order.id);
		renew_texts(&f->seen, 2, "BGM-%lld", f->order.id);
	}
	renew_texts(&f->order, 2, "%lld", f->order.id);
	renew_texts(&f->order, 3, "BGM-%lld", f->order.id);
	if (f->same) {
		floor_run(f->seen.statement, f->seen.bind, BATCH);
		take_ids(f);
		give_ids(&f->payload, f->order.id);
		give_ids(&f->event, f->order.id);
		floor_run(f->payload.statement, f->payload.bind, BATCH);
	}
	give_ids(&f->address, f->order.id);
	give_ids(&f->line, f->order.id);
	floor_run(f->order.statement, f->order.bind, BATCH);
	floor_run(f->address.statement, f->address.bind, f->address.rows);
	floor_run(f->line.statement, f->line.bind, f->line.rows);
	if (f->same)
		floor_run(f->event.statement, f->event.bind, f->event.rows);
	floor_query(f->mysql, "COMMIT");
}

int
main(int argc, char **argv)
{
	struct floor f = {0};
	long orders;
	double began;

	if (argc != 6)
		return 2;
	f.same = strcmp(argv[3], "same") == 0;
	orders = strtol(argv[4], NULL, 10);
	f.mysql = floor_connect(argv[1], argv[2]);
	set_up(&f, argv[5]);
	began = floor_seconds();
	for (long done = 0; done < orders; done += BATCH)
		write_batch(&f);
	(void)printf("{\"orders\": %ld, \"seconds\": %.6f, \"cpu\": %.6f}\n",
		     orders, floor_seconds() - began, floor_cpu_seconds());
	mysql_close(f.mysql);
	return 0;
}

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/row_out.h"
#include "base/text.h"
#include "print_local.h"

struct cell
cell_null(void)
{
	return (struct cell){.is_null = true};
}

struct cell
cell_text(const char *text)
{
	return (struct cell){
		.type = PRINT_TEXT, .text = text, .is_null = text == NULL};
}

struct cell
cell_id(int64_t id)
{
	return (struct cell){
		.type = PRINT_ID, .number = id, .is_null = id == 0};
}

struct cell
cell_count(int64_t count)
{
	return (struct cell){.type = PRINT_COUNT, .number = count};
}

struct cell
cell_money(struct money amount)
{
	return (struct cell){.type = PRINT_MONEY, .number = amount.e4};
}

struct cell
cell_quantity(struct quantity quantity)
{
	return (struct cell){.type = PRINT_QUANTITY, .number = quantity.e5};
}

struct cell
cell_time(utc_ms at)
{
	return (struct cell){
		.type = PRINT_TIME, .number = at, .is_null = at == 0};
}

struct cell
cell_flag(bool on)
{
	return (struct cell){.type = PRINT_FLAG, .number = on};
}

struct cell
cell_seconds(int64_t ms)
{
	return (struct cell){.type = PRINT_SECONDS, .number = ms};
}

void
print_title(const struct column *column, char out[64])
{
	(void)text_copy(out, 64, column->name);
	for (char *at = out; *at != '\0'; at++)
		if (*at == '_')
			*at = ' ';
}

static void
add_grouped(struct strbuf *out, int64_t number)
{
	char digits[24];
	size_t length;

	(void)snprintf(digits, sizeof(digits), "%" PRId64, number);
	length = strlen(digits);
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
			strbuf_add(out, ",");
		strbuf_addn(out, &digits[i], 1);
	}
}

/* 4812 ms are "4.8" s; a tenth is enough for people and for the API. */
static void
add_seconds(struct strbuf *out, int64_t ms)
{
	const int64_t tenths = (ms + 50) / 100;

	strbuf_addf(out, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
}

/* What stands in a text from a shop must not steer a terminal. */
static void
add_harmless(struct strbuf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		const unsigned char byte = (unsigned char)*text;
		const unsigned char next = (unsigned char)text[1];

		if (byte == '\n' || byte == '\t' || byte == '\r')
			strbuf_add(out, " ");
		else if (byte < 0x20 || byte == 0x7f)
			strbuf_addf(out, "\\x%02x", byte);
		else if (byte == 0xc2 && next >= 0x80 && next < 0xa0)
			strbuf_addf(out, "\\x%02x", *++text & 0xff);
		else
			strbuf_addn(out, text, 1);
	}
}

/* As machines read it; the table's form of a cell is below. */
static void
add_plain(struct strbuf *out, const struct cell *cell)
{
	char text[MONEY_TEXT_MAX + QUANTITY_TEXT_MAX + TIME_TEXT_MAX];

	switch (cell->type) {
	case PRINT_TEXT:
	case PRINT_COMPUTED:
		strbuf_add(out, cell->text);
		return;
	case PRINT_ID:
	case PRINT_COUNT:
		strbuf_addf(out, "%" PRId64, cell->number);
		return;
	case PRINT_MONEY:
		strbuf_add(out, money_text_short((struct money){cell->number},
						 2, text));
		return;
	case PRINT_QUANTITY:
		strbuf_add(out, quantity_text((struct quantity){cell->number},
					      text));
		return;
	case PRINT_TIME:
		strbuf_add(out, time_text(cell->number, text));
		return;
	case PRINT_FLAG:
		strbuf_add(out, cell->number ? "true" : "false");
		return;
	case PRINT_SECONDS:
		add_seconds(out, cell->number);
		return;
	}
}

void
print_cell_for_people(struct strbuf *out, const struct column *column,
		      const struct cell *cell)
{
	char text[TIME_TEXT_MAX];

	if (cell->is_null || (cell->type == PRINT_TEXT && !cell->text[0]))
		strbuf_add(out, "—");
	else if (cell->type == PRINT_TEXT && column->words != NULL)
		add_harmless(out, column->words(cell->text));
	else if (cell->type == PRINT_TEXT)
		add_harmless(out, cell->text);
	else if (cell->type == PRINT_COUNT)
		add_grouped(out, cell->number);
	else if (cell->type == PRINT_FLAG)
		strbuf_add(out, cell->number ? "yes" : "no");
	else if (cell->type == PRINT_TIME)
		strbuf_addf(out, "%.19s UTC",
			    time_text_sql(cell->number, text));
	else
		add_plain(out, cell);
}

static bool
is_number(const struct cell *cell)
{
	return cell->type == PRINT_COUNT || cell->type == PRINT_SECONDS ||
	       cell->type == PRINT_FLAG;
}

/* An id or an amount is a text, in YAML as in JSON: a reader must not round. */
static void
add_scalar(struct strbuf *out, const struct cell *cell, bool is_yaml)
{
	AUTO(strbuf) plain = STRBUF(out->ceiling);

	if (cell->is_null) {
		strbuf_add(out, "null");
		return;
	}
	if (is_number(cell)) {
		add_plain(out, cell);
		return;
	}
	add_plain(&plain, cell);
	if (is_yaml && cell->type == PRINT_TEXT)
		yaml_out_text(out, strbuf_text(&plain));
	else
		json_out_text(out, strbuf_text(&plain));
	out->failed = out->failed || plain.failed;
}

static void
json_row(struct print *print, const struct cell *cell)
{
	struct strbuf *out = &print->text;
	const char *before = print->is_inner ? "    {" : "{";

	if (print->is_record)
		before = "{\n  ";
	else if (!print->is_stream && print->count > 0)
		strbuf_add(out, ",\n");
	else if (!print->is_stream && !print->is_inner)
		strbuf_add(out, "[\n");
	strbuf_add(out, before);
	for (size_t i = 0; i < print->columns; i++) {
		if (i > 0)
			strbuf_add(out, print->is_record ? ",\n  " : ",");
		json_out_text(out, print->column[i]->name);
		strbuf_add(out, print->is_record ? ": " : ":");
		add_scalar(out, &cell[print->place[i]], false);
	}
	if (!print->is_record)
		strbuf_add(out, "}");
	if (print->is_stream)
		strbuf_add(out, "\n");
}

static void
yaml_row(struct print *print, const struct cell *cell)
{
	const char *first = print->is_inner ? "  - " : "- ";
	const char *later = print->is_inner ? "    " : "  ";

	if (print->is_record)
		first = later = "";
	else if (print->is_inner && print->count == 0)
		strbuf_addf(&print->text, "%s:\n", print->name);
	for (size_t i = 0; i < print->columns; i++) {
		strbuf_addf(&print->text, "%s%s: ", i > 0 ? later : first,
			    print->column[i]->name);
		add_scalar(&print->text, &cell[print->place[i]], true);
		strbuf_add(&print->text, "\n");
	}
}

static void
csv_header(struct print *print)
{
	for (size_t i = 0; i < print->columns; i++) {
		strbuf_add(&print->text, i > 0 ? "," : "");
		csv_out_field(&print->text, print->column[i]->name, false);
	}
	strbuf_add(&print->text, "\r\n");
}

static void
csv_row(struct print *print, const struct cell *cell)
{
	if (print->count == 0)
		csv_header(print);
	for (size_t i = 0; i < print->columns; i++) {
		const struct cell *field = &cell[print->place[i]];
		AUTO(strbuf) plain = STRBUF(print->text.ceiling);

		strbuf_add(&plain, "");
		if (!field->is_null)
			add_plain(&plain, field);
		strbuf_add(&print->text, i > 0 ? "," : "");
		csv_out_field(&print->text, plain.text ? plain.text : "",
			      field->type != PRINT_TEXT);
	}
	strbuf_add(&print->text, "\r\n");
}

/* "Order date:  2026-11-20 13:00:09 UTC", values below each other. */
static void
table_record(struct print *print, const struct cell *cell)
{
	size_t width = 0;

	for (size_t i = 0; i < print->columns; i++)
		if (strlen(print->column[i]->name) > width)
			width = strlen(print->column[i]->name);
	for (size_t i = 0; i < print->columns; i++) {
		char title[64];

		print_title(print->column[i], title);
		if (title[0] >= 'a' && title[0] <= 'z')
			title[0] = (char)(title[0] - 'a' + 'A');
		strbuf_addf(&print->text, "%s:%*s", title,
			    (int)(width - strlen(title) + 2), "");
		print_cell_for_people(&print->text, print->column[i],
				      &cell[print->place[i]]);
		strbuf_add(&print->text, "\n");
	}
}

/* Rows that come one by one cannot wait for the widest: columns of a width. */
static void
table_stream(struct print *print, const struct cell *cell)
{
	static const int width[] = {
		[PRINT_TEXT] = 12,  [PRINT_ID] = 6,       [PRINT_COUNT] = 6,
		[PRINT_MONEY] = 10, [PRINT_QUANTITY] = 8, [PRINT_TIME] = 23,
		[PRINT_FLAG] = 3,   [PRINT_SECONDS] = 7,  [PRINT_COMPUTED] = 12,
	};

	for (size_t i = 0; i < print->columns; i++) {
		AUTO(strbuf) text = STRBUF(64 * 1024);

		print_cell_for_people(&text, print->column[i],
				      &cell[print->place[i]]);
		if (i + 1 == print->columns)
			strbuf_addf(&print->text, "%s\n", text.text);
		else
			strbuf_addf(&print->text, "%-*s  ",
				    width[print->column[i]->type], text.text);
	}
}

void
print_text_row(struct print *print, const struct cell *cell)
{
	switch (print->call->format) {
	case FORMAT_TABLE:
		if (print->is_record)
			table_record(print, cell);
		else
			table_stream(print, cell);
		break;
	case FORMAT_JSON:
		json_row(print, cell);
		break;
	case FORMAT_CSV:
		if (!print->is_inner)
			csv_row(print, cell);
		break;
	case FORMAT_YAML:
		yaml_row(print, cell);
		break;
	case FORMAT_IDS:
		if (!print->is_inner && !cell[0].is_null) {
			add_plain(&print->text, &cell[0]);
			strbuf_add(&print->text, "\n");
		}
		break;
	case FORMAT_COUNT:
		break;
	}
}

void
print_text_inner_begins(struct print *print)
{
	char title[64];

	if (print->call->format == FORMAT_JSON) {
		strbuf_add(&print->text, ",\n  ");
		json_out_text(&print->text, print->name);
		strbuf_add(&print->text, ": [\n");
	} else if (print->call->format == FORMAT_TABLE) {
		(void)text_copy(title, sizeof(title), print->name);
		text_upper_ascii(title);
		(void)fprintf(print->call->out, "\n%s\n", title);
	}
}

static void
json_close(struct print *print)
{
	if (print->is_record)
		strbuf_add(&print->text, "\n}\n");
	else if (print->is_inner)
		strbuf_add(&print->text, print->count ? "\n  ]" : "  ]");
	else if (!print->is_stream)
		strbuf_add(&print->text, print->count ? "\n]\n" : "[]\n");
}

void
print_text_close(struct print *print)
{
	switch (print->call->format) {
	case FORMAT_JSON:
		json_close(print);
		break;
	case FORMAT_CSV:
		if (print->count == 0 && !print->is_inner)
			csv_header(print);
		break;
	case FORMAT_YAML:
		if (print->count == 0 && print->is_inner)
			strbuf_addf(&print->text, "%s: []\n", print->name);
		else if (print->count == 0 && !print->is_record)
			strbuf_add(&print->text, "[]\n");
		break;
	case FORMAT_COUNT:
		if (!print->is_inner)
			strbuf_addf(&print->text, "%zu\n", print->count);
		break;
	case FORMAT_TABLE:
	case FORMAT_IDS:
		break;
	}
}

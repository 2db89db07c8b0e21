#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "order/check.h"

/* Business Central's external document number (D-7). */
#define NUMBER_MAX 35

/*
 * One character of a number, folded: 0 drops it. Only the first byte of a
 * character beyond ASCII counts, and becomes one dash.
 */
static char
folded(const char *at)
{
	unsigned char c = (unsigned char)*at;

	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
	    c == '-')
		return (char)c;
	if (c == ' ' || (c >= '\t' && c <= '\r') || c == '#' ||
	    strncmp(at, "\xC2\xA0", 2) == 0 || (c & 0xC0) == 0x80)
		return '\0';
	return '-';
}

void
order_set_number(struct order *o, const char *prefix, const char *number)
{
	AUTO(strbuf) text = STRBUF(4096);
	bool any = false;

	if (prefix[0] != '\0')
		strbuf_addf(&text, "%s-", prefix);
	for (const char *at = number; *at != '\0' && !text.failed; at++) {
		char c = folded(at);

		if (c != '\0')
			strbuf_addn(&text, &c, 1);
		any = any || c != '\0';
	}
	o->number[0] = '\0';
	if (!any)
		fault_add(&o->faults, STAGE_NORMALISE, OB_NUMBER, "number", "",
			  "the order number \"%.60s\" is empty", number);
	else if (text.failed || text.len > NUMBER_MAX)
		fault_add(&o->faults, STAGE_NORMALISE, OB_NUMBER, "number", "",
			  "the order number %.80s has more than %d characters",
			  text.text, NUMBER_MAX);
	else
		(void)text_copy(o->number, sizeof(o->number), text.text);
}

void
order_set_sku(struct order *o, struct line *line, const char *sku)
{
	AUTO(strbuf) clean = STRBUF(65536);
	AUTO(strbuf) key = STRBUF(65536);
	struct err e = {0};

	if (!text_clean(sku, &clean, &e) || !text_key(sku, &key, &e)) {
		fault_add(&o->faults, STAGE_NORMALISE, OB_JSON, "sku", "",
			  "sku: %s", e.text);
		return;
	}
	if (text_utf16_length(clean.text ? clean.text : "") > 100 ||
	    !text_copy(line->sku, sizeof(line->sku),
		       clean.text ? clean.text : "") ||
	    !text_copy(line->key, sizeof(line->key),
		       key.text ? key.text : "")) {
		line->sku[0] = '\0';
		line->key[0] = '\0';
		fault_add(&o->faults, STAGE_VERIFY, OB_SKU_LONG, "sku", "",
			  "a SKU of more than 100 characters");
	}
}

void
order_missing(struct order *o, const char *field)
{
	fault_add(&o->faults, STAGE_NORMALISE, OB_FIELD, field, "",
		  "%s is missing", field);
}

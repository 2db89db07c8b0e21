#include "order/address.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "order/check.h"

/* What Business Central takes, in UTF-16 units (R-8, UPSTREAM-APIS 4.2). */
#define NAME_UNITS     100
#define ADDRESS1_UNITS 100
#define ADDRESS2_UNITS 50

struct field {
	const char *name;
	size_t offset;
	size_t units;
};

#define FIELD(member, units)                                     \
	{                                                        \
#member, offsetof(struct address, member), units \
	}

static const struct field fields[] = {
	FIELD(first_name, NAME_UNITS),
	FIELD(last_name, NAME_UNITS),
	FIELD(company, NAME_UNITS),
	FIELD(address1, ADDRESS1_UNITS),
	FIELD(address2, ADDRESS2_UNITS),
	FIELD(city, 30),
	FIELD(state, 30),
	FIELD(postcode, 20),
	FIELD(country, 30),
	FIELD(phone, 30),
	FIELD(email, 80),
};

/* Where one address is checked; what each step needs. */
struct check {
	struct address *a;
	const char *side; /* "bill" */
	struct faults *faults;
};

static char *
value(struct address *a, const struct field *field)
{
	return (char *)a + field->offset;
}

static void
complain(struct check *c, enum code code, const char *field, const char *what)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s.%s", c->side, field);
	fault_add(c->faults, STAGE_NORMALISE, code, path, "", "%s %s", path,
		  what);
}

static void
clean_fields(struct check *c, const struct address *raw)
{
	struct address copy = *raw;

	*c->a = (struct address){0};
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		AUTO(strbuf) text = STRBUF(4096);
		struct err e = {0};

		if (!text_clean(value(&copy, &fields[i]), &text, &e))
			complain(c, OB_JSON, fields[i].name, "is not UTF-8");
		else if (text.len > 0)
			(void)text_copy(value(c->a, &fields[i]),
					sizeof(raw->city), text.text);
	}
	email_fold(c->a->email);
}

static void
check_present(struct check *c)
{
	struct address *a = c->a;

	if (!a->first_name[0] && !a->last_name[0] && !a->company[0])
		complain(c, OB_ADDR_NAME, "last_name",
			 "is missing, and so are first name and company");
	if (a->address1[0] == '\0')
		complain(c, OB_ADDR_LINE1, "address1", "is missing");
	if (a->city[0] == '\0')
		complain(c, OB_ADDR_CITY, "city", "is missing");
	if (a->email[0] != '\0' && !email_is_valid(a->email))
		complain(c, OB_ADDR_EMAIL, "email", "is not an e-mail address");
}

static void
check_postcode(struct check *c)
{
	char form[sizeof(c->a->postcode)];
	char what[128];

	if (postcode_format(c->a->country, c->a->postcode, form,
			    sizeof(form))) {
		(void)text_copy(c->a->postcode, sizeof(form), form);
		return;
	}
	if (c->a->postcode[0] != '\0')
		(void)snprintf(what, sizeof(what),
			       "\"%.40s\" does not fit %.2s", c->a->postcode,
			       c->a->country);
	else
		(void)snprintf(what, sizeof(what), "is missing, %.2s needs one",
			       c->a->country);
	complain(c, OB_ADDR_ZIP, "postcode", what);
}

static void
unknown_state(struct check *c)
{
	const char *meant = state_suggest(c->a->country, c->a->state);
	char what[160];

	if (meant != NULL)
		(void)snprintf(what, sizeof(what),
			       "\"%.60s\" is not a state of %.2s, "
			       "did you mean %s?",
			       c->a->state, c->a->country, meant);
	else
		(void)snprintf(what, sizeof(what),
			       "\"%.60s\" is not a state of %.2s", c->a->state,
			       c->a->country);
	complain(c, OB_ADDR_STATE, "state", what);
}

static void
check_state(struct check *c, const char *countries)
{
	bool listed = state_is_listed(c->a->country);
	const char *code;

	if (!listed && !order_list_fits(countries, c->a->country))
		return;
	if (c->a->state[0] == '\0') {
		complain(c, OB_ADDR_STATE, "state", "is missing");
		return;
	}
	if (!listed)
		return;
	code = state_code(c->a->country, c->a->state);
	if (code == NULL)
		unknown_state(c);
	else
		(void)text_copy(c->a->state, sizeof(c->a->state), code);
}

static void
check_country(struct check *c, const char *state_countries)
{
	const char *code = country_code(c->a->country);
	char what[128];

	if (code == NULL && c->a->country[0] == '\0')
		complain(c, OB_ADDR_COUNTRY, "country", "is missing");
	if (code == NULL && c->a->country[0] != '\0') {
		(void)snprintf(what, sizeof(what), "\"%.60s\" is no country",
			       c->a->country);
		complain(c, OB_ADDR_COUNTRY, "country", what);
	}
	if (code == NULL)
		return;
	(void)text_copy(c->a->country, sizeof(c->a->country), code);
	check_postcode(c);
	check_state(c, state_countries);
}

/* a long first line goes on in an empty second one, at a word. */
static void
split_line1(struct address *a)
{
	size_t cut = text_utf16_prefix(a->address1, ADDRESS1_UNITS);

	if (a->address1[cut] == '\0' || a->address2[0] != '\0')
		return;
	while (cut > 0 && a->address1[cut] != ' ')
		cut--;
	if (cut == 0 ||
	    text_utf16_length(a->address1 + cut + 1) > ADDRESS2_UNITS)
		return;
	(void)text_copy(a->address2, sizeof(a->address2),
			a->address1 + cut + 1);
	a->address1[cut] = '\0';
}

static void
too_long(struct check *c, const char *field, size_t has, size_t takes)
{
	char what[128];

	(void)snprintf(what, sizeof(what),
		       "has %zu characters, Business Central takes %zu", has,
		       takes);
	complain(c, OB_ADDR_LENGTH, field, what);
}

static void
check_lengths(struct check *c)
{
	size_t first = text_utf16_length(c->a->first_name);
	size_t last = text_utf16_length(c->a->last_name);

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		size_t has = text_utf16_length(value(c->a, &fields[i]));

		if (has > fields[i].units)
			too_long(c, fields[i].name, has, fields[i].units);
	}
	/* 8.12: "first last" is one field there. */
	if (first <= NAME_UNITS && last <= NAME_UNITS && first > 0 &&
	    last > 0 && first + 1 + last > NAME_UNITS)
		too_long(c, "first_name and last_name", first + 1 + last,
			 NAME_UNITS);
}

void
address_check(const struct address *raw, struct address *clean,
	      enum address_side side, const char *state_countries,
	      struct faults *faults)
{
	struct check c = {.a = clean,
			  .side = side == ADDRESS_BILL ? "bill" : "ship",
			  .faults = faults};

	clean_fields(&c, raw);
	check_present(&c);
	check_country(&c, state_countries);
	split_line1(clean);
	check_lengths(&c);
}

bool
address_is_empty(const struct address *a)
{
	return !a->first_name[0] && !a->last_name[0] && !a->company[0] &&
	       !a->address1[0] && !a->address2[0] && !a->city[0] &&
	       !a->postcode[0] && !a->phone[0];
}

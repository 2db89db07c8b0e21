#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "order/address.h"
#include "tests/support/fixture.h"
#include "tests/support/samples.h"
#include "tests/support/unit.h"

static struct {
	const char *name;
	size_t offset;
} const fields[] = {
	{"first_name", offsetof(struct address, first_name)},
	{"last_name", offsetof(struct address, last_name)},
	{"company", offsetof(struct address, company)},
	{"address1", offsetof(struct address, address1)},
	{"address2", offsetof(struct address, address2)},
	{"city", offsetof(struct address, city)},
	{"state", offsetof(struct address, state)},
	{"postcode", offsetof(struct address, postcode)},
	{"country", offsetof(struct address, country)},
	{"phone", offsetof(struct address, phone)},
	{"email", offsetof(struct address, email)},
};

/* Sets the members that a JSON object names; fails on one that is none. */
static void
change(struct address *a, const json_t *changes)
{
	size_t used = 0;

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		const json_t *value = json_object_get(changes, fields[i].name);

		if (value == NULL)
			continue;
		(void)text_copy((char *)a + fields[i].offset, sizeof(a->city),
				json_string_value(value));
		used++;
	}
	assert_int_equal(used, json_object_size(changes));
}

static void
compare_addresses(const char *rule, const struct address *got,
		  const struct address *wanted)
{
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		const char *a = (const char *)got + fields[i].offset;
		const char *b = (const char *)wanted + fields[i].offset;

		if (strcmp(a, b) != 0)
			fail_msg("%s: %s is \"%s\", wanted \"%s\"", rule,
				 fields[i].name, a, b);
	}
}

static void
compare_faults(const char *rule, const struct faults *faults,
	       const json_t *wanted)
{
	for (size_t i = 0; i < faults->count; i++) {
		const struct fault *f = &faults->fault[i];
		const char *want = json_string_value(json_array_get(wanted, i));
		char text[1024];

		(void)snprintf(text, sizeof(text), "%s %s: %s",
			       code_name(f->code), f->field, f->message);
		if (want == NULL || strcmp(want, text) != 0)
			fail_msg("%s: unexpected fault %s", rule, text);
		assert_int_equal(f->stage, STAGE_NORMALISE);
	}
	if (faults->count != json_array_size(wanted))
		fail_msg("%s: %zu faults, wanted %zu", rule, faults->count,
			 json_array_size(wanted));
}

static void
check_row(const json_t *row)
{
	const char *rule = json_string_value(json_object_get(row, "rule"));
	const char *side = json_string_value(json_object_get(row, "side"));
	const char *states = json_string_value(json_object_get(row, "states"));
	const json_t *clean = json_object_get(row, "clean");
	struct order o = order_sample_empty();
	struct address wanted, got, again;
	struct faults faults = {0}, none = {0};

	(void)text_copy(o.bill.state, sizeof(o.bill.state), "CA");
	wanted = o.bill;
	change(&o.bill, json_object_get(row, "raw"));
	address_check(&o.bill, &got, side ? ADDRESS_SHIP : ADDRESS_BILL,
		      states ? states : "", &faults);
	compare_faults(rule, &faults, json_object_get(row, "faults"));
	if (clean == NULL)
		return;
	change(&wanted, clean);
	compare_addresses(rule, &got, &wanted);
	/* R-48 */
	address_check(&got, &again, ADDRESS_BILL, states ? states : "", &none);
	compare_addresses(rule, &again, &got);
	assert_int_equal(none.count, 0);
}

TEST(addresses_are_normalised_and_judged_as_the_table_says)
{
	json_auto_t *rows = fixture_json("rules/address.json");

	assert_true(json_array_size(rows) >= 50);
	for (size_t i = 0; i < json_array_size(rows); i++)
		check_row(json_array_get(rows, i));
}

TEST(every_country_code_is_known_and_is_its_own_code)
{
	size_t known = 0;

	for (char a = 'A'; a <= 'Z'; a++)
		for (char b = 'A'; b <= 'Z'; b++) {
			const char code[3] = {a, b, '\0'};
			const char *found = country_code(code);

			if (found != NULL && strcmp(found, code) == 0)
				known++;
		}
	assert_int_equal(known, 249); /* ISO 3166-1 */
}

static size_t
states_with_code(const char *country, int letters)
{
	size_t known = 0;
	int combinations = letters == 2 ? 26 * 26 : 26 * 26 * 26;

	for (int n = 0; n < combinations; n++) {
		const char code[4] = {
			(char)('A' + n % 26), (char)('A' + n / 26 % 26),
			(char)(letters == 3 ? 'A' + n / 676 : 0), '\0'};
		const char *found = state_code(country, code);

		known += found != NULL && strcmp(found, code) == 0;
	}
	return known;
}

TEST(every_state_is_known_by_its_code)
{
	/* 50 states, DC, 6 territories, 3 of the forces */
	assert_int_equal(states_with_code("US", 2), 60);
	assert_int_equal(states_with_code("CA", 2), 13);
	assert_int_equal(states_with_code("AU", 2), 3);
	assert_int_equal(states_with_code("AU", 3), 5);
	assert_true(state_is_listed("AU"));
	assert_false(state_is_listed("DE"));
	assert_null(state_code("DE", "BY"));
}

TEST(e_mail_addresses_are_told_from_other_text)
{
	static const char *const good[] = {"john.doe@example.com", "a@b.co",
					   "o'neil+shop@example.co.uk",
					   "grüße@exämple.de", "1@2.3x"};
	static const char *const bad[] = {"john",
					  "@example.com",
					  "john@",
					  "john@example",
					  "john@@example.com",
					  "john doe@example.com",
					  "john@exa mple.com",
					  ".john@example.com",
					  "john.@example.com",
					  "jo..hn@example.com",
					  "john@-example.com",
					  "john@example..com",
					  "john@example.com.",
					  "john@example.com,b@example.com",
					  "\"john\"@example.com"};

	for (size_t i = 0; i < COUNT_OF(good); i++)
		if (!email_is_valid(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (email_is_valid(bad[i]))
			fail_msg("taken: %s", bad[i]);
}

TEST(an_empty_shipping_address_is_a_copy_of_billing)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample();

	(void)text_copy(o.ship.country, sizeof(o.ship.country), "US");
	(void)text_copy(o.ship.state, sizeof(o.ship.state), "CA");
	order_prepare(&o, &rules);
	assert_true(o.ship_same);
	assert_string_equal(o.ship.address1, "123 Main St");
	assert_string_equal(o.ship.email, "");
	assert_string_equal(o.ship_clean.state, "CA");
	assert_int_equal(o.faults.count, 0);
	order_end(&o);
	order_rules_end(&rules);
}

TEST(a_copy_of_billing_repeats_none_of_its_faults)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample();

	o.bill.city[0] = '\0';
	order_prepare(&o, &rules);
	assert_int_equal(o.faults.count, 1);
	assert_string_equal(o.faults.fault[0].field, "bill.city");
	order_end(&o);
	order_rules_end(&rules);
}

TEST(a_phone_alone_makes_a_shipping_address_that_is_checked)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample();

	(void)text_copy(o.ship.phone, sizeof(o.ship.phone), "555");
	order_prepare(&o, &rules);
	assert_false(o.ship_same);
	assert_string_equal(fault_sample(&o, OB_ADDR_LINE1)->field,
			    "ship.address1");
	order_end(&o);
	order_rules_end(&rules);
}

RUN_TESTS(
	cmocka_unit_test(addresses_are_normalised_and_judged_as_the_table_says),
	cmocka_unit_test(every_country_code_is_known_and_is_its_own_code),
	cmocka_unit_test(every_state_is_known_by_its_code),
	cmocka_unit_test(e_mail_addresses_are_told_from_other_text),
	cmocka_unit_test(an_empty_shipping_address_is_a_copy_of_billing),
	cmocka_unit_test(a_copy_of_billing_repeats_none_of_its_faults),
	cmocka_unit_test(
		a_phone_alone_makes_a_shipping_address_that_is_checked))

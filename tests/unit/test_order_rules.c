#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/text.h"
#include "order/address.h"
#include "order/payment.h"
#include "tests/support/fixture.h"
#include "tests/support/samples.h"
#include "tests/support/unit.h"

/* Tables of tests/fixtures/rules; each row names its rule of FEATURES 8. */

static void
open_table(struct csv *csv, const char *name, const char *const *columns)
{
	size_t length;
	char *text = fixture_text(name, &length);
	struct err e = {0};

	if (!csv_open(csv, text, length, columns, &e))
		fail_msg("%s: %s", name, e.text);
	free(text);
}

static void
expect(const struct csv *csv, const char *what, const char *got,
       const char *wanted)
{
	if (strcmp(got, wanted) != 0)
		fail_msg("line %zu, %s: %s is \"%s\", wanted \"%s\"", csv->line,
			 csv_value(csv, 0), what, got, wanted);
}

TEST(order_numbers_are_folded_as_the_table_says)
{
	static const char *const columns[] = {"rule",   "prefix", "number",
					      "expect", "fault",  NULL};
	struct csv csv;
	struct err e = {0};
	size_t rows = 0;

	open_table(&csv, "rules/number.csv", columns);
	for (; csv_next(&csv, &e); rows++) {
		struct order o = {0};
		const struct fault *f;

		order_set_number(&o, csv_value(&csv, 1), csv_value(&csv, 2));
		f = fault_sample(&o, OB_NUMBER);
		expect(&csv, "number", o.number, csv_value(&csv, 3));
		expect(&csv, "fault", f ? f->message : "", csv_value(&csv, 4));
	}
	assert_string_equal(e.text, "");
	assert_int_equal(rows, 15);
	csv_end(&csv);
}

TEST(postcodes_take_the_form_of_their_country)
{
	static const char *const columns[] = {"rule",   "country", "input",
					      "expect", "fits",    NULL};
	struct csv csv;
	struct err e = {0};
	size_t rows = 0;

	open_table(&csv, "rules/postcode.csv", columns);
	for (; csv_next(&csv, &e); rows++) {
		char out[256], again[256];
		bool fits =
			postcode_format(csv_value(&csv, 1), csv_value(&csv, 2),
					out, sizeof(out));

		expect(&csv, "form", out, csv_value(&csv, 3));
		expect(&csv, "fits", fits ? "yes" : "no", csv_value(&csv, 4));
		(void)postcode_format(csv_value(&csv, 1), out, again,
				      sizeof(again));
		expect(&csv, "form of the form", again, out);
	}
	assert_string_equal(e.text, "");
	assert_int_equal(rows, 56);
	csv_end(&csv);
}

enum {
	P_RULE,
	P_SLUG,
	P_TOTAL,
	P_GIFT_CARD,
	P_CREDIT,
	P_TRANS,
	P_PAID,
	P_UNPAID_METHODS,
	P_METHOD,
	P_FLAGS,
	P_TRANS_ID,
	P_FAULTS,
};

static void
add_credits(struct order *o, const struct csv *csv)
{
	if (csv_value(csv, P_GIFT_CARD)[0] != '\0')
		(void)line_sample(o, LINE_GIFT_CARD, "",
				  csv_value(csv, P_GIFT_CARD));
	if (csv_value(csv, P_CREDIT)[0] != '\0')
		(void)line_sample(o, LINE_CREDIT, "", csv_value(csv, P_CREDIT));
}

static struct order
payment_order(const struct csv *csv)
{
	struct order o = order_sample_empty();

	(void)line_sample(&o, LINE_PRODUCT, "SKU-9", "20.00");
	add_credits(&o, csv);
	o.total = money_sample(csv_value(csv, P_TOTAL));
	(void)text_copy(o.payment_provider, sizeof(o.payment_provider),
			csv_value(csv, P_SLUG));
	(void)text_copy(o.trans_id, sizeof(o.trans_id),
			csv_value(csv, P_TRANS));
	if (csv_value(csv, P_PAID)[0] == '\0')
		o.paid_at = 0;
	return o;
}

static void
add_word(char *out, size_t room, const char *word)
{
	size_t used = strlen(out);

	(void)snprintf(out + used, room - used, "%s%s", used ? " " : "", word);
}

TEST(payments_are_named_and_checked_as_the_table_says)
{
	static const char *const columns[] = {
		"rule",   "slug",  "total",    "gift_card",
		"credit", "trans", "paid",     "unpaid_methods",
		"method", "flags", "trans_id", "faults",
		NULL};
	struct csv csv;
	struct err e = {0};
	size_t rows = 0;

	open_table(&csv, "rules/payment.csv", columns);
	for (; csv_next(&csv, &e); rows++) {
		struct order_rules rules = rules_sample();
		struct order o = payment_order(&csv);
		char flags[64] = "", faults[256] = "";

		free(rules.unpaid_methods);
		rules.unpaid_methods =
			strdup(csv_value(&csv, P_UNPAID_METHODS));
		order_prepare(&o, &rules);
		for (size_t i = 0; i < o.faults.count; i++)
			add_word(faults, sizeof(faults),
				 code_name(o.faults.fault[i].code));
		if (o.klarna)
			add_word(flags, sizeof(flags), "klarna");
		if (o.stripe)
			add_word(flags, sizeof(flags), "stripe");
		if (o.paypal)
			add_word(flags, sizeof(flags), "paypal");
		expect(&csv, "method", o.payment_method,
		       csv_value(&csv, P_METHOD));
		expect(&csv, "flags", flags, csv_value(&csv, P_FLAGS));
		expect(&csv, "trans_id", o.trans_id,
		       csv_value(&csv, P_TRANS_ID));
		expect(&csv, "faults", faults, csv_value(&csv, P_FAULTS));
		order_end(&o);
		order_rules_end(&rules);
	}
	assert_string_equal(e.text, "");
	assert_int_equal(rows, 31);
	csv_end(&csv);
}

TEST(unpaid_orders_of_another_status_are_not_refused)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample();

	o.paid_at = 0;
	(void)text_copy(o.status, sizeof(o.status), "completed");
	order_prepare(&o, &rules);
	assert_null(fault_sample(&o, OB_PAYMENT_UNPAID));
	order_end(&o);
	order_rules_end(&rules);
}

TEST(payment_faults_name_method_and_field)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample();
	const struct fault *f;

	o.paid_at = 0;
	o.trans_id[0] = '\0';
	order_prepare(&o, &rules);
	f = fault_sample(&o, OB_PAYMENT_UNPAID);
	assert_string_equal(f->message,
			    "stripe, an online method, is not paid");
	assert_string_equal(f->field, "paid_at");
	f = fault_sample(&o, OB_PAYMENT_TRANS);
	assert_string_equal(f->message,
			    "stripe, an online method, has no transaction id");
	assert_string_equal(f->field, "trans_id");
	order_end(&o);
	order_rules_end(&rules);
}

TEST(card_codes_keep_their_last_four_characters)
{
	static const struct {
		const char *code, *masked;
	} cases[] = {
		{"9K2M-77QX-41ZT-PWGC", "****PWGC"},
		{"****PWGC", "****PWGC"},
		{"12345", "****2345"},
		{"1234", "****"},
		{"", "****"},
		{"Grüße-äöüß", "****äöüß"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[101];

		payment_mask_code(out, sizeof(out), cases[i].code);
		assert_string_equal(out, cases[i].masked);
	}
}

RUN_TESTS(cmocka_unit_test(order_numbers_are_folded_as_the_table_says),
	  cmocka_unit_test(postcodes_take_the_form_of_their_country),
	  cmocka_unit_test(payments_are_named_and_checked_as_the_table_says),
	  cmocka_unit_test(unpaid_orders_of_another_status_are_not_refused),
	  cmocka_unit_test(payment_faults_name_method_and_field),
	  cmocka_unit_test(card_codes_keep_their_last_four_characters))

#include "base/code.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "tests/support/unit.h"

TEST(every_code_says_what_why_fix_and_where)
{
	for (int i = CODE_NONE + 1; i < CODE_COUNT; i++) {
		const struct code_info *row = code_info((enum code)i);

		if (row->name == NULL)
			fail_msg("code %d has no row", i);
		if (!row->what || !row->why || !row->fix || !row->route)
			fail_msg("%s lacks a text", row->name);
		assert_true(isupper((unsigned char)row->what[0]));
		assert_true(isupper((unsigned char)row->why[0]));
		assert_true(islower((unsigned char)row->fix[0]));
		assert_memory_equal(row->route, "#/", 2);
		assert_int_equal(row->why[strlen(row->why) - 1], '.');
	}
}

TEST(every_code_has_a_spelling_of_its_own)
{
	for (int i = CODE_NONE + 1; i < CODE_COUNT; i++) {
		const char *name = code_name((enum code)i);

		assert_int_equal(
			strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
			strlen(name));
		assert_int_equal(code_find(name), i);
	}
}

/* The list of FEATURES R-44, by class. */
TEST(the_catalogue_holds_the_classes_of_the_rule)
{
	static const struct {
		enum code_class class;
		const char *names;
	} cases[] = {
		{CODE_SOFT, "ob_rate ob_timeout ob_network ob_upstream "
			    "ob_bc_down ob_lock ob_sku_wait "},
		{CODE_HARD,
		 "ob_sku_missing ob_sku_long ob_sku_unknown ob_sku_blocked "
		 "ob_sku_expired ob_kit_component ob_kit_empty ob_kit_cycle "
		 "ob_kit_depth ob_addr_name ob_addr_line1 ob_addr_city "
		 "ob_addr_country ob_addr_zip ob_addr_state ob_addr_email "
		 "ob_addr_length ob_field ob_json ob_line_qty "
		 "ob_payment_unmapped ob_payment_trans ob_payment_unpaid "
		 "ob_total_mismatch ob_credit_exceeds ob_currency ob_number "
		 "ob_multi_ship ob_bc_total ob_bc_rejected ob_bc_incomplete "
		 "ob_poison "},
		{CODE_OPERATION,
		 "ob_window ob_lease_lost ob_superseded ob_cancelled "
		 "ob_webshop_not_found ob_auth_failed ob_secret_undecryptable "
		 "ob_paging_loop ob_database ob_schema ob_config "},
		{CODE_INFO, "skipped_test skipped_status skipped_exists "
			    "skipped_posted skipped_archived unchanged gone "},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char found[1024] = "";

		for (int c = CODE_NONE + 1; c < CODE_COUNT; c++)
			if (code_info((enum code)c)->class == cases[i].class)
				(void)snprintf(found + strlen(found),
					       sizeof(found) - strlen(found),
					       "%s ", code_name((enum code)c));
		assert_string_equal(found, cases[i].names);
	}
}

TEST(an_unknown_spelling_is_no_code)
{
	assert_int_equal(code_find("ob_nonsense"), CODE_NONE);
	assert_int_equal(code_find(""), CODE_NONE);
	assert_string_equal(code_name(CODE_NONE), "");
	assert_string_equal(code_name(CODE_COUNT), "");
}

RUN_TESTS(cmocka_unit_test(every_code_says_what_why_fix_and_where),
	  cmocka_unit_test(every_code_has_a_spelling_of_its_own),
	  cmocka_unit_test(the_catalogue_holds_the_classes_of_the_rule),
	  cmocka_unit_test(an_unknown_spelling_is_no_code))

#include "account/right.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

static const char all[] =
	"view,pii,sync,orders.write,items.write,sites.write,powerbi.write,"
	"query,export,alerts.write,logs,users,settings";

static void
assert_same(const char *given, const char *wanted)
{
	AUTO(strbuf) names = STRBUF(400);
	struct err e = {0};
	uint32_t rights;

	assert_true(rights_read(given, &rights, &e));
	rights_add(&names, rights);
	assert_string_equal(strbuf_text(&names), wanted);
}

TEST(rights_are_read_and_written_in_one_order)
{
	assert_same("", "");
	assert_same("sync", "sync");
	assert_same("sync,view", "view,sync");
	assert_same("view,view", "view");
	assert_same(all, all);
}

TEST(an_unknown_right_is_named)
{
	static const char *const bad[] = {"fly",   "VIEW", "vie", "viewer",
					  " view", "",     NULL};
	struct err e = {0};
	uint32_t rights;
	char list[40], wanted[80];

	for (size_t i = 0; bad[i] != NULL; i++) {
		(void)snprintf(list, sizeof(list), "view,%s,sync", bad[i]);
		(void)snprintf(wanted, sizeof(wanted),
			       "there is no capability \"%s\"", bad[i]);
		assert_false(rights_read(list, &rights, &e));
		assert_string_equal(e.text, wanted);
		assert_int_equal(e.code, OB_INVALID_PARAM);
	}
}

TEST(a_set_has_what_it_was_given_and_what_all_have)
{
	struct err e = {0};
	uint32_t rights;

	assert_true(rights_read("sync,settings", &rights, &e));
	for (unsigned what = 0; what < CAPABILITY_COUNT; what++) {
		const bool wanted = what <= CAN_LOGIN || what == CAN_SYNC ||
				    what == CAN_SETTINGS;

		assert_int_equal(rights_have(rights, what), wanted);
	}
}

TEST(every_capability_has_a_name_of_its_own)
{
	for (unsigned i = CAN_VIEW; i < CAPABILITY_COUNT; i++) {
		assert_true(capability_name(i)[0] != '\0');
		for (unsigned k = CAN_VIEW; k < i; k++)
			assert_string_not_equal(capability_name(i),
						capability_name(k));
	}
	assert_string_equal(capability_name(CAN_LOGIN), "");
}

RUN_TESTS(cmocka_unit_test(rights_are_read_and_written_in_one_order),
	  cmocka_unit_test(an_unknown_right_is_named),
	  cmocka_unit_test(a_set_has_what_it_was_given_and_what_all_have),
	  cmocka_unit_test(every_capability_has_a_name_of_its_own))

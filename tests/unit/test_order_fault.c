#include <stdio.h>
#include <string.h>

#include "order/fault.h"
#include "tests/support/unit.h"

static const struct fault *
first_of(const struct fault *list, size_t count, struct faults *faults)
{
	*faults = (struct faults){0};
	for (size_t i = 0; i < count; i++)
		fault_add(faults, list[i].stage, list[i].code, list[i].field,
			  "", "%s", "text");
	return fault_first(faults);
}

/* FEATURES 8.12, several faults */
TEST(the_earliest_stage_decides)
{
	const struct fault list[] = {
		{.stage = STAGE_CREDIT, .code = OB_CREDIT_EXCEEDS},
		{.stage = STAGE_VERIFY, .code = OB_SKU_UNKNOWN},
		{.stage = STAGE_NORMALISE, .code = OB_ADDR_ZIP},
	};
	struct faults faults;

	assert_int_equal(first_of(list, 3, &faults)->code, OB_ADDR_ZIP);
}

TEST(within_a_stage_hard_goes_before_soft)
{
	const struct fault list[] = {
		{.stage = STAGE_VERIFY, .code = OB_SKU_WAIT},
		{.stage = STAGE_VERIFY, .code = OB_SKU_BLOCKED},
		{.stage = STAGE_VERIFY, .code = OB_SKU_UNKNOWN},
	};
	struct faults faults;

	assert_int_equal(first_of(list, 3, &faults)->code, OB_SKU_BLOCKED);
	assert_false(fault_is_soft(fault_first(&faults)));
}

TEST(an_earlier_soft_fault_decides_before_a_later_hard_one)
{
	const struct fault list[] = {
		{.stage = STAGE_KITS, .code = OB_KIT_CYCLE},
		{.stage = STAGE_VERIFY, .code = OB_BC_DOWN},
	};
	struct faults faults;

	assert_int_equal(first_of(list, 2, &faults)->code, OB_BC_DOWN);
	assert_true(fault_is_soft(fault_first(&faults)));
}

TEST(no_fault_decides_nothing)
{
	const struct faults faults = {0};

	assert_null(fault_first(&faults));
}

TEST(the_same_fault_is_told_once)
{
	struct faults faults = {0};

	fault_add(&faults, STAGE_VERIFY, OB_SKU_UNKNOWN, "a", "SKU-9", "x");
	fault_add(&faults, STAGE_VERIFY, OB_SKU_UNKNOWN, "a", "SKU-9", "y");
	fault_add(&faults, STAGE_VERIFY, OB_SKU_UNKNOWN, "a", "SKU-8", "z");
	assert_int_equal(faults.count, 2);
	assert_string_equal(faults.fault[0].message, "x");
}

TEST(more_faults_than_there_is_room_for_are_dropped)
{
	struct faults faults = {0};

	for (int i = 0; i < 2 * FAULTS_MAX; i++) {
		char field[24];

		(void)snprintf(field, sizeof(field), "line %d", i);
		fault_add(&faults, STAGE_VERIFY, OB_SKU_UNKNOWN, field, "",
			  "unknown");
	}
	assert_int_equal(faults.count, FAULTS_MAX);
}

TEST(long_texts_are_cut_at_a_character)
{
	struct faults faults = {0};
	char sku[202];

	for (size_t i = 0; i < 200; i += 2)
		memcpy(sku + i, "ü", 2);
	sku[200] = '\0';
	fault_add(&faults, STAGE_VERIFY, OB_SKU_UNKNOWN, "", sku, "%s", sku);
	assert_int_equal(strlen(faults.fault[0].sku), 100);
}

TEST(stages_are_named_as_stored)
{
	static const char *const names[] = {"fetch", "normalise", "verify",
					    "kits",  "credit",    "store",
					    "mark",  "export"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_string_equal(stage_name((enum stage)i), names[i]);
}

RUN_TESTS(
	cmocka_unit_test(the_earliest_stage_decides),
	cmocka_unit_test(within_a_stage_hard_goes_before_soft),
	cmocka_unit_test(an_earlier_soft_fault_decides_before_a_later_hard_one),
	cmocka_unit_test(no_fault_decides_nothing),
	cmocka_unit_test(the_same_fault_is_told_once),
	cmocka_unit_test(more_faults_than_there_is_room_for_are_dropped),
	cmocka_unit_test(long_texts_are_cut_at_a_character),
	cmocka_unit_test(stages_are_named_as_stored))

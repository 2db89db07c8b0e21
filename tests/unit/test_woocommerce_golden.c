#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connector/woocommerce/woocommerce.h"
#include "order/check.h"
#include "order/totals.h"
#include "tests/support/fixture.h"
#include "tests/support/order_dump.h"
#include "tests/support/samples.h"
#include "tests/support/unit.h"

/*
 * Each captured order, normalised, prepared and with its credit spread, against
 * a file that a person has held against FEATURES 8. OB_GOLDEN_WRITE=1 (make
 * golden) writes them anew: read the difference before you commit it.
 */

/* What the program makes of an order that a shop sent; the caller frees it. */
static char *
dump_of(const char *name)
{
	struct site site = site_sample();
	struct shop_settings settings = {
		.site = &site, .key = "ck_1", .secret = "cs_1"};
	struct err e = {0};
	struct shop *shop = woocommerce_open(&settings, &e);
	struct order_rules rules = rules_sample();
	json_auto_t *json = fixture_json(name);
	struct raw_order raw = {.json = json};
	struct order o;
	char *text;

	assert_non_null(shop);
	(void)snprintf(raw.platform_id, sizeof(raw.platform_id),
		       "%" JSON_INTEGER_FORMAT,
		       json_integer_value(json_object_get(json, "id")));
	if (!shop->read_order(shop, &raw, &o, &e))
		fail_msg("%s: %s", name, e.text);
	order_prepare(&o, &rules);
	assert_true(credit_apply(&o, rules.distribute, &e));
	text = order_dump(&o);
	order_end(&o);
	order_rules_end(&rules);
	shop->close(shop);
	return text;
}

static void
write_golden(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
compare(const char *base, const char *text)
{
	char name[256], path[512];
	size_t length;
	char *golden;

	(void)snprintf(name, sizeof(name), "woocommerce/golden/%s", base);
	if (getenv("OB_GOLDEN_WRITE") != NULL) {
		write_golden(fixture_path(name, path), text);
		return;
	}
	golden = fixture_text(name, &length);
	if (strcmp(golden, text) != 0)
		fail_msg("%s differs, now:\n%s", name, text);
	free(golden);
}

TEST(every_captured_order_normalises_as_its_golden_file_says)
{
	char pattern[512];
	glob_t found;

	assert_int_equal(glob(fixture_path("woocommerce/*.json", pattern), 0,
			      NULL, &found),
			 0);
	assert_true(found.gl_pathc >= 50);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *base = strrchr(found.gl_pathv[i], '/') + 1;
		char name[256];
		char *text;

		(void)snprintf(name, sizeof(name), "woocommerce/%s", base);
		text = dump_of(name);
		compare(base, text);
		free(text);
	}
	globfree(&found);
}

RUN_TESTS(cmocka_unit_test(
	every_captured_order_normalises_as_its_golden_file_says))

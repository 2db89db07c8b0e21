#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "tests/support/fixture.h"
#include "tests/support/unit.h"

/* A log in a folder of its own, and a clock that a test sets. */
struct desk {
	char folder[40], path[64];
	struct clock clock;
	struct log log;
};

static int
desk_make(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));
	struct err e = {0};
	utc_ms start;

	assert_true(time_parse("2026-11-20T13:00:09.114Z", &start, &e));
	desk->clock = clock_fixed(start);
	(void)snprintf(desk->folder, sizeof(desk->folder),
		       "/tmp/ob-log-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	(void)snprintf(desk->path, sizeof(desk->path), "%s/a.log",
		       desk->folder);
	assert_true(log_open(&desk->log, &desk->clock, desk->folder, "a.log",
			     LOG_INFO, &e));
	*state = desk;
	return 0;
}

static int
desk_remove(void **state)
{
	struct desk *desk = *state;

	log_close(&desk->log);
	(void)unlink(desk->path);
	(void)rmdir(desk->folder);
	free(desk);
	return 0;
}

static void
lines_read_as_the_handbook_shows(void **state)
{
	struct desk *desk = *state;
	struct log *log = &desk->log;
	struct err e = {0};

	log_line(log, LOG_INFO, LOG_TEXT("flow", "order_sync"),
		 LOG_TEXT("site", "woo-us"), LOG_INT("op", 1841),
		 LOG_TEXT("order", "BGM-12345"), LOG_TEXT("step", "verify"),
		 LOG_INT("skus", 3), LOG_INT("cached", 2), LOG_INT("ms", 212));
	assert_true(
		time_parse("2026-11-20T13:00:12.402Z", &desk->clock.fixed, &e));
	log_line(log, LOG_ERROR, LOG_TEXT("flow", "order_sync"),
		 LOG_TEXT("site", "woo-us"), LOG_INT("op", 1841),
		 LOG_TEXT("order", "BGM-12346"),
		 LOG_TEXT("code", code_name(OB_SKU_UNKNOWN)),
		 LOG_TEXT("sku", "BLK-XL"),
		 LOG_TEXT("msg", code_info(OB_SKU_UNKNOWN)->what),
		 LOG_TEXT("fix", code_info(OB_SKU_UNKNOWN)->fix));
	assert_true(
		time_parse("2026-11-20T13:02:27.020Z", &desk->clock.fixed, &e));
	log_summary(
		log, LOG_TEXT("flow", "order_sync"), LOG_TEXT("site", "woo-us"),
		LOG_INT("op", 1841), LOG_INT("fetched", 100),
		LOG_INT("stored", 96), LOG_INT("unchanged", 0),
		LOG_INT("soft", 2), LOG_INT("hard", 1), LOG_INT("skipped", 1),
		LOG_TEXT("seconds", "142.6"), LOG_TEXT("result", "completed"));
	assert_file(
		desk->path,
		"2026-11-20T13:00:09.114Z INFO  flow=order_sync site=woo-us "
		"op=1841 order=BGM-12345 step=verify skus=3 cached=2 ms=212\n"
		"2026-11-20T13:00:12.402Z ERROR flow=order_sync site=woo-us "
		"op=1841 order=BGM-12346 code=ob_sku_unknown sku=BLK-XL "
		"msg=\"SKU is not in Business Central\" "
		"fix=\"create the item or map the SKU\"\n"
		"2026-11-20T13:02:27.020Z INFO  Summary flow=order_sync "
		"site=woo-us op=1841 fetched=100 stored=96 unchanged=0 soft=2 "
		"hard=1 skipped=1 seconds=142.6 result=completed\n");
}

static void
what_a_value_holds_cannot_break_its_line(void **state)
{
	struct desk *desk = *state;

	log_line(&desk->log, LOG_WARN, LOG_TEXT("none", NULL),
		 LOG_TEXT("empty", ""), LOG_TEXT("quote", "a\"b\\c"),
		 LOG_TEXT("pair", "a=b"),
		 LOG_TEXT("lines", "1\r\n2\t\x01\x7F\xE2\x80\xA8\xC2\x85"),
		 LOG_TEXT("wide", "\xC3\xA9"), LOG_TEXT("ill", "\xFF\xC3"),
		 LOG_TEXT("words", "ERROR Summary ERRORSummary"),
		 LOG_INT("n", INT64_MIN));
	assert_file(desk->path,
		    "2026-11-20T13:00:09.114Z WARN  empty=\"\" "
		    "quote=\"a\\\"b\\\\c\" pair=\"a=b\" "
		    "lines=\"1\\r\\n2\\t\\x01\\x7f\\xe2\\x80\\xa8\\xc2\\x85\" "
		    "wide=\"\xC3\xA9\" ill=\"\\xff\\xc3\" "
		    "words=\"Error summary Errorsummary\" "
		    "n=-9223372036854775808\n");
}

static void
secrets_never_reach_the_file_in_any_form(void **state)
{
	struct desk *desk = *state;

	log_hide(&desk->log, "p/ss wörd");
	log_hide(&desk->log, "p/ss wörd and more");
	log_hide(&desk->log, "p/ss wörd");
	log_hide(&desk->log, "abc");
	log_line(&desk->log, LOG_INFO, LOG_TEXT("raw", "<p/ss wörd>"),
		 LOG_TEXT("longer", "p/ss wörd and more"),
		 LOG_TEXT("base64", "Basic cC9zcyB3w7ZyZA=="),
		 LOG_TEXT("url", "?key=p%2Fss%20w%C3%B6rd&x=1"),
		 LOG_TEXT("short", "abcd"));
	assert_file(desk->path, "2026-11-20T13:00:09.114Z INFO  raw=<********> "
				"longer=******** base64=\"Basic ********==\" "
				"url=\"?key=********&x=1\" short=abcd\n");
}

static void
a_secret_is_masked_in_texts_for_other_places(void **state)
{
	struct desk *desk = *state;
	char text[] = "key 12345 and 12345678901", none[] = "";

	log_hide(&desk->log, "12345");
	log_hide(&desk->log, "12345678901");
	log_mask(&desk->log, text);
	assert_string_equal(text, "key ***** and ********");
	log_mask(&desk->log, none);
	assert_string_equal(none, "");
}

static void
a_secret_that_cannot_be_kept_masks_every_value(void **state)
{
	struct desk *desk = *state;
	char text[] = "no secret in here";
	char *long_one = calloc(1, 70000);

	assert_non_null(long_one);
	memset(long_one, 'x', 69999);
	log_hide(&desk->log, long_one);
	free(long_one);
	log_line(&desk->log, LOG_INFO, LOG_TEXT("host", "shop.example"),
		 LOG_INT("op", 7));
	assert_file(desk->path,
		    "2026-11-20T13:00:09.114Z INFO  host=******** op=7\n");
	log_mask(&desk->log, text);
	assert_string_equal(text, "********");
}

static void
a_long_value_is_cut(void **state)
{
	struct desk *desk = *state;
	char value[2001], wanted[1200];

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	log_line(&desk->log, LOG_INFO, LOG_TEXT("v", value));
	(void)snprintf(wanted, sizeof(wanted),
		       "2026-11-20T13:00:09.114Z INFO  v=\"%.1000s...\"\n",
		       value);
	assert_file(desk->path, wanted);
}

static void
lines_below_the_level_are_left_out(void **state)
{
	struct desk *desk = *state;

	log_line(&desk->log, LOG_DEBUG, LOG_INT("a", 1));
	assert_file(desk->path, "");
	desk->log.level = LOG_DEBUG;
	log_line(&desk->log, LOG_DEBUG, LOG_INT("a", 1));
	assert_file(desk->path, "2026-11-20T13:00:09.114Z DEBUG a=1\n");
}

static void
equal_lines_within_a_second_are_counted(void **state)
{
	struct desk *desk = *state;

	for (int i = 0; i < 5; i++) {
		log_line(&desk->log, LOG_ERROR, LOG_INT("a", 1));
		desk->clock.fixed += 100;
	}
	log_line(&desk->log, LOG_INFO, LOG_INT("a", 2));
	desk->clock.fixed += 1000;
	log_line(&desk->log, LOG_INFO, LOG_INT("a", 2));
	log_line(&desk->log, LOG_INFO, LOG_INT("a", 2));
	log_close(&desk->log);
	assert_file(desk->path,
		    "2026-11-20T13:00:09.114Z ERROR a=1\n"
		    "2026-11-20T13:00:09.614Z INFO  log=repeated_line times=4\n"
		    "2026-11-20T13:00:09.614Z INFO  a=2\n"
		    "2026-11-20T13:00:10.614Z INFO  a=2\n"
		    "2026-11-20T13:00:10.614Z INFO  log=repeated_line "
		    "times=1\n");
}

static void
after_logrotate_lines_go_to_the_new_file(void **state)
{
	struct desk *desk = *state;
	char old[80];
	struct stat file;

	log_line(&desk->log, LOG_INFO, LOG_INT("a", 1));
	(void)snprintf(old, sizeof(old), "%s.1", desk->path);
	assert_int_equal(rename(desk->path, old), 0);
	log_line(&desk->log, LOG_INFO, LOG_INT("a", 2));
	log_reopen(&desk->log);
	log_line(&desk->log, LOG_INFO, LOG_INT("a", 3));
	assert_file(old, "2026-11-20T13:00:09.114Z INFO  a=1\n"
			 "2026-11-20T13:00:09.114Z INFO  a=2\n");
	assert_file(desk->path, "2026-11-20T13:00:09.114Z INFO  a=3\n");
	assert_int_equal(stat(desk->path, &file), 0);
	assert_int_equal(file.st_mode & 0137, 0);
	assert_int_equal(unlink(old), 0);
}

static void
a_full_disk_drops_lines_and_counts_them(void **state)
{
	struct desk *desk = *state;
	struct log full;
	struct err e = {0};

	assert_true(
		log_open(&full, &desk->clock, "/dev", "full", LOG_INFO, &e));
	log_line(&full, LOG_INFO, LOG_INT("a", 1));
	log_line(&full, LOG_INFO, LOG_INT("a", 2));
	assert_int_equal(full.dropped, 2);
	log_close(&full);
	desk->log.torn = true;
	desk->log.dropped = 2;
	log_line(&desk->log, LOG_INFO, LOG_INT("a", 3));
	log_line(&desk->log, LOG_INFO, LOG_INT("a", 4));
	assert_file(desk->path, "\n2026-11-20T13:00:09.114Z ERROR "
				"log=lines_dropped times=2\n"
				"2026-11-20T13:00:09.114Z INFO  a=3\n"
				"2026-11-20T13:00:09.114Z INFO  a=4\n");
}

TEST(a_folder_that_is_not_there_is_an_error_and_stderr_is_used)
{
	struct clock clock = clock_fixed(0);
	struct log log;
	struct err e = {0};

	assert_false(log_open(&log, &clock, "/no/such/folder", "a.log",
			      LOG_INFO, &e));
	assert_string_equal(e.text, "log file /no/such/folder/a.log: No such "
				    "file or directory");
	assert_string_equal(e.hint, "make the folder writable, or set log.dir");
	assert_int_equal(e.class, ERR_PERMANENT);
	assert_int_equal(log.fd, STDERR_FILENO);
	log_reopen(&log);
	log_close(&log);
}

TEST(without_a_folder_lines_go_to_stderr)
{
	struct clock clock = clock_fixed(0);
	char path[] = "/tmp/ob-log-XXXXXX";
	int file = mkstemp(path), kept = dup(STDERR_FILENO);
	struct log log;
	struct err e = {0};

	assert_true(log_open(&log, &clock, "", "a.log", LOG_INFO, &e));
	assert_true(dup2(file, STDERR_FILENO) >= 0);
	log_line(&log, LOG_WARN, LOG_INT("a", 1));
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	(void)close(kept);
	(void)close(file);
	log_close(&log);
	assert_file(path, "1970-01-01T00:00:00.000Z WARN  a=1\n");
	(void)unlink(path);
}

static void
held_lines_go_out_together_or_with_a_warning(void **state)
{
	struct desk *desk = *state;
	struct log *log = &desk->log;

	log_hold(log);
	log_line(log, LOG_INFO, LOG_INT("a", 1));
	log_line(log, LOG_INFO, LOG_INT("a", 2));
	assert_file(desk->path, "");
	log_flush(log);
	assert_file(desk->path, "2026-11-20T13:00:09.114Z INFO  a=1\n"
				"2026-11-20T13:00:09.114Z INFO  a=2\n");
	log_line(log, LOG_INFO, LOG_INT("a", 3));
	log_line(log, LOG_WARN, LOG_INT("a", 4));
	assert_file(desk->path, "2026-11-20T13:00:09.114Z INFO  a=1\n"
				"2026-11-20T13:00:09.114Z INFO  a=2\n"
				"2026-11-20T13:00:09.114Z INFO  a=3\n"
				"2026-11-20T13:00:09.114Z WARN  a=4\n");
}

static void
more_than_a_few_held_lines_go_out_by_themselves(void **state)
{
	struct desk *desk = *state;
	struct stat file;

	log_hold(&desk->log);
	for (int i = 0; i < 1000; i++)
		log_line(&desk->log, LOG_INFO, LOG_INT("a", i));
	assert_return_code(stat(desk->path, &file), 0);
	assert_true(file.st_size > 20000);
}

#define AT_A_DESK(test) \
	cmocka_unit_test_setup_teardown(test, desk_make, desk_remove)

RUN_TESTS(AT_A_DESK(lines_read_as_the_handbook_shows),
	  AT_A_DESK(what_a_value_holds_cannot_break_its_line),
	  AT_A_DESK(secrets_never_reach_the_file_in_any_form),
	  AT_A_DESK(a_secret_is_masked_in_texts_for_other_places),
	  AT_A_DESK(a_secret_that_cannot_be_kept_masks_every_value),
	  AT_A_DESK(a_long_value_is_cut),
	  AT_A_DESK(lines_below_the_level_are_left_out),
	  AT_A_DESK(equal_lines_within_a_second_are_counted),
	  AT_A_DESK(after_logrotate_lines_go_to_the_new_file),
	  AT_A_DESK(held_lines_go_out_together_or_with_a_warning),
	  AT_A_DESK(more_than_a_few_held_lines_go_out_by_themselves),
	  AT_A_DESK(a_full_disk_drops_lines_and_counts_them),
	  cmocka_unit_test(
		  a_folder_that_is_not_there_is_an_error_and_stderr_is_used),
	  cmocka_unit_test(without_a_folder_lines_go_to_stderr))

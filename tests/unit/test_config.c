#include "app/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/unit.h"

/* Writes a file below the build folder and returns its name. */
static const char *
ini(const char *text)
{
	static const char *const name = "test_config.ini";
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return name;
}

static bool
read_text(struct config *config, const char *text, struct err *e)
{
	const struct config_source from = {.file = ini(text)};
	bool ok = config_read(config, &from, e);

	assert_int_equal(unlink("test_config.ini"), 0);
	return ok;
}

TEST(defaults_are_those_of_the_table)
{
	const struct config_source from = {.file = ini("")};
	struct config config;
	struct err e = {0};

	assert_true(config_read(&config, &from, &e));
	assert_int_equal(unlink("test_config.ini"), 0);
	assert_string_equal(config.database.socket, "/run/mysqld/mysqld.sock");
	assert_int_equal(config.database.port, 3306);
	assert_int_equal(config.run.max_seconds, 3300);
	assert_true(config.run.start_workers);
	assert_int_equal(config.log.level, 1);
	assert_int_equal(config.sync.mode, SYNC_SCHEDULED);
	assert_int_equal(config.queue.retry_waits_s[0], 60);
	assert_int_equal(config.queue.retry_waits_s[3], 10800);
	assert_string_equal(config.sync.allowed_status, "active, sell_through");
}

TEST(a_file_may_indent_comment_and_space_as_it_likes)
{
	struct config config;
	struct err e = {0};

	assert_true(read_text(&config,
			      "\xef\xbb\xbf; settings\n"
			      "[database]\n"
			      "  host = db1, db2\n"
			      "\tport=3307\r\n"
			      "\n"
			      "# more\n"
			      "[run]\n"
			      "start_workers : off\n",
			      &e));
	assert_string_equal(config.database.host, "db1, db2");
	assert_int_equal(config.database.port, 3307);
	assert_false(config.run.start_workers);
}

TEST(each_mistake_of_a_file_is_told_with_its_line)
{
	static const struct {
		const char *text, *error, *hint;
	} cases[] = {
		{"[databse]\nhost = a\n",
		 "test_config.ini:2: unknown section [databse]",
		 "did you mean host in [database]?"},
		{"[database]\nhots = a\n",
		 "test_config.ini:2: unknown setting hots in [database]",
		 "did you mean host in [database]?"},
		{"[zebra]\nstripes = 9\n",
		 "test_config.ini:2: unknown section [zebra]",
		 "orderbridge.ini(5) lists every setting"},
		{"host = a\n",
		 "test_config.ini:1: host stands before any [section]",
		 "did you mean host in [database]?"},
		{"[database]\n\nport = abc\n",
		 "test_config.ini:3: database.port: wanted a number from 1 to "
		 "65535, found \"abc\"",
		 "database.port is: port of the hosts"},
		{"[database]\nport = 65536\n",
		 "test_config.ini:2: database.port: wanted a number from 1 to "
		 "65535, found \"65536\"",
		 "database.port is: port of the hosts"},
		{"[database]\nport =\n",
		 "test_config.ini:2: database.port: wanted a number from 1 to "
		 "65535, found \"\"",
		 "database.port is: port of the hosts"},
		{"[log]\nlevel = loud\n",
		 "test_config.ini:2: log.level: wanted debug, info, warn or "
		 "error, found \"loud\"",
		 "log.level is: least serious kind of line that is written"},
		{"[run]\nstart_workers = yes\n",
		 "test_config.ini:2: run.start_workers: wanted on or off, "
		 "found \"yes\"",
		 "run.start_workers is: whether the web responder may start "
		 "workers"},
		{"[sync]\nallowed_status = active, sold\n",
		 "test_config.ini:2: sync.allowed_status: wanted a list of "
		 "active, sell_through, blocked or discontinued, found "
		 "\"active, sold\"",
		 "sync.allowed_status is: states of an item with which it may "
		 "be sold"},
		{"[queue]\nretry_waits_s = 1, 2, 3\n",
		 "test_config.ini:2: queue.retry_waits_s: wanted 4 numbers "
		 "from 0 to 86400, with commas, found \"1, 2, 3\"",
		 "queue.retry_waits_s is: seconds to wait after the first, "
		 "second, third and fourth failure"},
		{"[net]\ntrusted_proxies = 10.0.0.0/33\n",
		 "test_config.ini:2: net.trusted_proxies: wanted a list of "
		 "address ranges (10.0.0.0/8), found \"10.0.0.0/33\"",
		 "net.trusted_proxies is: address ranges whose X-Forwarded-For "
		 "is believed"},
		{"[net]\nallow_private = 127.0.0.1\n",
		 "test_config.ini:2: net.allow_private: wanted a list of "
		 "host=range (shop.lan=10.0.0.0/8), found \"127.0.0.1\"",
		 "net.allow_private is: private or loopback targets that may "
		 "be called, as host=range; loopback ones by http too"},
		{"[mail]\nurl = mail.example\n",
		 "test_config.ini:2: mail.url: wanted an address that begins "
		 "with smtps:// or smtp://, found \"mail.example\"",
		 "mail.url is: mail server; its password: `orderbridge secret "
		 "set mail.password`"},
		{"[setup]\ncode = short\n",
		 "test_config.ini:2: setup.code: wanted a text of at least 12 "
		 "characters, found 5 characters",
		 "setup.code is: lets the setup wizard run while there is no "
		 "user"},
		{"[database]\nport = 1\nname = a\nport = 2\n",
		 "test_config.ini:4: database.port is set twice, first in "
		 "line 2",
		 "remove one of the two lines"},
		{"[window]\nenabled = off\n",
		 "test_config.ini:2: [window] cannot be set: Business Central "
		 "is maintained on Sunday 19:00 to Monday 04:00 UTC, and "
		 "nothing turns the pause off",
		 "remove the section [window]"},
		{"[database]\nport = 3306 ; default\n",
		 "test_config.ini:2: a comment behind a value",
		 "put the comment on a line of its own; a password with \" ;\" "
		 "goes into a file"},
		{"[database]\nname = \"orders\"\n",
		 "test_config.ini:2: database.name: a value stands without "
		 "quotes",
		 "remove the quotes at both ends"},
		{"[database]\nhost\n",
		 "test_config.ini:2: neither [section] nor key = value",
		 "a comment begins with ; or #"},
		{"[database\nhost = a\n",
		 "test_config.ini:1: neither [section] nor key = value",
		 "a comment begins with ; or #"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct config config;
		struct err e = {0};

		assert_false(read_text(&config, cases[i].text, &e));
		assert_string_equal(e.text, cases[i].error);
		assert_string_equal(e.hint, cases[i].hint);
		assert_int_equal(e.code, OB_CONFIG);
	}
}

TEST(an_overlong_line_is_an_error_and_not_two_lines)
{
	struct config config;
	struct err e = {0};
	char text[2000] = "[notify]\nemails = ";

	memset(text + strlen(text), 'a', 1500);
	assert_false(read_text(&config, text, &e));
	assert_non_null(strstr(e.text, "test_config.ini:2: longer than "));
}

TEST(a_named_file_that_is_not_there_is_an_error)
{
	const struct config_source from = {.file = "nowhere.ini"};
	struct config config;
	struct err e = {0};

	assert_false(config_read(&config, &from, &e));
	assert_string_equal(e.text, "nowhere.ini: no such file");
	assert_int_equal(e.code, OB_CONFIG);
}

TEST(flag_beats_environment_beats_file_beats_database)
{
	char *const environment[] = {(char[]){"ORDERBRIDGE_RUN_JOBS=3"},
				     (char[]){"ORDERBRIDGE_LOG_LEVEL=warn"},
				     NULL};
	const struct config_source from = {
		.file = ini("[run]\njobs = 2\nmax_workers = 7\n"
			    "[sync]\noverlap_min = 5\n"),
		.environment = environment};
	struct config config;
	struct err e = {0};
	char text[CONFIG_PATH_MAX];

	assert_true(config_read(&config, &from, &e));
	assert_int_equal(unlink("test_config.ini"), 0);
	assert_int_equal(config.run.jobs, 3);
	assert_true(config_set_flag(&config, "run.jobs", "4", &e));
	assert_true(config_set_stored(&config, "sync.overlap_min", "20", &e));
	assert_true(config_set_stored(&config, "log.level", "debug", &e));
	assert_true(config_set_stored(&config, "sync.batch_size", "600", &e));
	assert_true(config_set_stored(&config, "run.max_workers", "1", &e));
	assert_true(config_set_stored(&config, "net.parallel", "1", &e));
	assert_true(config_set_stored(&config, "epoch", "12", &e));
	assert_int_equal(config.run.jobs, 4);
	assert_int_equal(config.sync.overlap_min, 5); /* the file locks it */
	assert_int_equal(config.log.level, 2);        /* the environment */
	assert_int_equal(config.sync.batch_size, 600);
	assert_int_equal(config.run.max_workers, 7);
	assert_int_equal(config.net.parallel, 4); /* not for screens */
	assert_int_equal(config.net.shop_rate, 10);
	assert_string_equal(config_origin_text(&config,
					       config_key_find("run.jobs"),
					       text, sizeof(text)),
			    "flag");
	assert_string_equal(
		config_origin_text(&config, config_key_find("sync.batch_size"),
				   text, sizeof(text)),
		"database");
	config_origin_text(&config, config_key_find("sync.overlap_min"), text,
			   sizeof(text));
	assert_non_null(strstr(text, "/test_config.ini:5"));
}

TEST(a_misspelt_variable_of_a_section_of_ours_is_an_error)
{
	static const struct {
		const char *variable, *error;
	} cases[] = {
		{"ORDERBRIDGE_DATABASE_HOTS=a",
		 "environment: unknown setting ORDERBRIDGE_DATABASE_HOTS"},
		{"ORDERBRIDGE_DATABASE_PORT=x",
		 "environment ORDERBRIDGE_DATABASE_PORT: database.port: wanted "
		 "a number from 1 to 65535, found \"x\""},
		{"ORDERBRIDGE_WINDOW_OFF=1",
		 "environment: [window] cannot be set: Business Central is "
		 "maintained on Sunday 19:00 to Monday 04:00 UTC, and nothing "
		 "turns the pause off"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char variable[100];
		char *const environment[] = {variable, NULL};
		const struct config_source from = {.file = ini(""),
						   .environment = environment};
		struct config config;
		struct err e = {0};

		(void)snprintf(variable, sizeof(variable), "%s",
			       cases[i].variable);
		assert_false(config_read(&config, &from, &e));
		assert_string_equal(e.text, cases[i].error);
	}
	assert_int_equal(unlink("test_config.ini"), 0);
}

TEST(a_wrong_value_in_the_database_says_how_to_mend_it)
{
	struct config config;
	struct err e = {0};

	assert_true(read_text(&config, "", &e));
	assert_false(config_set_stored(&config, "log.level", "loud", &e));
	assert_string_equal(e.text, "setting in the database: log.level: "
				    "wanted debug, info, warn or error, found "
				    "\"loud\"");
	assert_string_equal(e.hint, "set log.level in the INI file, which "
				    "wins, or mend it under Settings");
}

TEST(passwords_are_never_shown)
{
	struct config config;
	struct err e = {0};
	char text[CONFIG_LIST_MAX];

	assert_true(read_text(&config,
			      "[database]\npassword = hunter22\n"
			      "[net]\nproxy = http://me:pass@proxy.lan:3128\n",
			      &e));
	assert_string_equal(config.database.password, "hunter22");
	assert_string_equal(config_text(&config,
					config_key_find("database.password"),
					text, sizeof(text)),
			    "********");
	assert_string_equal(config_text(&config, config_key_find("net.proxy"),
					text, sizeof(text)),
			    "http://********@proxy.lan:3128");
	assert_string_equal(config_text(&config, config_key_find("setup.code"),
					text, sizeof(text)),
			    "");
}

TEST(the_key_lies_beside_the_file)
{
	struct config config;
	struct err e = {0};

	char *slash;

	assert_true(read_text(&config, "", &e));
	slash = strrchr(config.file, '/');
	assert_non_null(slash);
	memcpy(slash, "/orderbridge.key", sizeof("/orderbridge.key"));
	assert_string_equal(config.secret.key_file, config.file);
}

/* Whoever uncomments every line of the sample gets what he had before. */
TEST(the_sample_reads_back_as_the_defaults)
{
	AUTO(strbuf) sample = STRBUF(100000);
	struct config config;
	struct err e = {0};
	size_t count;
	const struct config_key *key = config_keys(&count);

	config_sample(&sample);
	for (char *at = sample.text; (at = strstr(at, "\n;")) != NULL; at++)
		at[1] = ' ';
	assert_true(read_text(&config, sample.text, &e));
	for (size_t i = 0; i < count; i++) {
		char value[CONFIG_LIST_MAX];

		if (strcmp(key[i].section, "secret") == 0)
			continue; /* beside the file, wherever that is */
		assert_string_equal(
			config_text(&config, &key[i], value, sizeof(value)),
			key[i].fallback);
	}
}

TEST(a_list_is_walked_element_by_element)
{
	const char *list = " a, b ,,c";
	char element[8];

	assert_true(config_list_next(&list, element, sizeof(element)));
	assert_string_equal(element, "a");
	assert_true(config_list_next(&list, element, sizeof(element)));
	assert_string_equal(element, "b");
	assert_true(config_list_next(&list, element, sizeof(element)));
	assert_string_equal(element, "c");
	assert_false(config_list_next(&list, element, sizeof(element)));
}

RUN_TESTS(
	cmocka_unit_test(defaults_are_those_of_the_table),
	cmocka_unit_test(a_file_may_indent_comment_and_space_as_it_likes),
	cmocka_unit_test(each_mistake_of_a_file_is_told_with_its_line),
	cmocka_unit_test(an_overlong_line_is_an_error_and_not_two_lines),
	cmocka_unit_test(a_named_file_that_is_not_there_is_an_error),
	cmocka_unit_test(flag_beats_environment_beats_file_beats_database),
	cmocka_unit_test(a_misspelt_variable_of_a_section_of_ours_is_an_error),
	cmocka_unit_test(a_wrong_value_in_the_database_says_how_to_mend_it),
	cmocka_unit_test(passwords_are_never_shown),
	cmocka_unit_test(the_key_lies_beside_the_file),
	cmocka_unit_test(the_sample_reads_back_as_the_defaults),
	cmocka_unit_test(a_list_is_walked_element_by_element))

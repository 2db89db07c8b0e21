#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "src/cli/local.h"
#include "tests/support/unit.h"

/* The words of a line up to what the shell takes for itself. */
static int
split(char *line, char **word, int room)
{
	char *at = line;
	int count = 0;

	while (count < room) {
		char quote;

		at += strspn(at, " ");
		if (*at == '\0' || strchr("|<>);&", *at) != NULL)
			break;
		quote = *at == '\'' || *at == '"' ? *at++ : ' ';
		word[count++] = at;
		for (; *at != '\0' && *at != quote; at++) {
			/* --filter='a b' */
			if (quote == ' ' && (*at == '\'' || *at == '"')) {
				quote = *at;
				memmove(at, at + 1, strlen(at));
				at--;
			} else if (quote == ' ' && *at == ')') {
				break;
			}
		}
		if (*at == '\0')
			break;
		*at++ = '\0';
	}
	return count;
}

/* A command line, and the words that a call borrows from it. */
struct line {
	char text[400];
	char *word[40];
};

/* Without the program's name: "site list --format=json". */
static bool
parse(struct call *call, struct line *line, const char *text, struct err *e)
{
	int count;

	assert_true(text_copy(line->text, sizeof(line->text), text));
	count = split(line->text, line->word, COUNT_OF(line->word));
	return call_parse(call, count, line->word, e);
}

TEST(values_reach_a_command_typed)
{
	struct call call;
	struct line line;
	struct err e = {0};

	assert_true(parse(
		&call, &line,
		"-c a.ini config show --origin --format=json --fields setting,value",
		&e));
	assert_int_equal(call.action, CALL_RUN);
	assert_string_equal(call.command->name, "config show");
	assert_string_equal(call_text(&call, "config"), "a.ini");
	assert_true(call_switch(&call, "origin"));
	assert_int_equal(call.format, FORMAT_JSON);
	assert_string_equal(call_text(&call, "fields"), "setting,value");
	assert_false(call_given(&call, "quiet"));
}

TEST(a_wrong_line_says_what_and_what_to_do)
{
	static const struct {
		const char *line, *error, *hint;
	} cases[] = {
		{"confg show", "unknown command \"confg show\"",
		 "did you mean: orderbridge config show?"},
		{"config shwo", "unknown command \"config shwo\"",
		 "did you mean: orderbridge config show?"},
		{"rhubarb", "unknown command \"rhubarb\"",
		 "orderbridge help lists every command"},
		{"config", "config: what of it?",
		 "see: orderbridge config --help"},
		{"config show --orign", "config show: unknown flag --orign",
		 "did you mean --origin? See: orderbridge config show --help"},
		{"config show --formt=json",
		 "config show: unknown flag --formt=json",
		 "did you mean --format? See: orderbridge config show --help"},
		{"config show --zebra", "config show: unknown flag --zebra",
		 "see: orderbridge config show --help"},
		{"--zebra config show", "unknown flag --zebra",
		 "see: orderbridge --help"},
		{"config show -x", "config show: unknown flag -x",
		 "see: orderbridge config show --help"},
		{"config show --format=xml",
		 "config show: --format: wanted table, json, csv, yaml, count "
		 "or ids, found \"xml\"",
		 "see: orderbridge config show --help"},
		{"config show --format", "config show: --format wants a value",
		 "write --format=FORMAT"},
		{"config show --format --origin",
		 "config show: --format wants a value",
		 "write --format=FORMAT"},
		{"config show --origin=yes",
		 "config show: --origin takes no value",
		 "see: orderbridge config show --help"},
		{"config show --format=csv --format=json",
		 "config show: --format is given twice", "keep one of them"},
		{"config check --format=json",
		 "config check: --format means nothing to this command",
		 "see: orderbridge config check --help"},
		{"config check --dry-run",
		 "config check: --dry-run means nothing to this command",
		 "see: orderbridge config check --help"},
		{"config check now", "config check: one argument too many: now",
		 "see: orderbridge config check --help"},
		{"completion", "completion: SHELL is missing",
		 "see: orderbridge completion --help"},
		{"completion fish",
		 "completion: SHELL: wanted bash, found \"fish\"",
		 "see: orderbridge completion --help"},
		{"import --site=a --start-date=31.12.2026",
		 "import: --start-date: wanted a date (2026-11-20), found "
		 "\"31.12.2026\"",
		 "see: orderbridge import --help"},
		{"import --site=a --start-date=2026-11-20T13:00Z",
		 "import: --start-date: wanted a date (2026-11-20), found "
		 "\"2026-11-20T13:00Z\"",
		 "see: orderbridge import --help"},
		{"import --site=a --start-date=2026-02-30",
		 "import: --start-date: wanted a date (2026-11-20), found "
		 "\"2026-02-30\"",
		 "see: orderbridge import --help"},
		{"retry --yes", "retry: say what to retry",
		 "--id=, --operation=, --site=, --code=, --sku= or --all"},
		{"config show --fields=,",
		 "config show: --fields: wanted a list with commas, found "
		 "\",\"",
		 "see: orderbridge config show --help"},
		{"config show --config=",
		 "config show: --config: wanted FILE, found \"\"",
		 "see: orderbridge config show --help"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct call call;
		struct line line;
		struct err e = {0};

		assert_false(parse(&call, &line, cases[i].line, &e));
		assert_string_equal(e.text, cases[i].error);
		assert_string_equal(e.hint, cases[i].hint);
		assert_int_equal(exit_status(&e), 2);
	}
}

/* A row of our own, so that every type of flag is met. */
static bool
read_flag(const struct flag *flag, const char *text, struct call_value *value,
	  struct err *e)
{
	*value = (struct call_value){.flag = flag, .text = text};
	return flag_read(value, e);
}

TEST(each_type_of_flag_reads_its_values)
{
	static const struct flag number = {.name = "limit",
					   .type = FLAG_INT,
					   .minimum = 1,
					   .maximum = 100};
	static const struct flag moment = {.name = "since", .type = FLAG_TIME};
	static const struct flag on_off = {.name = "sync", .type = FLAG_ON_OFF};
	struct call_value value;
	struct err e = {0};

	assert_true(read_flag(&number, "100", &value, &e));
	assert_int_equal(value.number, 100);
	assert_true(read_flag(&moment, "2026-11-20", &value, &e));
	assert_int_equal(value.number, INT64_C(1795132800000));
	assert_false(value.is_age);
	assert_true(read_flag(&moment, "48h", &value, &e));
	assert_int_equal(value.number, INT64_C(172800000));
	assert_true(value.is_age);
	assert_true(read_flag(&on_off, "off", &value, &e));
	assert_int_equal(value.number, 0);
	assert_true(read_flag(&on_off, "on", &value, &e));
	assert_int_equal(value.number, 1);
}

TEST(a_wrong_value_names_flag_and_what_was_wanted)
{
	static const struct flag number = {.name = "limit",
					   .type = FLAG_INT,
					   .minimum = 1,
					   .maximum = 100};
	static const struct flag id = {.name = "ID",
				       .type = FLAG_INT,
				       .minimum = 1,
				       .maximum = INT64_MAX};
	static const struct flag moment = {.name = "since", .type = FLAG_TIME};
	static const struct flag on_off = {.name = "sync", .type = FLAG_ON_OFF};
	static const struct {
		const struct flag *flag;
		const char *text, *error;
	} cases[] = {
		{&number, "101",
		 "--limit: wanted a number from 1 to 100, found \"101\""},
		{&number, "5x",
		 "--limit: wanted a number from 1 to 100, found \"5x\""},
		{&number, "",
		 "--limit: wanted a number from 1 to 100, found \"\""},
		{&number, "99999999999999999999",
		 "--limit: wanted a number from 1 to 100, found "
		 "\"99999999999999999999\""},
		{&id, "0", "ID: wanted a number from 1 on, found \"0\""},
		{&moment, "2026-13-01",
		 "--since: wanted a date (2026-11-20), a moment "
		 "(2026-11-20T13:00Z) or an age (90m, 48h, 7d), found "
		 "\"2026-13-01\""},
		{&moment, "5 days",
		 "--since: wanted a date (2026-11-20), a moment "
		 "(2026-11-20T13:00Z) or an age (90m, 48h, 7d), found "
		 "\"5 days\""},
		{&on_off, "yes", "--sync: wanted on or off, found \"yes\""},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct call_value value;
		struct err e = {0};

		assert_false(
			read_flag(cases[i].flag, cases[i].text, &value, &e));
		assert_string_equal(e.text, cases[i].error);
		assert_int_equal(exit_status(&e), 2);
	}
}

TEST(help_is_shown_wherever_it_is_asked_for)
{
	static const struct {
		const char *line, *command, *topic;
	} cases[] = {
		{"--help config show", "config show", ""},
		{"config show --origin -h", "config show", ""},
		{"config show --zebra --help", "config show", ""},
		{"help config show", "config show", ""},
		{"completion --help", "completion", ""},
		{"config --help", NULL, "config"},
		{"--help", NULL, "help"},
		{"help", NULL, "help"},
		{"", NULL, ""},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct call call;
		struct line line;
		struct err e = {0};

		assert_true(parse(&call, &line, cases[i].line, &e));
		assert_int_equal(call.action, CALL_HELP);
		assert_string_equal(call.topic, cases[i].topic);
		if (cases[i].command == NULL)
			assert_null(call.command);
		else
			assert_string_equal(call.command->name,
					    cases[i].command);
	}
}

TEST(help_shows_examples_before_anything_else)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		AUTO(strbuf) help = STRBUF(100000);
		const char *examples, *usage;

		help_add(&help, command, "");
		examples = strstr(help.text, "\nExamples:\n");
		usage = strstr(help.text, "\nUsage:\n");
		assert_non_null(examples);
		assert_non_null(usage);
		assert_true(examples < usage);
	}
}

TEST(help_of_no_command_is_wider_than_a_terminal)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		AUTO(strbuf) help = STRBUF(100000);

		help_add(&help, command, "");
		for (const char *line = help.text; *line != '\0';) {
			const size_t length = strcspn(line, "\n");

			/* An example stands in one piece, to be copied. */
			if (length > 80 &&
			    strncmp(line, "  orderbridge", 13) != 0)
				fail_msg("%s: %.*s", command->name, (int)length,
					 line);
			line += length + 1;
		}
	}
}

TEST(every_example_of_every_command_is_a_line_that_it_takes)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		assert_non_null(command->examples);
		assert_non_null(command->examples[0].line);
		for (size_t j = 0; command->examples[j].line != NULL; j++) {
			const char *text = command->examples[j].line;
			const char *program = strstr(text, "orderbridge ");
			struct call call;
			struct line line;
			struct err e = {0};

			assert_non_null(program);
			if (!parse(&call, &line,
				   program + strlen("orderbridge "), &e))
				fail_msg("%s: %s", text, e.text);
			assert_int_equal(call.action, CALL_RUN);
			assert_ptr_equal(call.command, command);
		}
	}
}

static void
check_flags(const struct command *command, const struct flag *flag,
	    bool is_argument)
{
	for (; flag != NULL && flag->name != NULL; flag++) {
		const size_t length = strlen(flag->help);

		assert_int_equal(flag_is_argument(flag), is_argument);
		if (length == 0 || flag->help[length - 1] == '.')
			fail_msg("%s: help of %s", command->name, flag->name);
		if (!is_argument && flag->type != FLAG_SWITCH &&
		    flag->type != FLAG_ON_OFF && flag->words == NULL &&
		    flag->value == NULL)
			fail_msg("%s: value of %s", command->name, flag->name);
		if (flag->type == FLAG_INT && flag->maximum == 0)
			fail_msg("%s: range of %s", command->name, flag->name);
		if (flag->type == FLAG_WORD && flag->words == NULL)
			fail_msg("%s: words of %s", command->name, flag->name);
		if (flag->complete != NULL)
			assert_non_null(command_find(flag->complete));
		if (flag->setting != NULL)
			assert_non_null(config_key_find(flag->setting));
	}
}

TEST(every_row_of_the_table_is_whole)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		const size_t length = strlen(command->summary);

		if (length > 55 || command->summary[length - 1] == '.')
			fail_msg("summary of %s", command->name);
		assert_ptr_equal(command_find(command->name), command);
		assert_non_null(command->run);
		check_flags(command, command->arguments, true);
		check_flags(command, command->flags, false);
	}
}

TEST(the_program_alone_shows_the_twelve_commonest_commands)
{
	const struct command *command;
	size_t common = 0;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++)
		common += (command->traits & IS_COMMON) != 0;
	assert_int_equal(common, 12);
}

TEST(completion_knows_every_command_and_flag)
{
	AUTO(strbuf) script = STRBUF((size_t)1 << 20);
	const struct command *command;
	struct err e = {0};

	completion_bash(&script);
	assert_true(strbuf_check(&script, &e));
	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		const struct flag *flag = command->flags;

		assert_non_null(strstr(script.text, command->name));
		for (; flag != NULL && flag->name != NULL; flag++)
			assert_non_null(strstr(script.text, flag->name));
	}
}

TEST(exit_statuses_are_those_of_the_manual)
{
	static const struct {
		enum err_class class;
		enum code code;
		const char *text;
		int status;
	} cases[] = {
		{ERR_NONE, CODE_NONE, "", 0},
		{ERR_INPUT, CODE_NONE, "bad date", 2},
		{ERR_MISSING, CODE_NONE, "no site zebra", 3},
		{ERR_MISSING, OB_WEBSHOP_NOT_FOUND, "gone", 3},
		{ERR_CONFLICT, CODE_NONE, "somebody changed it", 1},
		{ERR_DENIED, OB_AUTH_FAILED, "token refused", 1},
		{ERR_PERMANENT, CODE_NONE, "refused", 1},
		{ERR_UNKNOWN, CODE_NONE, "no answer to a POST", 1},
		{ERR_FATAL, CODE_NONE, "disk full", 1},
		{ERR_TEMPORARY, OB_DATABASE, "gone away", 69},
		{ERR_TEMPORARY, OB_NETWORK, "no route", 69},
		{ERR_TEMPORARY, OB_BC_DOWN, "503", 69},
		{ERR_TEMPORARY, CODE_NONE, "try later", 69},
		{ERR_TEMPORARY, CODE_NONE, "rows: out of memory", 71},
		{ERR_TEMPORARY, OB_WINDOW, "maintenance", 75},
		{ERR_CONFLICT, OB_LEASE_LOST, "lease lost", 75},
		{ERR_INPUT, OB_CONFIG, "unknown section", 78},
		{ERR_DENIED, OB_CONFIG, "key file readable", 78},
		{ERR_PERMANENT, OB_SECRET_UNDECRYPTABLE, "key gone", 78},
		{ERR_FATAL, OB_SCHEMA, "schema 3, wanted 4", 78},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = {0};

		err_set(&e, cases[i].class, "%s", cases[i].text);
		err_as(&e, cases[i].code);
		assert_int_equal(exit_status(&e), cases[i].status);
	}
}

TEST(an_error_tells_what_to_do_in_a_second_line)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct err e = {0};

	err_set(&e, ERR_INPUT, "unknown flag --x");
	err_hint(&e, "see: orderbridge --help");
	error_print(&e, out, false);
	err_set(&e, ERR_TEMPORARY, "no answer");
	err_as(&e, OB_LOCK);
	error_print(&e, out, false);
	err_set(&e, ERR_PERMANENT, "nothing to say");
	error_print(&e, out, true);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text,
			    "orderbridge: unknown flag --x\n"
			    "  Fix: see: orderbridge --help\n"
			    "orderbridge: no answer\n"
			    "  Fix: nothing, it is tried again by itself\n"
			    "\033[1;31morderbridge:\033[0m nothing to say\n");
	free(text);
}

TEST(colours_follow_terminal_environment_and_flag)
{
	static const struct {
		const char *variable;
		bool is_terminal, no_color, wanted;
	} cases[] = {
		{"A=b", true, false, true},
		{"A=b", false, false, false},
		{"A=b", true, true, false},
		{"NO_COLOR=1", true, false, false},
		{"NO_COLOR=", true, false, true},
		{"TERM=dumb", true, false, false},
		{"CLICOLOR_FORCE=1", false, false, true},
		{"CLICOLOR_FORCE=0", false, false, false},
		{"CLICOLOR_FORCE=1", false, true, false},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char variable[40];
		char *const environment[] = {variable, NULL};

		(void)snprintf(variable, sizeof(variable), "%s",
			       cases[i].variable);
		assert_int_equal(color_wanted(environment, cases[i].is_terminal,
					      cases[i].no_color),
				 cases[i].wanted);
	}
}

TEST(a_question_that_nobody_can_answer_names_the_flag)
{
	struct call call = {.err = stderr};
	struct err e = {0};

	assert_false(call_confirm(&call, &e, "Delete?"));
	assert_string_equal(e.text, "this asks before it acts, and nobody can "
				    "answer here");
	assert_string_equal(e.hint, "add --yes when you are sure");
	assert_int_equal(exit_status(&e), 2);
}

RUN_TESTS(
	cmocka_unit_test(values_reach_a_command_typed),
	cmocka_unit_test(a_wrong_line_says_what_and_what_to_do),
	cmocka_unit_test(each_type_of_flag_reads_its_values),
	cmocka_unit_test(a_wrong_value_names_flag_and_what_was_wanted),
	cmocka_unit_test(help_is_shown_wherever_it_is_asked_for),
	cmocka_unit_test(help_shows_examples_before_anything_else),
	cmocka_unit_test(help_of_no_command_is_wider_than_a_terminal),
	cmocka_unit_test(
		every_example_of_every_command_is_a_line_that_it_takes),
	cmocka_unit_test(every_row_of_the_table_is_whole),
	cmocka_unit_test(the_program_alone_shows_the_twelve_commonest_commands),
	cmocka_unit_test(completion_knows_every_command_and_flag),
	cmocka_unit_test(exit_statuses_are_those_of_the_manual),
	cmocka_unit_test(an_error_tells_what_to_do_in_a_second_line),
	cmocka_unit_test(colours_follow_terminal_environment_and_flag),
	cmocka_unit_test(a_question_that_nobody_can_answer_names_the_flag))

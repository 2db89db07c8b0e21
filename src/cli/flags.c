#include "cli/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

static const char *const formats[] = {"table", "json", "csv", "yaml",
				      "count", "ids",  NULL};

static const struct flag globals[] = {
	{.name = "config",
	 .letter = 'c',
	 .type = FLAG_FILE,
	 .value = "FILE",
	 .help = "settings file, instead of the places of orderbridge.ini(5)"},
	{.name = "format",
	 .type = FLAG_WORD,
	 .value = "FORMAT",
	 .words = formats,
	 .help = "table, json, csv, yaml, count, or ids (one a line)"},
	{.name = "fields",
	 .type = FLAG_LIST,
	 .value = "A,B",
	 .help = "only these columns, in this order"},
	{.name = "yes", .type = FLAG_SWITCH, .help = "answer yes to questions"},
	{.name = "dry-run",
	 .type = FLAG_SWITCH,
	 .help = "say what would happen, change nothing"},
	{.name = "quiet",
	 .letter = 'q',
	 .type = FLAG_SWITCH,
	 .help = "no words and no progress, only data and errors"},
	{.name = "verbose",
	 .letter = 'v',
	 .type = FLAG_SWITCH,
	 .help = "say more"},
	{.name = "no-color", .type = FLAG_SWITCH, .help = "no colours"},
	{.name = "utc",
	 .type = FLAG_SWITCH,
	 .help = "times in UTC, which they are anyway"},
	{.name = "help",
	 .letter = 'h',
	 .type = FLAG_SWITCH,
	 .help = "show help, examples first"},
	{.name = "version", .type = FLAG_SWITCH, .help = "show the version"},
	{0},
};

const struct flag *
command_globals(void)
{
	return globals;
}

bool
command_takes(const struct command *command, const struct flag *global)
{
	unsigned trait = 0;

	if (strcmp(global->name, "format") == 0 ||
	    strcmp(global->name, "fields") == 0)
		trait = TAKES_FORMAT;
	else if (strcmp(global->name, "yes") == 0)
		trait = TAKES_YES;
	else if (strcmp(global->name, "dry-run") == 0)
		trait = TAKES_DRY_RUN;
	return trait == 0 || (command->traits & trait) != 0;
}

bool
flag_is_argument(const struct flag *flag)
{
	return flag->name[0] >= 'A' && flag->name[0] <= 'Z';
}

const char *
flag_shown(const struct flag *flag, char out[FLAG_SHOWN_MAX])
{
	(void)snprintf(out, FLAG_SHOWN_MAX, "%s%s",
		       flag_is_argument(flag) ? "" : "--", flag->name);
	return out;
}

static bool
wrong_value(const struct flag *flag, const char *wanted, const char *found,
	    struct err *e)
{
	char name[FLAG_SHOWN_MAX];

	return err_set(e, ERR_INPUT, "%s: wanted %s, found \"%.100s\"",
		       flag_shown(flag, name), wanted, found);
}

static bool
read_int(const struct flag *flag, struct call_value *value, struct err *e)
{
	char wanted[80];
	char *end;

	errno = 0;
	value->number = strtoll(value->text, &end, 10);
	if (errno == 0 && end != value->text && *end == '\0' &&
	    value->number >= flag->minimum && value->number <= flag->maximum)
		return true;
	if (flag->maximum == INT64_MAX)
		(void)snprintf(wanted, sizeof(wanted),
			       "a number from %" PRId64 " on", flag->minimum);
	else
		(void)snprintf(wanted, sizeof(wanted),
			       "a number from %" PRId64 " to %" PRId64,
			       flag->minimum, flag->maximum);
	return wrong_value(flag, wanted, value->text, e);
}

/* "90m", "48h", "7d": so long before now. */
static bool
read_age(const char *text, int64_t *out)
{
	static const struct {
		char letter;
		int64_t ms;
	} units[] = {{'m', MINUTE}, {'h', HOUR}, {'d', DAY}};
	const size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 6 || text[digits] == '\0' ||
	    text[digits + 1] != '\0')
		return false;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (text[digits] == units[i].letter) {
			*out = strtoll(text, NULL, 10) * units[i].ms;
			return true;
		}
	}
	return false;
}

static bool
read_time(const struct flag *flag, struct call_value *value, struct err *e)
{
	value->is_age = read_age(value->text, &value->number);
	if (value->is_age || time_parse(value->text, &value->number, e))
		return true;
	return wrong_value(flag,
			   "a date (2026-11-20), a moment "
			   "(2026-11-20T13:00Z) or an age (90m, 48h, 7d)",
			   value->text, e);
}

static bool
read_date(const struct flag *flag, const struct call_value *value,
	  struct err *e)
{
	utc_ms day;

	/* A moment has a zone of its own, which would be lost. */
	if (strlen(value->text) == strlen("2026-11-20") &&
	    time_parse(value->text, &day, e))
		return true;
	return wrong_value(flag, "a date (2026-11-20)", value->text, e);
}

static bool
word_index(const char *const *words, const char *text, int64_t *out)
{
	for (int64_t i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

static bool
wrong_word(const struct flag *flag, const char *found, struct err *e)
{
	AUTO(strbuf) wanted = STRBUF(400);

	for (const char *const *word = flag->words; *word != NULL; word++) {
		if (word != flag->words)
			strbuf_add(&wanted, word[1] ? ", " : " or ");
		strbuf_add(&wanted, *word);
	}
	return wrong_value(flag, wanted.text, found, e);
}

static bool
read_list(const struct flag *flag, const char *text, struct err *e)
{
	char element[128];
	int64_t index;

	if (text[strspn(text, ", ")] == '\0')
		return wrong_value(flag, "a list with commas", text, e);
	while (config_list_next(&text, element, sizeof(element)))
		if (flag->words != NULL &&
		    !word_index(flag->words, element, &index))
			return wrong_word(flag, element, e);
	return true;
}

bool
flag_read(struct call_value *value, struct err *e)
{
	static const char *const on_off[] = {"off", "on", NULL};
	const struct flag *flag = value->flag;

	switch (flag->type) {
	case FLAG_SWITCH:
		return true;
	case FLAG_INT:
		return read_int(flag, value, e);
	case FLAG_TIME:
		return read_time(flag, value, e);
	case FLAG_DATE:
		return read_date(flag, value, e);
	case FLAG_ON_OFF:
		return word_index(on_off, value->text, &value->number) ||
		       wrong_value(flag, "on or off", value->text, e);
	case FLAG_WORD:
		return word_index(flag->words, value->text, &value->number) ||
		       wrong_word(flag, value->text, e);
	case FLAG_LIST:
		return read_list(flag, value->text, e);
	case FLAG_TEXT:
	case FLAG_FILE:
		break;
	}
	return flag->empty || value->text[0] != '\0' ||
	       wrong_value(flag, flag->value, value->text, e);
}

static const struct call_value *
value_find(const struct call *call, const char *name, size_t index)
{
	for (size_t i = 0; i < call->values; i++)
		if (strcmp(call->value[i].flag->name, name) == 0 &&
		    index-- == 0)
			return &call->value[i];
	return NULL;
}

bool
call_given(const struct call *call, const char *name)
{
	return value_find(call, name, 0) != NULL;
}

const char *
call_text(const struct call *call, const char *name)
{
	return call_text_at(call, name, 0);
}

const char *
call_text_at(const struct call *call, const char *name, size_t index)
{
	const struct call_value *value = value_find(call, name, index);

	return value != NULL ? value->text : "";
}

size_t
call_count(const struct call *call, const char *name)
{
	size_t count = 0;

	while (value_find(call, name, count) != NULL)
		count++;
	return count;
}

int64_t
call_int(const struct call *call, const char *name, int64_t otherwise)
{
	const struct call_value *value = value_find(call, name, 0);

	return value != NULL ? value->number : otherwise;
}

bool
call_switch(const struct call *call, const char *name)
{
	return call_given(call, name);
}

bool
call_on_off(const struct call *call, const char *name, bool otherwise)
{
	return call_int(call, name, otherwise) != 0;
}

size_t
call_word(const struct call *call, const char *name, size_t otherwise)
{
	return (size_t)call_int(call, name, (int64_t)otherwise);
}

utc_ms
call_time(const struct call *call, const char *name, utc_ms now)
{
	const struct call_value *value = value_find(call, name, 0);

	if (value == NULL)
		return 0;
	return value->is_age ? now - value->number : value->number;
}

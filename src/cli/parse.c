#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

static const struct flag *
flag_named(const struct flag *flag, const char *name, size_t length)
{
	for (; flag != NULL && flag->name != NULL; flag++)
		if (strlen(flag->name) == length &&
		    strncmp(flag->name, name, length) == 0)
			return flag;
	return NULL;
}

/* One command line on its way into a call. */
struct parser {
	struct call *out;
	char *const *word;
	int count, at;
	bool lenient; /* only help is wanted: nothing else may get in its way */
};

static bool
add_value(struct parser *in, const struct flag *flag, const char *text,
	  struct err *e)
{
	struct call *out = in->out;
	struct call_value *value = &out->value[out->values];

	if (in->lenient)
		return true;
	if (out->values == CALL_VALUES_MAX) {
		err_set(e, ERR_INPUT, "more than %d flags and arguments",
			CALL_VALUES_MAX);
		return err_hint(e, "call the command several times");
	}
	*value = (struct call_value){.flag = flag, .text = text};
	if (!flag_read(value, e))
		return false;
	out->values++;
	return true;
}

/* The nearest of the command's flags and of those that every command takes. */
static const struct flag *
nearest_flag(const struct flag *flags, const char *name, size_t *best)
{
	const struct flag *near = NULL;
	char word[64];

	(void)text_copy(word, sizeof(word), name);
	for (; flags != NULL && flags->name != NULL; flags++) {
		size_t distance = text_distance(word, flags->name);

		if (strlen(word) > 2 && text_starts_nocase(flags->name, word))
			distance = 1;
		if (distance < *best) {
			*best = distance;
			near = flags;
		}
	}
	return near;
}

static bool
unknown_flag(const struct parser *in, const char *name, struct err *e)
{
	const struct command *command = in->out->command;
	size_t best = strlen(name) < 5 ? 3 : 4;
	const struct flag *near = NULL, *other;

	if (command != NULL)
		near = nearest_flag(command->flags, name, &best);
	other = nearest_flag(command_globals(), name, &best);
	if (other != NULL)
		near = other;
	err_set(e, ERR_INPUT, "unknown flag %.60s", in->word[in->at]);
	if (near != NULL)
		return err_hint(e,
				"did you mean --%s? See: orderbridge %s%s"
				"--help",
				near->name, command ? command->name : "",
				command ? " " : "");
	return err_hint(e, "see: orderbridge %s%s--help",
			command ? command->name : "", command ? " " : "");
}

static bool
not_taken(const struct parser *in, const struct flag *flag, struct err *e)
{
	const struct command *command = in->out->command;

	err_set(e, ERR_INPUT, "--%s means nothing to this command", flag->name);
	return err_hint(e, "see: orderbridge %s --help", command->name);
}

/* The value behind "=" or in the next word. */
static bool
flag_value(struct parser *in, const struct flag *flag, const char *equals,
	   const char **out, struct err *e)
{
	*out = equals != NULL ? equals + 1 : "";
	if (flag->type == FLAG_SWITCH && equals != NULL)
		return err_set(e, ERR_INPUT, "--%s takes no value", flag->name);
	if (flag->type == FLAG_SWITCH || equals != NULL)
		return true;
	if (in->at + 1 >= in->count ||
	    strncmp(in->word[in->at + 1], "--", 2) == 0) {
		err_set(e, ERR_INPUT, "--%s wants a value", flag->name);
		return err_hint(e, "write --%s=%s", flag->name, flag->value);
	}
	*out = in->word[++in->at];
	return true;
}

static bool
known_flag(struct parser *in, const struct flag *flag, const char *equals,
	   struct err *e)
{
	const char *text;

	if (!flag_value(in, flag, equals, &text, e))
		return false;
	if (flag->type != FLAG_SWITCH && call_given(in->out, flag->name) &&
	    !in->lenient) {
		err_set(e, ERR_INPUT, "--%s is given twice", flag->name);
		return err_hint(e, "keep one of them");
	}
	return add_value(in, flag, text, e);
}

static bool
long_flag(struct parser *in, struct err *e)
{
	const struct command *command = in->out->command;
	const char *name = in->word[in->at] + 2;
	const char *equals = strchr(name, '=');
	const size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct flag *flag = NULL;
	char word[64];

	if (command != NULL)
		flag = flag_named(command->flags, name, length);
	if (flag == NULL)
		flag = flag_named(command_globals(), name, length);
	if (flag != NULL)
		return known_flag(in, flag, equals, e);
	(void)snprintf(word, sizeof(word), "%.*s",
		       length < 63 ? (int)length : 63, name);
	return in->lenient || unknown_flag(in, word, e);
}

static const struct flag *
flag_lettered(const struct flag *flag, char letter)
{
	for (; flag != NULL && flag->name != NULL; flag++)
		if (flag->letter == letter)
			return flag;
	return NULL;
}

/* "-v", "-c FILE", "-cFILE" */
static bool
short_flag(struct parser *in, struct err *e)
{
	const struct command *command = in->out->command;
	const char *word = in->word[in->at];
	const struct flag *flag = NULL;

	if (command != NULL)
		flag = flag_lettered(command->flags, word[1]);
	if (flag == NULL)
		flag = flag_lettered(command_globals(), word[1]);
	if (flag == NULL || (flag->type == FLAG_SWITCH && word[2] != '\0'))
		return in->lenient || unknown_flag(in, word + 1, e);
	/* Behind the letter, the value stands where "=" would. */
	return known_flag(in, flag, word[2] != '\0' ? word + 1 : NULL, e);
}

/* Words that are no flag: first the command's own, then its arguments. */
static bool
name_word(struct parser *in, struct err *e)
{
	const char *word = in->word[in->at];
	const char *next = in->at + 1 < in->count ? in->word[in->at + 1] : NULL;
	struct call *out = in->out;
	char both[sizeof(out->topic)] = "";

	if (out->topic[0] != '\0')
		(void)snprintf(both, sizeof(both), "%.31s %.31s", out->topic,
			       word);
	else if (next != NULL && next[0] != '-')
		(void)snprintf(both, sizeof(both), "%.31s %.31s", word, next);
	out->command = command_find(both);
	if (out->command != NULL) {
		in->at += out->topic[0] == '\0'; /* both words are read */
		return true;
	}
	if (out->topic[0] == '\0')
		out->command = command_find(word);
	if (out->command != NULL)
		return true;
	if (out->topic[0] == '\0' && command_is_group(word) && both[0] == '\0')
		return text_copy(out->topic, sizeof(out->topic), word);
	if (both[0] == '\0')
		(void)snprintf(both, sizeof(both), "%.63s", word);
	return command_unknown(both, e);
}

static bool
argument_word(struct parser *in, struct err *e)
{
	const struct command *command = in->out->command;
	const struct flag *flag = command->arguments;
	const char *word = in->word[in->at];

	for (; flag != NULL && flag->name != NULL; flag++)
		if (flag->many || !call_given(in->out, flag->name))
			return add_value(in, flag, word, e);
	if (in->lenient)
		return true;
	if (command_is_group(command->name)) {
		char name[64];

		(void)snprintf(name, sizeof(name), "%.31s %.31s", command->name,
			       word);
		return command_unknown(name, e);
	}
	err_set(e, ERR_INPUT, "one argument too many: %.60s", word);
	return err_hint(e, "see: orderbridge %s --help", command->name);
}

static bool
parse_words(struct parser *in, struct err *e)
{
	bool only_arguments = false;

	for (; in->at < in->count; in->at++) {
		const char *word = in->word[in->at];
		bool ok;

		if (!only_arguments && strcmp(word, "--") == 0) {
			only_arguments = true;
			continue;
		}
		if (!only_arguments && strncmp(word, "--", 2) == 0)
			ok = long_flag(in, e);
		else if (!only_arguments && word[0] == '-' && word[1] != '\0')
			ok = short_flag(in, e);
		else if (in->out->command == NULL)
			ok = name_word(in, e);
		else
			ok = argument_word(in, e);
		if (!ok)
			return false;
	}
	return true;
}

/* Everything required is there, and nothing that means nothing here. */
static bool
check_call(const struct parser *in, struct err *e)
{
	const struct call *out = in->out;
	const struct flag *const lists[] = {out->command->arguments,
					    out->command->flags};
	char name[FLAG_SHOWN_MAX];

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		const struct flag *flag = lists[i];

		for (; flag != NULL && flag->name != NULL; flag++) {
			if (!flag->required || call_given(out, flag->name))
				continue;
			return err_set(e, ERR_INPUT, "%s is missing",
				       flag_shown(flag, name));
		}
	}
	for (size_t i = 0; i < out->values; i++)
		if (!command_takes(out->command, out->value[i].flag))
			return not_taken(in, out->value[i].flag, e);
	return true;
}

static bool
asks_for(int count, char *const *word, const char *name, const char *letter)
{
	for (int i = 0; i < count && strcmp(word[i], "--") != 0; i++)
		if (strcmp(word[i], name) == 0 || strcmp(word[i], letter) == 0)
			return true;
	return false;
}

/* "help site add" is "site add --help". */
static bool
begins_with_help(int count, char *const *word)
{
	return count > 0 && strcmp(word[0], "help") == 0;
}

/* Every mistake says where to read on, if it has nothing better. */
static bool
refuse(const struct call *call, struct err *e)
{
	if (call->command == NULL)
		return false;
	if (e->hint[0] == '\0')
		err_hint(e, "see: orderbridge %s --help", call->command->name);
	return err_in(e, "%s", call->command->name);
}

bool
call_parse(struct call *out, int count, char *const *word, struct err *e)
{
	struct parser in = {.out = out, .word = word, .count = count};

	*out = (struct call){.out = stdout, .err = stderr};
	in.at = begins_with_help(count, word);
	in.lenient = in.at == 1 || asks_for(count, word, "--help", "-h");
	if (!in.lenient && asks_for(count, word, "--version", "--version")) {
		out->action = CALL_VERSION;
		return true;
	}
	if (!parse_words(&in, e))
		return refuse(out, e);
	if (in.lenient || (out->command == NULL && out->topic[0] == '\0')) {
		out->action = CALL_HELP;
		if (in.lenient && out->command == NULL && out->topic[0] == '\0')
			(void)text_copy(out->topic, sizeof(out->topic), "help");
		return true;
	}
	if (out->command == NULL) {
		err_set(e, ERR_INPUT, "%s: what of it?", out->topic);
		return err_hint(e, "see: orderbridge %s --help", out->topic);
	}
	if (!check_call(&in, e) ||
	    (out->command->check && !out->command->check(out, e)))
		return refuse(out, e);
	out->format = (enum format)call_word(out, "format", FORMAT_TABLE);
	return true;
}

#include "cli/command.h"

#include <string.h>

#include "local.h"

static void
add_flag_words(struct strbuf *out, const struct command *command,
	       const struct flag *flag)
{
	for (; flag != NULL && flag->name != NULL; flag++)
		if (command_takes(command, flag))
			strbuf_addf(out, " --%s%s", flag->name,
				    flag->type == FLAG_SWITCH ? "" : "=");
}

/* What completes a value: words of the table, files, or ids of a list. */
static void
add_values(struct strbuf *out, const struct flag *flag)
{
	if (flag->type == FLAG_FILE) {
		strbuf_add(out, "_orderbridge_files");
	} else if (flag->type == FLAG_ON_OFF) {
		strbuf_add(out, "_orderbridge_words 'on off'");
	} else if (flag->words != NULL) {
		strbuf_add(out, "_orderbridge_words '");
		for (const char *const *word = flag->words; *word; word++)
			strbuf_addf(out, word == flag->words ? "%s" : " %s",
				    *word);
		strbuf_add(out, "'");
	} else {
		strbuf_addf(out, "_orderbridge_ids '%s'", flag->complete);
	}
}

static bool
has_values(const struct flag *flag)
{
	return flag->type == FLAG_FILE || flag->type == FLAG_ON_OFF ||
	       flag->words != NULL || flag->complete != NULL;
}

static void
add_flag_cases(struct strbuf *out, const struct command *command,
	       const struct flag *flag)
{
	for (; flag != NULL && flag->name != NULL; flag++) {
		if (!has_values(flag) || !command_takes(command, flag))
			continue;
		strbuf_addf(out, "\t\t\t--%s) ", flag->name);
		add_values(out, flag);
		strbuf_add(out, " ;;\n");
	}
}

static void
add_command_case(struct strbuf *out, const struct command *command)
{
	const struct flag *argument = command->arguments;

	strbuf_addf(out, "\t'%s')\n\t\tcase $flag in\n", command->name);
	add_flag_cases(out, command, command->flags);
	add_flag_cases(out, command, command_globals());
	strbuf_add(out, "\t\t\t'') case $cur in\n\t\t\t\t-*) "
			"_orderbridge_words '");
	add_flag_words(out, command, command->flags);
	add_flag_words(out, command, command_globals());
	strbuf_add(out, "' ;;\n");
	strbuf_add(out, "\t\t\t\t*) ");
	if (argument != NULL && argument->name != NULL && has_values(argument))
		add_values(out, argument);
	else
		strbuf_add(out, "_orderbridge_words \"$second\"");
	strbuf_add(out, " ;;\n\t\t\tesac ;;\n\t\tesac ;;\n");
}

static bool
same_first_word(const char *a, const char *b)
{
	const size_t length = strcspn(a, " ");

	return strcspn(b, " ") == length && strncmp(a, b, length) == 0;
}

/* Each first word once: "order" begins commands of two files. */
static void
add_first_words(struct strbuf *out)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		size_t j = 0;

		while (!same_first_word(command_at(j)->name, command->name))
			j++;
		if (j == i)
			strbuf_addf(out, " %.*s",
				    (int)strcspn(command->name, " "),
				    command->name);
	}
	strbuf_add(out, " help");
}

static void
add_group_cases(struct strbuf *out)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		const char *blank = strchr(command->name, ' ');

		if (blank != NULL)
			strbuf_addf(out, "\t\t%.*s) second+=' %s' ;;&\n",
				    (int)(blank - command->name), command->name,
				    blank + 1);
	}
}

void
completion_bash(struct strbuf *out)
{
	const struct command *command;
	bool more = false;

	strbuf_add(
		out,
		"# bash completion of orderbridge, made from its table of "
		"commands\n"
		"_orderbridge_words()\n{\n"
		"\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
		"\t[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n}\n"
		"_orderbridge_files()\n{\n"
		"\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
		"\tcompopt -o filenames\n}\n"
		"# Names from the database, given up after 200 ms.\n"
		"_orderbridge_ids()\n{\n"
		"\t# shellcheck disable=SC2086\n"
		"\t_orderbridge_words \"$(timeout 0.2 orderbridge $1 "
		"--format=ids 2>/dev/null)\"\n}\n"
		"_orderbridge()\n{\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} flag='' command='' "
		"second='' word i\n"
		"\tlocal previous=${COMP_WORDS[COMP_CWORD-1]}\n"
		"\tCOMPREPLY=()\n"
		"\t# readline takes \"=\" for a word of its own\n"
		"\tif [[ $cur == '=' ]]; then flag=$previous cur=''\n"
		"\telif [[ $previous == '=' ]]; then "
		"flag=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n"
		"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		"\t\tword=${COMP_WORDS[i]}\n"
		"\t\t[[ $word != -* && $word != '=' && "
		"${COMP_WORDS[i-1]} != '=' ]] || continue\n"
		"\t\tif [[ -z $command ]]; then command=$word; continue; fi\n"
		"\t\tcase \"$command $word\" in\n\t\t");
	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		if (strchr(command->name, ' ') == NULL)
			continue;
		strbuf_addf(out, "%s'%s'", more ? "|" : "", command->name);
		more = true;
	}
	strbuf_add(out, ") command=\"$command $word\" ;;\n\t\tesac\n"
			"\t\tbreak\n\tdone\n"
			"\tif [[ -z $command ]]; then\n"
			"\t\t_orderbridge_words '");
	add_first_words(out);
	strbuf_add(out, "'\n\t\treturn\n\tfi\n"
			"\tcase $command in\n");
	add_group_cases(out);
	strbuf_add(out, "\tesac\n\tcase $command in\n");
	for (size_t i = 0; (command = command_at(i)) != NULL; i++)
		add_command_case(out, command);
	strbuf_add(out, "\t*) _orderbridge_words \"$second\" ;;\n\tesac\n}\n"
			"complete -F _orderbridge orderbridge\n");
}

/* Writes the manual pages, the sample INI file and bash's script to a folder.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/config.h"
#include "cli/command.h"

static void
write_file(const char *folder, const char *name, struct strbuf *text)
{
	char path[600];
	FILE *file;
	struct err e = {0};

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	if (!strbuf_check(text, &e) || file == NULL ||
	    fputs(text->text, file) < 0 || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
	text->len = 0;
}

int
main(int count, char **word)
{
	AUTO(strbuf) text = STRBUF((size_t)1 << 20);
	const char *folder = count == 2 ? word[1] : ".";
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		char name[100];

		manual_command(&text, command);
		manual_name(command, name, sizeof(name));
		write_file(folder, name, &text);
	}
	manual_main(&text);
	write_file(folder, "orderbridge.1", &text);
	config_manual(&text);
	write_file(folder, "orderbridge.ini.5", &text);
	config_sample(&text);
	write_file(folder, "orderbridge.ini.sample", &text);
	completion_bash(&text);
	write_file(folder, "orderbridge.bash", &text);
	return 0;
}

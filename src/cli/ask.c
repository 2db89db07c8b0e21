#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/command.h"
#include "local.h"

enum { VALUE_MAX = 8192 };

/* Asked for without showing what is typed. */
static bool
ask_value(const struct call *call, const char *name, struct strbuf *out,
	  struct err *e)
{
	char line[VALUE_MAX];
	struct termios as_it_was, silent;
	const char *got;

	if (tcgetattr(STDIN_FILENO, &as_it_was) != 0)
		return err_set(e, ERR_PERMANENT, "the terminal is not one");
	silent = as_it_was;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	/* Before it asks: what is typed at once would be shown, or be lost. */
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	(void)fprintf(call->err, "Value of %s: ", name);
	(void)fflush(call->err);
	got = fgets(line, sizeof(line), stdin);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &as_it_was);
	(void)fputc('\n', call->err);
	if (got != NULL)
		strbuf_add(out, line);
	explicit_bzero(line, sizeof(line));
	return strbuf_check(out, e);
}

bool
call_read_secret(const struct call *call, const char *name, const char *path,
		 struct strbuf *out, struct err *e)
{
	if (path[0] == '\0' && call->can_ask) {
		if (!ask_value(call, name, out, e))
			return false;
	} else if (!call_read(path[0] != '\0' ? path : "-", out, e)) {
		return false;
	}
	/* A file ends in a line break, which is no part of the secret. */
	while (out->len > 0 && (out->text[out->len - 1] == '\n' ||
				out->text[out->len - 1] == '\r'))
		out->text[--out->len] = '\0';
	if (out->len > 0 && strlen(out->text) == out->len)
		return true;
	err_set(e, ERR_INPUT, "%s: the value is empty or no text", name);
	return err_hint(e, "give it by standard input or in a file");
}

#include "cli/command.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/row_out.h"
#include "base/text.h"
#include "local.h"
#include "site/site.h"

void
call_say(const struct call *call, const char *format, ...)
{
	va_list args;

	if (call_switch(call, "quiet"))
		return;
	va_start(args, format);
	(void)vfprintf(call->err, format, args);
	va_end(args);
	(void)fputc('\n', call->err);
}

bool
call_confirm(const struct call *call, struct err *e, const char *question, ...)
{
	char answer[16] = "";
	va_list args;

	if (call_switch(call, "yes"))
		return true;
	if (!call->can_ask) {
		err_set(e, ERR_INPUT,
			"this asks before it acts, and nobody can answer here");
		return err_hint(e, "add --yes when you are sure");
	}
	va_start(args, question);
	(void)vfprintf(call->err, question, args);
	va_end(args);
	(void)fputs(" [y/N] ", call->err);
	(void)fflush(call->err);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	err_set(e, ERR_CONFLICT, "stopped, nothing was changed");
	return err_hint(e, "answer y, or add --yes");
}

bool
call_read(const char *path, struct strbuf *out, struct err *e)
{
	const bool is_input = strcmp(path, "-") == 0;
	FILE *file = is_input ? stdin : fopen(path, "re");
	char block[8192];
	size_t got;
	bool ok;

	if (file == NULL) {
		err_set(e, errno == ENOENT ? ERR_MISSING : ERR_PERMANENT,
			"%.300s: %s", path, strerror(errno));
		return err_hint(e, "name a file that this account can read, or "
				   "- for standard input");
	}
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		strbuf_addn(out, block, got);
	ok = !ferror(file);
	if (!is_input)
		(void)fclose(file);
	if (!ok)
		return err_set(e, ERR_PERMANENT, "%.300s: %s", path,
			       strerror(errno));
	return strbuf_check(out, e) || err_in(e, "%.300s", path);
}

void
call_failed(struct call *call)
{
	if (call->status == 0)
		call->status = 1;
}

const char *
call_text_or_null(const struct call *call, const char *name)
{
	return call_given(call, name) ? call_text(call, name) : NULL;
}

bool
call_take(const struct call *call, const char *flag, char *out, size_t room,
	  struct err *e)
{
	if (!call_given(call, flag) ||
	    text_copy(out, room, call_text(call, flag)))
		return true;
	return err_set(e, ERR_INPUT, "--%s is longer than %zu bytes", flag,
		       room - 1);
}

const char *
call_list_json(const struct call *call, const char *name, struct strbuf *out)
{
	const char *text = call_text(call, name), *before = "[";
	char word[256];

	while (*text != '\0') {
		const size_t length = strcspn(text, ",");

		(void)snprintf(word, sizeof(word), "%.*s", (int)length, text);
		strbuf_add(out, before);
		json_out_text(out, word);
		before = ",";
		text += length + (text[length] == ',');
	}
	strbuf_add(out, *before == '[' ? "[]" : "]");
	return strbuf_text(out);
}

bool
call_site(const struct app *app, const struct call *call, int64_t *id,
	  struct err *e)
{
	AUTO(site) site = {0};

	*id = 0;
	if (!call_given(call, "site"))
		return true;
	if (!site_find(app->db, call_text(call, "site"), &site, e))
		return false;
	*id = site.id;
	return true;
}

const char *
person_name(char out[PERSON_MAX])
{
	const struct passwd *account = getpwuid(geteuid());

	if (account == NULL || !text_copy(out, PERSON_MAX, account->pw_name))
		(void)snprintf(out, PERSON_MAX, "uid %u", geteuid());
	return out;
}

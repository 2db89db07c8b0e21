#include "app/config.h"

#include <string.h>

#include "app/roff.h"

/* Breaks a text at blanks, each line behind "# ". */
static void
add_comment(struct strbuf *out, const char *text)
{
	const size_t width = 76;

	while (*text != '\0') {
		size_t length = strlen(text);

		if (length > width) {
			length = width;
			while (length > 0 && text[length] != ' ')
				length--;
			if (length == 0)
				length = strcspn(text, " ");
		}
		strbuf_addf(out, "# %.*s\n", (int)length, text);
		text += length + strspn(text + length, " ");
	}
}

static const char *
explain(const struct config_key *key, struct strbuf *out)
{
	char wanted[CONFIG_TEXT_MAX];

	strbuf_addf(out, "%s: %s", key->help,
		    config_wanted(key, wanted, sizeof(wanted)));
	return out->text != NULL ? out->text : "";
}

void
config_sample(struct strbuf *out)
{
	size_t count;
	const struct config_key *key = config_keys(&count);
	const char *section = "";

	strbuf_add(out,
		   "# Settings of orderbridge. Each stands at its default; to "
		   "change one, remove the\n"
		   "# semicolon in front of it. Comments need lines of their "
		   "own. The environment\n"
		   "# (ORDERBRIDGE_DATABASE_HOST) and flags of a command win "
		   "over this file.\n");
	for (size_t i = 0; i < count; i++) {
		AUTO(strbuf) text = STRBUF(1024);

		if (strcmp(section, key[i].section) != 0)
			strbuf_addf(out, "\n[%s]\n", key[i].section);
		section = key[i].section;
		add_comment(out, explain(&key[i], &text));
		strbuf_addf(out, ";%s =%s%s\n", key[i].key,
			    key[i].fallback[0] ? " " : "", key[i].fallback);
	}
}

static void
manual_key(struct strbuf *out, const struct config_key *key)
{
	AUTO(strbuf) text = STRBUF(1024);

	explain(key, &text);
	if (key->fallback[0] != '\0')
		strbuf_addf(&text, ". Default: %s", key->fallback);
	if (key->flags & CONFIG_ON_SCREEN)
		strbuf_add(&text, ". Can also be changed on screen");
	strbuf_add(&text, ".");
	roff_term(out, key->key, text.text ? text.text : "");
}

void
config_manual(struct strbuf *out)
{
	size_t count;
	const struct config_key *key = config_keys(&count);
	const char *section = "";

	roff_title(out, "orderbridge.ini", "5");
	roff_section(out, "NAME");
	roff_text(out, "orderbridge.ini - settings of orderbridge\n");
	roff_section(out, "DESCRIPTION");
	roff_paragraph(out,
		       "The file is the one named by `--config`, else by the "
		       "environment's `ORDERBRIDGE_CONFIG`, else the first of "
		       "`./orderbridge.ini`, `~/orderbridge/orderbridge.ini`, "
		       "`../private/orderbridge.ini` beside the program, and "
		       "`/etc/orderbridge/orderbridge.ini`.");
	roff_paragraph(
		out,
		"Lines are `key = value` below a `[section]`; a comment "
		"begins with # or ; and has a line of its own. Values stand "
		"without quotes, lists with commas.");
	roff_paragraph(
		out,
		"A flag of a command wins over the environment (`database.host` "
		"is `ORDERBRIDGE_DATABASE_HOST` there), that over this file, "
		"this file over what was changed on screen, and that over the "
		"default. `orderbridge config show --origin` tells where each "
		"value comes from. An unknown section or key, a value out of "
		"range and a key that stands twice are errors.");
	roff_paragraph(
		out, "Business Central's weekly maintenance (Sunday 19:00 to "
		     "Monday 04:00 UTC) is no setting: nothing turns the pause "
		     "off. Passwords of shops and services are no settings "
		     "either: see `orderbridge secret set`.");
	for (size_t i = 0; i < count; i++) {
		if (strcmp(section, key[i].section) != 0) {
			strbuf_addf(out, ".SH [%s]\n", key[i].section);
			section = key[i].section;
		}
		manual_key(out, &key[i]);
	}
	roff_section(out, "SEE ALSO");
	strbuf_add(out, ".BR orderbridge (1)\n");
}

#ifndef OB_CLI_COMMAND_H
#define OB_CLI_COMMAND_H

/*
 * The command line as a table: a command's row says its words, arguments,
 * flags, help and what it needs; parsing, --help, completion and the manual
 * pages follow from it. A command's function gets typed values, never a raw
 * argument.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "app/app.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"

enum flag_type {
	FLAG_SWITCH, /* there or not */
	FLAG_TEXT,
	FLAG_FILE, /* a path; "-" is standard input or output */
	FLAG_INT,  /* minimum to maximum */
	FLAG_TIME, /* 2026-11-20, 2026-11-20T13:00Z, or an age: 90m, 48h, 7d */
	FLAG_DATE, /* 2026-11-20, a day in a zone that its reader knows */
	FLAG_ON_OFF,
	FLAG_WORD, /* one of words */
	FLAG_LIST, /* comma-separated; of words where there are some */
};

/* One flag ("since" of --since) or one argument ("CODE"). */
struct flag {
	const char *name;
	enum flag_type type;
	const char *value;        /* what help shows for the value: "DATE" */
	const char *help;         /* one line, no full stop */
	const char *const *words; /* ended by NULL */
	int64_t minimum, maximum;
	const char *setting; /* "run.jobs": the value goes there as well */
	const char
		*complete; /* the command whose ids complete it: "site list" */
	bool required;
	bool many;   /* an argument that may come several times */
	bool empty;  /* "" may stand there, to empty a field */
	char letter; /* 'c' of -c */
};

struct example {
	const char *line; /* "orderbridge site list --format=json" */
	const char *does; /* "every site, for a script" */
};

enum {
	NEEDS_CONFIG = 1,
	NEEDS_DATABASE = 2 | NEEDS_CONFIG, /* connected, right schema */
	NEEDS_SECRETS = 4 | NEEDS_CONFIG,
	TAKES_FORMAT = 8,   /* prints data: --format, --fields */
	TAKES_DRY_RUN = 16, /* --dry-run changes nothing */
	TAKES_YES = 32,     /* asks a question, which --yes answers */
	IS_COMMON = 64,     /* shown by `orderbridge` alone */
	/* What it did goes into the audit trail, which needs the key file. */
	IS_CHANGE = 128 | NEEDS_DATABASE | NEEDS_SECRETS,
	/* A change of several transactions; others are one with their entry. */
	IS_STEPS = 256 | IS_CHANGE,
};

/* The lists of a row. */
#define FLAGS(...)    ((const struct flag[]){__VA_ARGS__, {0}})
#define EXAMPLES(...) ((const struct example[]){__VA_ARGS__, {0}})
#define WORDS(...)    ((const char *const[]){__VA_ARGS__, NULL})

struct call;

/* Rows are ended by one without a name, and so are their lists. */
struct command {
	const char *name;        /* "site add" */
	const char *summary;     /* one line, for lists */
	const char *description; /* paragraphs, or NULL */
	const struct flag *arguments;
	const struct flag *flags;
	const struct example *examples;
	unsigned traits; /* NEEDS_, TAKES_, IS_ */
	/* The switch without which one that IS_CHANGE only looks, or NULL. */
	const char *change_flag;
	/* Mistakes that show in the line alone, told before anything is opened;
	 * may be NULL. */
	bool (*check)(const struct call *call, struct err *e);
	/* False: e says why. What finished with failures calls call_failed().
	 */
	bool (*run)(struct app *app, struct call *call, struct err *e);
};

enum format {
	FORMAT_TABLE,
	FORMAT_JSON,
	FORMAT_CSV,
	FORMAT_YAML,
	FORMAT_COUNT,
	FORMAT_IDS,
};

enum call_action { CALL_RUN, CALL_HELP, CALL_VERSION };

#define CALL_VALUES_MAX 64

struct call_value {
	const struct flag *flag; /* of the command's row, or a global one */
	const char *text;        /* borrowed from argv */
	int64_t number;          /* of INT, ON_OFF, WORD (index), TIME */
	bool is_age;             /* TIME: number is milliseconds before now */
};

/* One command line, read. */
struct call {
	enum call_action action;
	const struct command *command; /* NULL: help on topic, or overview */
	char topic[64];                /* "site" of `orderbridge site --help` */
	struct call_value value[CALL_VALUES_MAX];
	size_t values;
	enum format format;
	FILE *out, *err; /* data; words and progress */
	bool color_out, color_err;
	bool out_is_terminal, err_is_terminal, can_ask;
	int status; /* exit status of a run that returned true */
};

/*
 * Reads a command line (without the program's name). ERR_INPUT suggests the
 * nearest command or flag. Streams and colours are the caller's to set.
 */
MUST_CHECK bool call_parse(struct call *out, int count, char *const *word,
			   struct err *e);

/* By name of a flag or argument in the command's row, or of a global flag. */
bool call_given(const struct call *call, const char *name);
/* "" when it was not given. */
const char *call_text(const struct call *call, const char *name);
int64_t call_int(const struct call *call, const char *name, int64_t otherwise);
bool call_switch(const struct call *call, const char *name);
bool call_on_off(const struct call *call, const char *name, bool otherwise);
/* The index of the word; otherwise when it was not given. */
size_t call_word(const struct call *call, const char *name, size_t otherwise);
/* An age counts back from now; 0 when it was not given. */
utc_ms call_time(const struct call *call, const char *name, utc_ms now);
/* The value with this index of an argument that may come several times. */
const char *call_text_at(const struct call *call, const char *name,
			 size_t index);
size_t call_count(const struct call *call, const char *name);

/* Words for people on standard error; silent with -q. */
void call_say(const struct call *call, const char *format, ...)
	PRINTF_LIKE(2, 3);
/*
 * Asks before something that cannot be undone. --yes answers; where nobody can
 * be asked it is ERR_INPUT that names --yes; "no" is ERR_CONFLICT.
 */
MUST_CHECK bool call_confirm(const struct call *call, struct err *e,
			     const char *question, ...) PRINTF_LIKE(3, 4);
/* Reads a whole file, or standard input for "-", up to out's ceiling. */
MUST_CHECK bool call_read(const char *path, struct strbuf *out, struct err *e);
/* The run finished, but something in it failed: exit status 1. */
void call_failed(struct call *call);

/* The table. NULL past its end. */
const struct command *command_at(size_t index);
/* NULL when there is no such command. */
const struct command *command_find(const char *name);
/* Whether commands begin with this word: "site". */
bool command_is_group(const char *word);
/* The flags that each command takes, ended by an empty row. */
const struct flag *command_globals(void);
/* Whether a global flag means anything to the command (--format, --yes). */
bool command_takes(const struct command *command, const struct flag *global);

/* The exit status of UX 4 for an error; 0 for none. */
int exit_status(const struct err *e);
/* "orderbridge: what" and "  Fix: what to do". */
void error_print(const struct err *e, FILE *out, bool color);
/* NO_COLOR, TERM=dumb, CLICOLOR_FORCE, --no-color and what the stream is. */
bool color_wanted(char *const *environment, bool is_terminal, bool no_color);

/* Help of a call: a command, a group of them, or the overview. */
void help_add(struct strbuf *out, const struct command *command,
	      const char *topic);
/* "orderbridge site add --code=CODE [flags]" */
void help_usage(struct strbuf *out, const struct command *command);
/* "--since=DATE", "CODE": how help and manual write a flag or argument. */
void help_flag(struct strbuf *out, const struct flag *flag, bool is_argument);
void help_version(struct strbuf *out);
/* The script that makes bash complete commands, flags and names. */
void completion_bash(struct strbuf *out);
/* The file of a command's page: "orderbridge-site-add.1". */
void manual_name(const struct command *command, char *out, size_t room);
/* orderbridge(1), and the page of one command. */
void manual_main(struct strbuf *out);
void manual_command(struct strbuf *out, const struct command *command);

/* Reads the line, opens what the command needs, runs it, tells what failed. */
int command_main(int count, char *const *word, char *const *environment);

#endif

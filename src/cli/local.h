#ifndef OB_CLI_LOCAL_H
#define OB_CLI_LOCAL_H

/* What the files of the command line share among themselves. */

#include <stdio.h>

#include "cli/command.h"

struct csv_report;

#define FLAG_SHOWN_MAX 64

/* Arguments are written in capitals: "CODE". */
bool flag_is_argument(const struct flag *flag);
/* "--since" or "CODE": how an error names it; returns out. */
const char *flag_shown(const struct flag *flag, char out[FLAG_SHOWN_MAX]);
/* Turns a value's text into its number, or says what was wanted. */
MUST_CHECK bool flag_read(struct call_value *value, struct err *e);
/* ERR_INPUT that suggests the nearest command. */
bool command_unknown(const char *name, struct err *e);

/* NULL where the flag was not given: what a filter takes for "all". */
const char *call_text_or_null(const struct call *call, const char *name);
/* Copies a flag's value where it was given; ERR_INPUT when it is too long. */
MUST_CHECK bool call_take(const struct call *call, const char *flag, char *out,
			  size_t room, struct err *e);
/* A list's words as JSON, for a statement; out holds it. */
const char *call_list_json(const struct call *call, const char *name,
			   struct strbuf *out);
/* The id of --site=CODE, 0 where it was not given; ERR_MISSING. */
MUST_CHECK bool call_site(const struct app *app, const struct call *call,
			  int64_t *id, struct err *e);

/*
 * A value that must not stand on the command line: from a file, "-" for
 * standard input, or ("") asked for without being shown. The caller wipes out.
 */
MUST_CHECK bool call_read_secret(const struct call *call, const char *name,
				 const char *path, struct strbuf *out,
				 struct err *e);

/* Whether what this call does belongs into the audit trail (IS_CHANGE). */
bool command_notes(const struct call *call);
/*
 * Runs it. A change is written down with it in one transaction, or before it
 * where it is IS_STEPS: from its row and what it was given, "site.enable",
 * "site woo-us", by "cli:maria".
 */
MUST_CHECK bool command_run(struct app *app, struct call *call, struct err *e);

#define PERSON_MAX 81
/* Who runs the command, for what is written down; returns out. */
const char *person_name(char out[PERSON_MAX]);

/* Flags of many commands. */
#define FLAG_LIMIT(text)                                                       \
	{                                                                      \
		.name = "limit", .type = FLAG_INT, .value = "N", .minimum = 1, \
		.maximum = 1000000, .help = (text)                             \
	}
#define FLAG_SITE                                                   \
	{                                                           \
		.name = "site", .type = FLAG_TEXT, .value = "CODE", \
		.help = "only this site", .complete = "site list"   \
	}
#define FLAG_SINCE                                                   \
	{                                                            \
		.name = "since", .type = FLAG_TIME, .value = "TIME", \
		.help = "from this date, moment or age (48h) on"     \
	}
#define FLAG_UNTIL                                                   \
	{                                                            \
		.name = "until", .type = FLAG_TIME, .value = "TIME", \
		.help = "before this date, moment or age"            \
	}

#define CSV_FILE_MAX ((size_t)256 << 20)

/* The file that an export writes: the argument FILE, or standard output. */
struct csv_file {
	FILE *out;
	const char *path;
	bool owned;
};
MUST_CHECK bool csv_file_open(struct csv_file *file, const struct call *call,
			      struct err *e);
/* A csv_write of product/csv_report.h; context: the csv_file. */
bool csv_file_write(void *context, const char *bytes, size_t length,
		    struct err *e);
MUST_CHECK bool csv_file_close(struct csv_file *file, struct err *e);
void csv_file_end(struct csv_file *file);
/* Mistakes and warnings of a file, one a line, on standard error. */
void csv_report_faults(const struct call *call, const char *path,
		       const struct csv_report *report);
/* The counts, or ERR_INPUT when there was a mistake. things: "items". */
MUST_CHECK bool csv_report_tell(const struct call *call, const char *path,
				const char *things,
				const struct csv_report *report, struct err *e);

/* The commands of each cmd_*.c, ended by a row without a name. */
extern const struct command completion_commands[];
extern const struct command config_commands[];
extern const struct command connection_commands[];
extern const struct command doctor_commands[];
extern const struct command error_commands[];
extern const struct command flush_cache_commands[];
extern const struct command item_commands[];
extern const struct command kit_commands[];
extern const struct command logs_commands[];
extern const struct command migrate_commands[];
extern const struct command openapi_commands[];
extern const struct command operation_commands[];
extern const struct command order_commands[];
extern const struct command retry_commands[];
extern const struct command secret_commands[];
extern const struct command user_commands[];
extern const struct command token_commands[];
extern const struct command audit_commands[];
extern const struct command site_commands[];
extern const struct command status_commands[];
extern const struct command sync_commands[];
extern const struct command test_commands[];
extern const struct command verify_commands[];
extern const struct command work_commands[];
extern const struct command import_commands[];
extern const struct command replay_commands[];

#endif

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "local.h"
#include "product/csv_report.h"

static bool
cannot_write(const struct csv_file *file, struct err *e)
{
	err_set(e, ERR_PERMANENT, "%.300s: %s", file->path, strerror(errno));
	return err_hint(e, "name a file that this account can write, with room "
			   "on its disk, or - for standard output");
}

bool
csv_file_open(struct csv_file *file, const struct call *call, struct err *e)
{
	const char *path = call_text(call, "FILE");

	file->path = path[0] != '\0' ? path : "-";
	file->owned = strcmp(file->path, "-") != 0;
	file->out = file->owned ? fopen(path, "we") : call->out;
	if (file->out != NULL)
		return true;
	return cannot_write(file, e);
}

bool
csv_file_write(void *context, const char *bytes, size_t length, struct err *e)
{
	struct csv_file *file = context;

	if (fwrite(bytes, 1, length, file->out) == length)
		return true;
	return cannot_write(file, e);
}

/* A full disk shows only when the last bytes are written. */
bool
csv_file_close(struct csv_file *file, struct err *e)
{
	FILE *out = file->out;

	file->out = NULL;
	if ((file->owned ? fclose(out) : fflush(out)) == 0)
		return true;
	return cannot_write(file, e);
}

void
csv_file_end(struct csv_file *file)
{
	if (file->owned && file->out != NULL)
		(void)fclose(file->out);
	file->out = NULL;
}

static void
tell_faults(const struct call *call, const char *path, const char *word,
	    const struct csv_fault *fault, size_t count)
{
	const size_t kept = count < CSV_FAULTS_MAX ? count : CSV_FAULTS_MAX;

	for (size_t i = 0; i < kept; i++) {
		if (fault[i].line > 0)
			(void)fprintf(call->err, "%s:%zu: %s%s\n", path,
				      fault[i].line, word, fault[i].why);
		else
			(void)fprintf(call->err, "%s%s\n", word, fault[i].why);
	}
	if (count > kept)
		(void)fprintf(call->err, "and %zu more\n", count - kept);
}

void
csv_report_faults(const struct call *call, const char *path,
		  const struct csv_report *report)
{
	tell_faults(call, path, "", report->fault, report->faults);
	if (!call_switch(call, "quiet"))
		tell_faults(call, path, "warning: ", report->warning,
			    report->warnings);
}

bool
csv_report_tell(const struct call *call, const char *path, const char *things,
		const struct csv_report *report, struct err *e)
{
	const struct item_changes *changes = &report->changes;

	csv_report_faults(call, path, report);
	if (report->faults > 0) {
		err_set(e, ERR_INPUT, "%.300s: %zu %s, nothing was written",
			path, report->faults,
			report->faults == 1 ? "mistake" : "mistakes");
		return err_hint(e, "mend the lines above and import the file "
				   "again");
	}
	(void)fprintf(call->out,
		      "%s: %zu new, %zu changed, %zu unchanged, %zu "
		      "removed%s\n",
		      things, changes->added, changes->changed,
		      changes->unchanged, changes->removed,
		      call_switch(call, "dry-run") ? " (dry run)" : "");
	return true;
}

#include "product/csv_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/text.h"

static void note(struct csv_fault *list, size_t *count, size_t line,
		 const char *why, va_list args) PRINTF_LIKE(4, 0);

static void
note(struct csv_fault *list, size_t *count, size_t line, const char *why,
     va_list args)
{
	char text[1024];

	if (*count < CSV_FAULTS_MAX) {
		(void)vsnprintf(text, sizeof(text), why, args);
		list[*count].line = line;
		(void)text_copy(list[*count].why, sizeof(list[*count].why),
				text);
	}
	(*count)++;
}

void
csv_fault(struct csv_report *report, size_t line, const char *why, ...)
{
	va_list args;

	va_start(args, why);
	note(report->fault, &report->faults, line, why, args);
	va_end(args);
}

void
csv_warn(struct csv_report *report, size_t line, const char *why, ...)
{
	va_list args;

	va_start(args, why);
	note(report->warning, &report->warnings, line, why, args);
	va_end(args);
}

static int
compare_lines(const void *left, const void *right)
{
	const struct csv_fault *a = left, *b = right;

	return (a->line > b->line) - (a->line < b->line);
}

void
csv_report_sort(struct csv_report *report)
{
	size_t kept = report->faults < CSV_FAULTS_MAX ? report->faults
						      : CSV_FAULTS_MAX;

	qsort(report->fault, kept, sizeof(*report->fault), compare_lines);
}

void
csv_refuse(struct csv_report *report, size_t line, const struct err *why)
{
	static const char place[] = "line ";
	const char *text = why->text;
	char *end;

	/* The reader begins with "line 7, column 2: "; the report tells the
	 * line itself. */
	if (strncmp(text, place, strlen(place)) == 0) {
		line = strtoul(text + strlen(place), &end, 10);
		text = end + strspn(end, ":, ");
	}
	if (why->hint[0] != '\0')
		csv_fault(report, line, "%s (%s)", text, why->hint);
	else
		csv_fault(report, line, "%s", text);
}

bool
csv_refused(struct csv_report *report, const struct csv *csv, size_t before,
	    const struct err *why)
{
	csv_refuse(report, csv->line, why);
	return csv->at != before;
}

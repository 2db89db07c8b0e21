#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

/* Years of four digits: from 0001-01-01, which is BC's empty date, to 9999. */
static const utc_ms first_ms = -62135596800000, last_ms = 253402300799999;

/*
 * The date of a day since 0000-03-01: years begin in March, so that the day
 * that is not always there comes last. gmtime_r() would do, at several times
 * the cost: a page of a list has hundreds of moments.
 */
static struct tm
date_of(int64_t day)
{
	const int64_t of_era = day % 146097; /* of 400 years */
	const int64_t year =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	const int64_t of_year = of_era - 365 * year - year / 4 + year / 100;
	const int64_t month = (5 * of_year + 2) / 153;

	return (struct tm){
		.tm_mday = (int)(of_year - (153 * month + 2) / 5 + 1),
		.tm_mon = (int)(month < 10 ? month + 2 : month - 10),
		.tm_year =
			(int)(day / 146097 * 400 + year + (month >= 10)) - 1900,
		.tm_wday = (int)((day + 3) % 7),
	};
}

/* The calendar's view of a moment; returns its milliseconds. */
static int
split(utc_ms t, struct tm *out)
{
	const utc_ms kept = t < first_ms ? first_ms : t > last_ms ? last_ms : t;
	const utc_ms since = kept + (utc_ms)719468 * DAY;

	*out = date_of(since / DAY);
	out->tm_hour = (int)(since % DAY / HOUR);
	out->tm_min = (int)(since % HOUR / MINUTE);
	out->tm_sec = (int)(since % MINUTE / SECOND);
	return (int)(since % SECOND);
}

/* Writes so many digits and what follows them; returns where to go on. */
static char *
put(char *at, int value, int digits, char after)
{
	for (int i = digits - 1; i >= 0; i--) {
		at[i] = (char)('0' + value % 10);
		value /= 10;
	}
	at[digits] = after;
	return at + digits + 1;
}

/* "2026-11-20 13:00" and what follows it. */
static char *
put_minute(char *at, const struct tm *t, char separator, char after)
{
	at = put(at, t->tm_year + 1900, 4, '-');
	at = put(at, t->tm_mon + 1, 2, '-');
	at = put(at, t->tm_mday, 2, separator);
	at = put(at, t->tm_hour, 2, ':');
	return put(at, t->tm_min, 2, after);
}

static const char *
print(utc_ms t, char separator, bool fraction, const char *zone,
      char out[TIME_TEXT_MAX])
{
	struct tm calendar;
	int ms = split(t, &calendar);
	char *at = put_minute(out, &calendar, separator, ':');

	at = put(at, calendar.tm_sec, 2, '.');
	at = fraction ? put(at, ms, 3, '\0') - 1 : at - 1;
	memcpy(at, zone, strlen(zone) + 1);
	return out;
}

const char *
time_text(utc_ms t, char out[TIME_TEXT_MAX])
{
	return print(t, 'T', true, "Z", out);
}

const char *
time_text_sql(utc_ms t, char out[TIME_TEXT_MAX])
{
	return print(t, ' ', true, "", out);
}

const char *
time_text_http(utc_ms t, char out[TIME_TEXT_MAX])
{
	struct tm calendar;

	(void)split(t, &calendar);
	(void)strftime(out, TIME_TEXT_MAX, "%a, %d %b %Y %H:%M:%S GMT",
		       &calendar);
	return out;
}

const char *
time_text_plain(utc_ms t, char out[TIME_TEXT_MAX])
{
	return print(t, 'T', false, "", out);
}

const char *
time_text_minute(utc_ms t, char out[TIME_TEXT_MAX])
{
	struct tm calendar;

	(void)split(t, &calendar);
	memcpy(put_minute(out, &calendar, ' ', ' '), "UTC", sizeof("UTC"));
	return out;
}

/* Exactly so many digits, then a number from least to most. */
static bool
take_number(const char **at, int digits, int least, int most, int *out)
{
	int value = 0;

	for (int i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)**at))
			return false;
		value = value * 10 + (**at - '0');
		(*at)++;
	}
	*out = value;
	return value >= least && value <= most;
}

static bool
take(const char **at, char wanted)
{
	if (**at != wanted)
		return false;
	(*at)++;
	return true;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool
take_date(const char **at, struct tm *out)
{
	int year, month, day;

	if (!take_number(at, 4, 1, 9999, &year) || !take(at, '-') ||
	    !take_number(at, 2, 1, 12, &month) || !take(at, '-') ||
	    !take_number(at, 2, 1, days_in_month(year, month), &day))
		return false;
	*out = (struct tm){
		.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
	return true;
}

/* ".1149" is 114 ms. */
static bool
take_fraction(const char **at, int *ms)
{
	int step = 100;

	*ms = 0;
	if (!take(at, '.'))
		return true;
	if (!isdigit((unsigned char)**at))
		return false;
	for (; isdigit((unsigned char)**at); (*at)++) {
		*ms += (**at - '0') * step;
		step /= 10;
	}
	return true;
}

static bool
take_time(const char **at, struct tm *out, int *ms)
{
	return take_number(at, 2, 0, 23, &out->tm_hour) && take(at, ':') &&
	       take_number(at, 2, 0, 59, &out->tm_min) && take(at, ':') &&
	       take_number(at, 2, 0, 59, &out->tm_sec) && take_fraction(at, ms);
}

/* "Z", "+01:00" or nothing. */
static bool
take_offset(const char **at, int *minutes)
{
	bool west = **at == '-';
	int hour, minute;

	*minutes = 0;
	if (**at == '\0' || take(at, 'Z'))
		return true;
	if (!take(at, '+') && !take(at, '-'))
		return false;
	if (!take_number(at, 2, 0, 23, &hour) || !take(at, ':') ||
	    !take_number(at, 2, 0, 59, &minute))
		return false;
	*minutes = (hour * 60 + minute) * (west ? -1 : 1);
	return true;
}

bool
time_parse(const char *text, utc_ms *out, struct err *e)
{
	const char *at = text;
	struct tm when;
	int ms = 0, offset = 0;
	bool good = take_date(&at, &when);

	if (good && (take(&at, 'T') || take(&at, ' ')))
		good = take_time(&at, &when, &ms) && take_offset(&at, &offset);
	if (!good || *at != '\0')
		return err_set(e, ERR_INPUT, "not a date or time: '%.40s'",
			       text);
	*out = (utc_ms)timegm(&when) * SECOND + ms - (utc_ms)offset * MINUTE;
	return true;
}

bool
time_parse_http(const char *text, utc_ms *out, struct err *e)
{
	/* Today's form and both obsolete ones that RFC 9110 5.6.7 asks for. */
	time_t seconds = curl_getdate(text, NULL);

	if (seconds == (time_t)-1)
		return err_set(e, ERR_INPUT, "not an HTTP date: '%.40s'", text);
	*out = (utc_ms)seconds * SECOND;
	return true;
}

const char *
duration_text(int64_t ms, char out[TIME_TEXT_MAX])
{
	static const struct {
		int ms;
		const char *name;
	} unit[] = {{DAY, "d"}, {HOUR, "h"}, {MINUTE, "min"}, {SECOND, "s"}};
	size_t i = 0;
	int first, second = 0;

	if (ms < 0 || ms > last_ms)
		ms = ms < 0 ? 0 : last_ms;
	while (i + 1 < COUNT_OF(unit) && ms < unit[i].ms)
		i++;
	first = (int)(ms / unit[i].ms);
	/* Seconds beside minutes would only flicker: "12 min", not more. */
	if (i < 2)
		second = (int)(ms % unit[i].ms / unit[i + 1].ms);
	if (second > 0)
		(void)snprintf(out, TIME_TEXT_MAX, "%d %s %d %s", first,
			       unit[i].name, second, unit[i + 1].name);
	else
		(void)snprintf(out, TIME_TEXT_MAX, "%d %s", first,
			       unit[i].name);
	return out;
}

#include <string.h>

#include "api/route.h"
#include "base/auto.h"
#include "base/text.h"

enum { SEGMENTS_MAX = 8 };

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
query_decode(char *text, bool plus_is_blank)
{
	char *out = text;

	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '+' && plus_is_blank) {
			*out++ = ' ';
		} else if (*at != '%') {
			*out++ = *at;
		} else {
			const int high = hex(at[1]);
			const int low = high < 0 ? -1 : hex(at[2]);

			if (low < 0 || high * 16 + low == 0)
				return false;
			*out++ = (char)(high * 16 + low);
			at += 2;
		}
	}
	*out = '\0';
	return text_is_utf8(text, (size_t)(out - text));
}

/* The decoded segments of a path; 0: it cannot be one of ours. */
static size_t
split(char *path, char *segment[SEGMENTS_MAX])
{
	size_t count = 0;

	if (*path != '/')
		return 0;
	for (char *at = path; at != NULL;) {
		char *const start = at + 1;

		at = strchr(start, '/');
		if (at != NULL)
			*at = '\0';
		if (count == SEGMENTS_MAX || *start == '\0')
			return 0;
		segment[count++] = start;
	}
	for (size_t i = 0; i < count; i++) {
		if (!query_decode(segment[i], false))
			return 0;
	}
	return count;
}

static bool
fits(const char *pattern, char *const *segment, size_t count,
     const char *part[4])
{
	size_t parts = 0, i = 0;

	for (; *pattern == '/'; i++) {
		const size_t length = strcspn(pattern + 1, "/");

		if (i == count)
			return false;
		if (pattern[1] == '{')
			part[parts++] = segment[i];
		else if (strlen(segment[i]) != length ||
			 memcmp(pattern + 1, segment[i], length) != 0)
			return false;
		pattern += 1 + length;
	}
	return i == count;
}

static void
allow(char out[64], const char *method)
{
	const size_t used = strlen(out);

	if (used + strlen(method) + 3 > 64)
		return;
	if (used > 0)
		memcpy(out + used, ", ", 3);
	memcpy(out + strlen(out), method, strlen(method) + 1);
}

struct match
route_match(const char *method, char *path)
{
	char *segment[SEGMENTS_MAX];
	const size_t count = split(path, segment);
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
	struct match found = {0};

	for (const struct resource *of = resources;
	     count > 0 && of->tag != NULL; of++) {
		for (const struct route *at = of->routes; at->method != NULL;
		     at++) {
			const char *part[4] = {0};

			if (!fits(at->path, segment, count, part))
				continue;
			allow(found.allow, at->method);
			/* "/orders/bulk" stands before "/orders/{id}". */
			if (strcmp(at->method, wanted) != 0 ||
			    found.route != NULL)
				continue;
			found.resource = of;
			found.route = at;
			memcpy(found.part, part, sizeof(part));
		}
	}
	return found;
}

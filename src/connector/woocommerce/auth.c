#include <string.h>

#include "base/text.h"
#include "local.h"

/* The ways to show a key (UPSTREAM-APIS 2.1), in the order of trying. */
static const struct {
	const char *name;
	enum http_auth auth;
	bool by_https_only;
	const char *why;
} ways[] = {
	{"header", HTTP_AUTH_BASIC, false, ""},
	{"query", HTTP_AUTH_QUERY, true,
	 "its web server drops the Authorization header, so key and secret "
	 "go in the address"},
	{"oauth", HTTP_AUTH_OAUTH1, false,
	 "the shop takes itself for one without https, so each request is "
	 "signed (OAuth 1.0a)"},
};

static bool
is_possible(const struct woocommerce *w, size_t way)
{
	return !ways[way].by_https_only ||
	       text_starts_nocase(w->root, "https:");
}

void
woo_auth_set(struct woocommerce *w, const char *name)
{
	w->auth = HTTP_AUTH_BASIC;
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (strcmp(ways[i].name, name) == 0)
			w->auth = is_possible(w, i) ? ways[i].auth
						    : HTTP_AUTH_OAUTH1;
}

const char *
woo_auth_nth(struct woocommerce *w, size_t nth, const char **why)
{
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		if (!is_possible(w, i) || nth-- > 0)
			continue;
		w->auth = ways[i].auth;
		*why = ways[i].why;
		return ways[i].name;
	}
	return NULL;
}

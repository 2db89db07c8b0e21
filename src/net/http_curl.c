#include "net/http.h"

#include <stdlib.h>
#include <string.h>

#include "local.h"

/* Copies the strings, "" for those that are not given. */
static bool
copy_settings(struct http_curl *c, const struct http_settings *from)
{
	const char *text[] = {from->ca_file, from->proxy, from->allow_private,
			      from->user_agent};
	struct http_settings *set = &c->set;

	*set = *from;
	set->parallel = from->parallel ? from->parallel : 1;
	set->timeout_s = from->timeout_s ? from->timeout_s : 120;
	set->connect_timeout_s =
		from->connect_timeout_s ? from->connect_timeout_s : 10;
	set->max_body = from->max_body ? from->max_body : (size_t)32 << 20;
	for (size_t i = 0; i < COUNT_OF(text); i++) {
		c->text[i] = strdup(text[i] ? text[i] : "");
		if (!c->text[i])
			return false;
	}
	set->ca_file = c->text[0];
	set->proxy = c->text[1];
	set->allow_private = c->text[2];
	set->user_agent = c->text[3];
	return true;
}

static bool
open_handles(struct http_curl *c)
{
	size_t parallel = c->set.parallel;

	c->easy = calloc(parallel, sizeof(CURL *));
	c->busy = calloc(parallel, sizeof(bool));
	c->share = curl_share_init();
	c->multi = curl_multi_init();
	if (!c->easy || !c->busy || !c->share || !c->multi)
		return false;
	for (size_t i = 0; i < parallel; i++) {
		c->easy[i] = curl_easy_init();
		if (!c->easy[i])
			return false;
	}
	return curl_share_setopt(c->share, CURLSHOPT_SHARE,
				 CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK;
}

void
http_curl_close(struct http_client *client)
{
	struct http_curl *c = (struct http_curl *)client;

	if (!c)
		return;
	for (size_t i = 0; c->easy && i < c->set.parallel; i++)
		curl_easy_cleanup(c->easy[i]);
	curl_multi_cleanup(c->multi);
	curl_share_cleanup(c->share);
	free(c->easy);
	free(c->busy);
	for (size_t i = 0; i < COUNT_OF(c->text); i++)
		free(c->text[i]);
	free(c);
	curl_global_cleanup();
}

struct http_client *
http_curl_open(const struct http_settings *settings, struct err *e)
{
	struct http_curl *c;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		(void)err_set(e, ERR_FATAL, "libcurl does not start");
		(void)err_hint(e, "libcurl.so.4 of 7.87 or newer is needed");
		return NULL;
	}
	c = calloc(1, sizeof(*c));
	if (!c) {
		curl_global_cleanup();
		(void)err_set(e, ERR_TEMPORARY, "out of memory");
		return NULL;
	}
	c->client.send = http_run;
	if (!copy_settings(c, settings) || !open_handles(c)) {
		http_curl_close((struct http_client *)c);
		(void)err_set(e, ERR_TEMPORARY, "out of memory");
		return NULL;
	}
	return (struct http_client *)c;
}

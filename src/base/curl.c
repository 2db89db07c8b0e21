/*
 * libcurl, loaded when it is first called. It brings thirty libraries along:
 * a third of the memory of a process that answers requests, and a third of the
 * time until it does, though it hardly ever asks anybody anything. Each
 * function hands on to the library's own; without the library it fails as
 * it does without memory.
 */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* The headers have macros of these names. */
#undef curl_easy_getinfo
#undef curl_easy_setopt
#undef curl_share_setopt

#define EACH_CALL(X)           \
	X(easy_cleanup)        \
	X(easy_escape)         \
	X(easy_getinfo)        \
	X(easy_init)           \
	X(easy_reset)          \
	X(easy_setopt)         \
	X(easy_unescape)       \
	X(free)                \
	X(getdate)             \
	X(global_cleanup)      \
	X(global_init)         \
	X(multi_add_handle)    \
	X(multi_cleanup)       \
	X(multi_info_read)     \
	X(multi_init)          \
	X(multi_perform)       \
	X(multi_poll)          \
	X(multi_remove_handle) \
	X(share_cleanup)       \
	X(share_init)          \
	X(share_setopt)        \
	X(slist_append)        \
	X(slist_free_all)      \
	X(url)                 \
	X(url_cleanup)         \
	X(url_get)             \
	X(url_set)

#define MEMBER(name) __typeof__(curl_##name) *name;
static struct {
	bool loaded;
	EACH_CALL(MEMBER)
} curl;

static bool
take(void *library, const char *name, void *place)
{
	void *found = dlsym(library, name);

	memcpy(place, &found, sizeof(found));
	return found != NULL;
}

/* What failed once may work the next time: memory comes back. */
static bool
load(void)
{
	void *library;

	if (curl.loaded)
		return true;
	library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
	if (library == NULL)
		return false;
#define TAKE(name) take(library, "curl_" #name, &curl.name) &&
	curl.loaded = EACH_CALL(TAKE) true;
	if (!curl.loaded)
		(void)dlclose(library);
	return curl.loaded;
}

/* ---- where everything begins */

CURLcode
curl_global_init(long flags)
{
	return load() ? curl.global_init(flags) : CURLE_FAILED_INIT;
}

CURL *
curl_easy_init(void)
{
	return load() ? curl.easy_init() : NULL;
}

CURLM *
curl_multi_init(void)
{
	return load() ? curl.multi_init() : NULL;
}

CURLSH *
curl_share_init(void)
{
	return load() ? curl.share_init() : NULL;
}

CURLU *
curl_url(void)
{
	return load() ? curl.url() : NULL;
}

struct curl_slist *
curl_slist_append(struct curl_slist *list, const char *text)
{
	return load() ? curl.slist_append(list, text) : NULL;
}

char *
curl_easy_escape(CURL *easy, const char *text, int length)
{
	return load() ? curl.easy_escape(easy, text, length) : NULL;
}

char *
curl_easy_unescape(CURL *easy, const char *text, int length, int *out)
{
	return load() ? curl.easy_unescape(easy, text, length, out) : NULL;
}

time_t
curl_getdate(const char *text, const time_t *unused)
{
	return load() ? curl.getdate(text, unused) : -1;
}

/* ---- where it ends, maybe without having begun */

void
curl_global_cleanup(void)
{
	if (curl.loaded)
		curl.global_cleanup();
}

void
curl_easy_cleanup(CURL *easy)
{
	if (curl.loaded)
		curl.easy_cleanup(easy);
}

CURLMcode
curl_multi_cleanup(CURLM *multi)
{
	return curl.loaded ? curl.multi_cleanup(multi) : CURLM_BAD_HANDLE;
}

CURLSHcode
curl_share_cleanup(CURLSH *share)
{
	return curl.loaded ? curl.share_cleanup(share) : CURLSHE_INVALID;
}

void
curl_url_cleanup(CURLU *url)
{
	if (curl.loaded)
		curl.url_cleanup(url);
}

void
curl_slist_free_all(struct curl_slist *list)
{
	if (curl.loaded)
		curl.slist_free_all(list);
}

void
curl_free(void *memory)
{
	if (curl.loaded)
		curl.free(memory);
}

/* ---- whoever has a handle has the library */

void
curl_easy_reset(CURL *easy)
{
	curl.easy_reset(easy);
}

/* The option's number tells what is given with it. */
CURLcode
curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	const unsigned type = option - option % CURLOPTTYPE_OBJECTPOINT;
	CURLcode code;
	va_list given;

	va_start(given, option);
	if (type == CURLOPTTYPE_LONG)
		code = curl.easy_setopt(easy, option, va_arg(given, long));
	else if (type == CURLOPTTYPE_OFF_T)
		code = curl.easy_setopt(easy, option,
					va_arg(given, curl_off_t));
	else
		code = curl.easy_setopt(easy, option, va_arg(given, void *));
	va_end(given);
	return code;
}

CURLcode
curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
	CURLcode code;
	va_list given;

	va_start(given, info);
	code = curl.easy_getinfo(easy, info, va_arg(given, void *));
	va_end(given);
	return code;
}

CURLSHcode
curl_share_setopt(CURLSH *share, CURLSHoption option, ...)
{
	const bool is_kind =
		option == CURLSHOPT_SHARE || option == CURLSHOPT_UNSHARE;
	CURLSHcode code;
	va_list given;

	va_start(given, option);
	code = is_kind ? curl.share_setopt(share, option, va_arg(given, int))
		       : curl.share_setopt(share, option,
					   va_arg(given, void *));
	va_end(given);
	return code;
}

CURLMcode
curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	return curl.multi_add_handle(multi, easy);
}

CURLMcode
curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
	return curl.multi_remove_handle(multi, easy);
}

CURLMcode
curl_multi_perform(CURLM *multi, int *running)
{
	return curl.multi_perform(multi, running);
}

CURLMcode
curl_multi_poll(CURLM *multi, struct curl_waitfd extra[], unsigned count,
		int ms, int *ready)
{
	return curl.multi_poll(multi, extra, count, ms, ready);
}

CURLMsg *
curl_multi_info_read(CURLM *multi, int *left)
{
	return curl.multi_info_read(multi, left);
}

CURLUcode
curl_url_get(OB_CURLU *url, CURLUPart part, char **out, unsigned flags)
{
	return curl.url_get(url, part, out, flags);
}

CURLUcode
curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned flags)
{
	return curl.url_set(url, part, text, flags);
}

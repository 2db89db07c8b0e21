#include "local.h"

enum { WAIT_MAX = MINUTE, REPEATS_MAX = 2, WAITS_MAX = 3 };

/* Asking for the same again would end the same, or is not ours to ask. */
static bool
is_final(int curl_code)
{
	return curl_code == CURLE_WRITE_ERROR ||
	       curl_code == CURLE_FILESIZE_EXCEEDED ||
	       curl_code == CURLE_ABORTED_BY_CALLBACK;
}

int64_t
backoff_next(struct backoff *b, const struct http_response *reply,
	     int curl_code, utc_ms now, uint32_t dice)
{
	static const int64_t step[REPEATS_MAX] = {500, 2000};
	int64_t wait;

	if (reply->err.class != ERR_TEMPORARY || is_final(curl_code))
		return -1;
	if (reply->err.retry_at > 0) {
		wait = reply->err.retry_at - now;
		if (wait > WAIT_MAX || b->waits == WAITS_MAX)
			return -1;
		b->waits++;
		return wait > 0 ? wait : 0;
	}
	/* Too many requests and no moment named: the guard knows the upstream.
	 */
	if (reply->err.code == OB_RATE || b->repeats == REPEATS_MAX)
		return -1;
	wait = step[b->repeats++];
	return wait / 2 + (int64_t)(dice % (uint32_t)(wait + 1));
}

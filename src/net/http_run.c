#include "local.h"

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/secret.h"

/*
 * TICK_MS: the tick is asked this often while transfers are busy, and waiting
 * never takes longer than WAIT_MS.
 */
enum { TICK_MS = 100, WAIT_MS = 150 };

/* One send(): the requests, and what the loop has to remember. */
struct run {
	struct http_curl *client;
	struct transfer *transfer;
	size_t count, left, running;
	int64_t ticked; /* clock_boot_ms of the last tick */
	bool stop;      /* the tick said: give up */
};

static bool
must_stop(struct run *run, int64_t now)
{
	const struct http_settings *set = &run->client->set;

	if (!run->stop && set->tick && now - run->ticked >= TICK_MS) {
		run->ticked = now;
		run->stop = set->tick(set->tick_context);
	}
	return run->stop;
}

static int64_t
shorten(const struct http_curl *client, int64_t ms)
{
	return client->set.shorten
		       ? client->set.shorten(client->set.tick_context, ms)
		       : ms;
}

static void
finish(struct run *run, struct transfer *t, int64_t now)
{
	t->state = TRANSFER_DONE;
	t->reply->ms = t->reply->tries > 0 ? now - t->first : 0;
	run->left--;
}

/* An upstream that asked to wait means everybody, not only this request. */
static void
hold_host(struct run *run, const struct transfer *asked)
{
	for (size_t i = 0; i < run->count; i++) {
		struct transfer *t = &run->transfer[i];
		char host[HOST_ROOM];

		if (t->state == TRANSFER_WAITS && t->due < asked->due &&
		    url_host(t->ask->url, host, sizeof(host)) &&
		    strcmp(host, asked->host) == 0)
			t->due = asked->due;
	}
}

/* An upstream that named a moment wants to be asked again then. */
static bool
may_retry(const struct transfer *t, bool asked)
{
	return asked || t->ask->may_retry == NULL ||
	       t->ask->may_retry(t->ask->retry_context);
}

/* After a try: the end, or another try later. */
static void
plan_next(struct run *run, struct transfer *t, CURLcode code, int64_t now)
{
	const struct http_settings *set = &run->client->set;
	bool asked = t->reply->err.retry_at > 0;
	int64_t wait = -1;

	if (!run->stop)
		wait = backoff_next(&t->backoff, t->reply, (int)code,
				    set->clock->now(set->clock),
				    random_below(1u << 16));
	if (wait < 0 || transfer_left(t, now + wait) == 0 ||
	    !may_retry(t, asked)) {
		finish(run, t, now);
		return;
	}
	t->state = TRANSFER_WAITS;
	t->due = now + shorten(run->client, wait);
	if (asked)
		hold_host(run, t);
}

/* Ends a try that runs, whatever it was. */
static void
end_try(struct run *run, struct transfer *t, CURLcode code, int64_t now)
{
	struct http_curl *client = run->client;
	CURL *easy = client->easy[t->slot];

	if (OB_FAULT("http.reply"))
		code = CURLE_RECV_ERROR;
	curl_multi_remove_handle(client->multi, easy);
	transfer_settle(t, easy, code);
	transfer_clear(t);
	client->busy[t->slot] = false;
	run->running--;
	plan_next(run, t, code, now);
}

static void
begin_try(struct run *run, struct transfer *t, int64_t now)
{
	struct http_curl *client = run->client;
	size_t slot = 0;

	while (client->busy[slot])
		slot++;
	http_response_end(t->reply);
	if (t->reply->tries++ == 0)
		t->first = now;
	if (!transfer_prepare(t, client->easy[slot], now, &t->reply->err) ||
	    curl_multi_add_handle(client->multi, client->easy[slot]) !=
		    CURLM_OK) {
		if (t->reply->err.class == ERR_NONE)
			(void)err_set(&t->reply->err, ERR_TEMPORARY,
				      "out of memory");
		transfer_clear(t);
		finish(run, t, now);
		return;
	}
	t->reply->err = (struct err){0};
	t->slot = slot;
	t->state = TRANSFER_RUNS;
	client->busy[slot] = true;
	run->running++;
	if (OB_FAULT("http.send"))
		end_try(run, t, CURLE_COULDNT_CONNECT, now);
}

/* Starts what is due, in the order asked. */
static void
begin_due(struct run *run, int64_t now)
{
	for (size_t i = 0;
	     i < run->count && run->running < run->client->set.parallel; i++)
		if (run->transfer[i].state == TRANSFER_WAITS &&
		    run->transfer[i].due <= now)
			begin_try(run, &run->transfer[i], now);
}

static void
collect_finished(struct run *run, int64_t now)
{
	CURLMsg *message;
	int more;

	while ((message = curl_multi_info_read(run->client->multi, &more))) {
		struct transfer *t = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
				  (char **)&t);
		end_try(run, t, code, now);
	}
}

static void
drop_crawling(struct run *run, int64_t now)
{
	for (size_t i = 0; i < run->count; i++)
		if (run->transfer[i].state == TRANSFER_RUNS &&
		    transfer_crawls(&run->transfer[i], now))
			end_try(run, &run->transfer[i],
				CURLE_OPERATION_TIMEDOUT, now);
}

static void
give_up(struct run *run, int64_t now)
{
	for (size_t i = 0; i < run->count; i++) {
		struct transfer *t = &run->transfer[i];

		if (t->state == TRANSFER_RUNS) {
			end_try(run, t, CURLE_ABORTED_BY_CALLBACK, now);
		} else if (t->state == TRANSFER_WAITS) {
			if (t->reply->tries == 0)
				(void)err_set(&t->reply->err, ERR_TEMPORARY,
					      "not sent, this process has to "
					      "stop");
			finish(run, t, now);
		}
	}
}

/* How long nothing will be due. */
static int
pause_ms(const struct run *run, int64_t now)
{
	int64_t ms = WAIT_MS;

	for (size_t i = 0; i < run->count; i++) {
		const struct transfer *t = &run->transfer[i];

		if (t->state == TRANSFER_WAITS && t->due - now < ms &&
		    run->running < run->client->set.parallel)
			ms = t->due - now;
	}
	return ms > 0 ? (int)ms : 0;
}

static void
run_all(struct run *run)
{
	CURLM *multi = run->client->multi;
	int64_t now;
	int active;

	for (;;) {
		now = clock_boot_ms();
		if (!run->stop)
			begin_due(run, now);
		curl_multi_perform(multi, &active);
		now = clock_boot_ms();
		collect_finished(run, now);
		drop_crawling(run, now);
		if (run->left > 0 && must_stop(run, now))
			give_up(run, now);
		if (run->left == 0)
			return;
		curl_multi_poll(multi, NULL, 0, pause_ms(run, now), NULL);
	}
}

bool
http_run(struct http_client *self, const struct http_request *ask,
	 struct http_response *reply, size_t count, struct err *e)
{
	struct http_curl *client = (struct http_curl *)self;
	struct run run = {.client = client, .count = count, .left = count};

	if (count == 0)
		return true;
	run.ticked = clock_boot_ms() - TICK_MS;
	if (must_stop(&run, run.ticked + TICK_MS))
		return err_set(e, ERR_TEMPORARY,
			       "nothing sent, this process has to stop");
	run.transfer = calloc(count, sizeof(*run.transfer));
	if (!run.transfer)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	for (size_t i = 0; i < count; i++) {
		run.transfer[i].client = client;
		run.transfer[i].ask = &ask[i];
		run.transfer[i].reply = &reply[i];
	}
	run_all(&run);
	free(run.transfer);
	return true;
}

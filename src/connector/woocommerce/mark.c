#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

/*
 * Requests of a round; the client runs as many of them at once as it may. A
 * round ends with its slowest, so a shop that takes all of one gets twice as
 * many in the next, and one that refuses some begins anew.
 */
#define ROUND_FIRST 8
#define ROUND_MAX   32
/* WooCommerce takes no more items a request (UPSTREAM-APIS 2.4). */
#define BATCH_LIMIT   100
#define BATCH_DEFAULT 50
/* So many single orders refused in a row mean the shop, not the orders. */
#define REFUSALS_MAX 5

/* A part of the marks that goes in one request. */
struct range {
	size_t from, count;
};

/* All of one call of woo_mark. */
struct job {
	struct woocommerce *w;
	const struct mark *mark;
	struct outcome *each;
	struct range *todo; /* owned stack; the sum of counts never grows */
	size_t ranges;
	size_t width; /* requests of the next round */
	unsigned refusals;
	bool stop;         /* what is left keeps its error, to be tried later */
	struct err denied; /* the shop refuses our key */
};

/* One request of a round. */
struct batch {
	struct woo_ask ask;
	struct range range;
};

static json_t *
item_of(const struct woocommerce *w, const char *id)
{
	/* Meta alone: totals stay, and a status is never sent (2.4). */
	return json_pack("{s:I, s:[{s:s, s:s}]}", "id",
			 (json_int_t)strtoll(id, NULL, 10), "meta_data", "key",
			 w->set.site->mark_key, "value",
			 w->set.site->mark_value);
}

static bool
build(const struct job *job, struct range range, struct woo_ask *ask,
      struct err *e)
{
	json_auto_t *items = json_array();
	json_auto_t *body = NULL;
	char *text;

	for (size_t i = range.from; i < range.from + range.count; i++)
		if (woo_is_id(job->mark[i].platform_id))
			(void)json_array_append_new(
				items,
				item_of(job->w, job->mark[i].platform_id));
	body = json_pack("{s:O}", "update", items);
	text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	if (text == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	strbuf_addf(&ask->url, "%s/wc/v3/orders/batch", job->w->root);
	strbuf_add(&ask->body, text);
	free(text);
	return strbuf_check(&ask->url, e) && strbuf_check(&ask->body, e);
}

/* The entry of an order in the answer; NULL when it has none. */
static const json_t *
find_item(const json_t *items, const char *id)
{
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		if (json_integer_value(json_object_get(item, "id")) ==
		    strtoll(id, NULL, 10))
			return item;
	}
	return NULL;
}

/* What plugins and people write for "yes" (UPSTREAM-APIS 2.4). */
static bool
is_set(const json_t *value, const char *mark)
{
	const char *text = json_string_value(value);

	if (text == NULL)
		return json_is_true(value) || json_integer_value(value) == 1;
	return strcmp(text, "1") == 0 || text_equal_nocase(text, "true") ||
	       text_equal_nocase(text, "yes") ||
	       (mark[0] != '\0' && strcmp(text, mark) == 0);
}

bool
woo_is_marked(const struct woocommerce *w, const json_t *order)
{
	const struct site *site = w->set.site;
	const json_t *list = json_object_get(order, "meta_data");

	/* The same key may stand there four times: any one counts (2.3). */
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);
		const char *key =
			json_string_value(json_object_get(row, "key"));

		if (key != NULL && strcmp(key, site->mark_key) == 0 &&
		    is_set(json_object_get(row, "value"), site->mark_value))
			return true;
	}
	return false;
}

static void
take_item_gone(struct outcome *out)
{
	err_set(&out->err, ERR_MISSING, "the shop has no such order any more");
	err_as(&out->err, GONE);
}

static void
take_item(const struct woocommerce *w, const json_t *item, struct outcome *out)
{
	const json_t *error = json_object_get(item, "error");
	const char *code = json_string_value(json_object_get(error, "code"));
	const char *message =
		json_string_value(json_object_get(error, "message"));

	out->err = (struct err){0};
	if (item == NULL) {
		/* Not told, so not known: a repeat is harmless. */
		err_set(&out->err, ERR_TEMPORARY,
			"the shop's answer leaves this order out");
		err_as(&out->err, OB_UPSTREAM);
	} else if (code != NULL && strstr(code, "_invalid_id") != NULL) {
		take_item_gone(out);
	} else if (error != NULL) {
		err_set(&out->err, ERR_PERMANENT, "the shop says: %s",
			message != NULL ? message : "an error without text");
	} else if (!woo_is_marked(w, item)) {
		/* A cache or a plugin answered in the shop's place. */
		err_set(&out->err, ERR_TEMPORARY,
			"the shop's answer does not show the mark");
		err_as(&out->err, OB_UPSTREAM);
	}
}

static void
take_answer(struct job *job, struct range range, const json_t *document)
{
	const json_t *items = json_object_get(document, "update");

	for (size_t i = range.from; i < range.from + range.count; i++)
		if (woo_is_id(job->mark[i].platform_id))
			take_item(job->w,
				  find_item(items, job->mark[i].platform_id),
				  &job->each[i]);
	job->refusals = 0;
}

static void
give_all(struct job *job, struct range range, const struct err *e)
{
	for (size_t i = range.from; i < range.from + range.count; i++)
		if (woo_is_id(job->mark[i].platform_id))
			job->each[i].err = *e;
}

/* Weak hosts fail at many items, and filters lower the limit (2.4). */
static bool
may_be_too_many(const struct http_response *reply, const struct err *e)
{
	if (reply->status == 413)
		return true;
	return e->class == ERR_TEMPORARY && reply->sent && e->code != OB_RATE;
}

/* A batch that failed: in two halves again, or its error is the outcome. */
static void
take_failure(struct job *job, struct range range,
	     const struct http_response *reply, const struct err *e)
{
	size_t half = range.count / 2;

	job->width = 0;
	give_all(job, range, e);
	if (e->class == ERR_DENIED)
		job->denied = *e;
	if (!may_be_too_many(reply, e)) {
		job->stop = true;
	} else if (half > 0) {
		job->todo[job->ranges++] =
			(struct range){range.from + half, range.count - half};
		job->todo[job->ranges++] = (struct range){range.from, half};
	} else if (++job->refusals >= REFUSALS_MAX) {
		job->stop = true;
	}
}

static void
take_reply(struct job *job, struct range range,
	   const struct http_response *reply)
{
	json_auto_t *document = NULL;
	struct err why = {0};

	if (reply->err.class == ERR_NONE ? woo_document(reply, &document, &why)
					 : woo_refused(reply, &why))
		take_answer(job, range, document);
	else
		take_failure(job, range, reply, &why);
}

static bool
has_ids(const struct job *job, struct range range)
{
	for (size_t i = range.from; i < range.from + range.count; i++)
		if (woo_is_id(job->mark[i].platform_id))
			return true;
	return false;
}

/* Takes a round's batches from the stack; what holds no id asks nothing. */
static bool
prepare(struct job *job, struct batch *batch, struct http_request *request,
	size_t *count, struct err *e)
{
	*count = 0;
	while (*count < job->width && job->ranges > 0) {
		struct batch *b = &batch[*count];

		b->range = job->todo[--job->ranges];
		if (!has_ids(job, b->range))
			continue;
		if (!build(job, b->range, &b->ask, e))
			return false;
		request[(*count)++] = woo_request(job->w, &b->ask);
	}
	return true;
}

/* One round: false when nothing of it was tried. */
static bool
send_some(struct job *job, struct err *e)
{
	struct batch batch[ROUND_MAX];
	struct http_request request[ROUND_MAX];
	struct http_response reply[ROUND_MAX] = {0};
	size_t count;
	bool ok;

	for (size_t i = 0; i < ROUND_MAX; i++)
		batch[i] = (struct batch){.ask = WOO_ASK};
	ok = prepare(job, batch, request, &count, e) &&
	     (count == 0 || job->w->set.http->send(job->w->set.http, request,
						   reply, count, e));
	job->width = 2 * job->width < ROUND_MAX ? 2 * job->width : ROUND_MAX;
	for (size_t i = 0; ok && i < count; i++)
		take_reply(job, batch[i].range, &reply[i]);
	if (job->width == 0)
		job->width = ROUND_FIRST;
	for (size_t i = 0; i < ROUND_MAX; i++) {
		woo_ask_end(&batch[i].ask);
		http_response_end(&reply[i]);
	}
	return ok;
}

/* Not tried yet; and what no shop has is told without asking. */
static void
begin_outcomes(const struct mark *marks, size_t count, struct outcome *each)
{
	for (size_t i = 0; i < count; i++) {
		each[i] = (struct outcome){0};
		if (woo_is_id(marks[i].platform_id))
			err_set(&each[i].err, ERR_TEMPORARY, "not tried yet");
		else
			take_item_gone(&each[i]);
	}
}

/* The first batches on top. */
static void
push_all(struct job *job, size_t count)
{
	size_t batch = job->w->set.mark_batch;

	if (batch < 1 || batch > BATCH_LIMIT)
		batch = BATCH_DEFAULT;
	for (size_t at = (count + batch - 1) / batch * batch; at > 0;) {
		at -= batch;
		job->todo[job->ranges++] = (struct range){
			at, count - at < batch ? count - at : batch};
	}
}

bool
woo_mark(struct shop *self, const struct mark *marks, size_t count,
	 struct outcome *each, struct err *e)
{
	struct job job = {
		.w = (struct woocommerce *)self,
		.mark = marks,
		.each = each,
		.width = ROUND_FIRST,
	};
	bool ok = true;

	begin_outcomes(marks, count, each);
	job.todo = calloc(count + 1, sizeof(*job.todo));
	if (job.todo == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	push_all(&job, count);
	while (ok && !job.stop && job.ranges > 0)
		ok = send_some(&job, e);
	free(job.todo);
	if (job.denied.class != ERR_NONE) {
		*e = job.denied;
		ok = false;
	}
	return ok || err_in(e, "mark orders of %s", job.w->set.site->code);
}

#include "flow/look.h"

#include <string.h>

#include "base/row_out.h"

/* A page of a hundred operations with their results fits into an answer. */
enum { ORDERS_ROOM = 40 * 1024, WORDS_MAX = 64 };

/* How often each word was said; those of the table of codes, so they are few.
 */
struct tallied {
	const char *word[WORDS_MAX];
	unsigned times[WORDS_MAX];
	size_t count;
};

struct look {
	struct task *task;
	struct tallied outcomes, codes;
	struct strbuf orders; /* JSON, without the brackets */
	unsigned found, listed;
};

static void
look_end(struct look *look)
{
	strbuf_end(&look->orders);
}

static void
tally(struct tallied *t, const char *word)
{
	size_t i = 0;

	while (i < t->count && strcmp(t->word[i], word) != 0)
		i++;
	if (i == WORDS_MAX)
		return;
	if (i == t->count)
		t->word[t->count++] = word;
	t->times[i]++;
}

static void
add_tally(struct strbuf *out, const char *name, const struct tallied *t)
{
	strbuf_addf(out, ",\"%s\":{", name);
	for (size_t i = 0; i < t->count; i++)
		strbuf_addf(out, "%s\"%s\":%u", i == 0 ? "" : ",", t->word[i],
			    t->times[i]);
	strbuf_add(out, "}");
}

/* More than a person reads are only counted. */
static void
list_order(struct look *look, const struct order *o, const char *outcome,
	   const char *code, const char *message)
{
	struct strbuf *out = &look->orders;

	if (out->len >= ORDERS_ROOM)
		return;
	strbuf_add(out, look->listed++ == 0 ? "" : ",");
	strbuf_add(out, "{\"platform_order_id\":");
	json_out_text(out, o->platform_id);
	strbuf_add(out, ",\"number\":");
	json_out_text(out, o->number);
	strbuf_addf(out,
		    ",\"outcome\":\"%s\",\"code\":\"%s\",\"message\":", outcome,
		    code);
	json_out_text(out, message);
	strbuf_add(out, "}");
}

static void
look_at(void *context, const struct order *o, const char *outcome,
	const struct fault *why, enum code code)
{
	struct look *look = context;
	const struct code_info *info = code_info(why ? why->code : code);

	look->found++;
	tally(&look->outcomes, outcome);
	if (info->name[0] != '\0')
		tally(&look->codes, info->name);
	list_order(look, o, outcome, info->name,
		   why ? why->message : info->what);
	task_progress(look->task, "fetch", look->found, 0, "orders");
}

static bool
keep(const struct look *look, struct err *e)
{
	AUTO(strbuf) result = STRBUF(1 << 17);

	strbuf_addf(&result, "{\"found\":%u", look->found);
	add_tally(&result, "outcomes", &look->outcomes);
	add_tally(&result, "codes", &look->codes);
	strbuf_addf(&result, ",\"listed\":%u,\"orders\":[%s]}", look->listed,
		    strbuf_text(&look->orders));
	return strbuf_check(&look->orders, e) && strbuf_check(&result, e) &&
	       task_result(look->task, result.text, e);
}

/* A run without a task: that is what keeps it from writing. */
bool
look_run(struct app *app, struct task *task, enum run_kind kind,
	 look_walk *walk, struct err *e)
{
	AUTO(run) run = {0};
	AUTO(look) look = {.task = task, .orders = STRBUF(1 << 17)};

	if (!run_open(&run, app, NULL, task->op->site_id, kind, e))
		return false;
	run.told = look_at;
	run.told_context = &look;
	return walk(&run, task, e) && keep(&look, e);
}

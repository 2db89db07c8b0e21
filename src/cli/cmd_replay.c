/* order replay: a stored payload through today's rules. */
#include "cli/print.h"
#include "flow/replay.h"
#include "local.h"
#include "order/read.h"

static const struct flag replay_arguments[] = {
	{.name = "ORDER",
	 .type = FLAG_TEXT,
	 .help = "number or id of the order",
	 .required = true},
	{0},
};

static const struct flag replay_flags[] = {
	{.name = "revision",
	 .type = FLAG_INT,
	 .value = "N",
	 .help = "an earlier payload; default: the newest",
	 .minimum = 1,
	 .maximum = 100000},
	{0},
};

static void
print_difference(void *context, const struct difference *d)
{
	print_row(context, CELLS(cell_text(d->field), cell_text(d->stored),
				 cell_text(d->now)));
}

static bool
run_order_replay(struct app *app, struct call *call, struct err *e)
{
	static const struct column columns[] = {
		{.name = "field"},
		{.name = "stored"},
		{.name = "now"},
		{0},
	};
	AUTO(print) print = {0};
	unsigned differences = 0;
	int64_t id;

	if (!order_find(app->db, call_text(call, "ORDER"), &id, e) ||
	    !print_open(&print, call, columns, e) ||
	    !replay_order(app, id, (unsigned)call_int(call, "revision", 0),
			  print_difference, &print, &differences, e))
		return false;
	if (differences == 0)
		call_say(call, "No difference.");
	else
		call_say(call, "%u difference%s; nothing was written.",
			 differences, differences == 1 ? "" : "s");
	/* An empty table would say so once more. */
	return (differences == 0 && call->format == FORMAT_TABLE) ||
	       print_close(&print, e);
}

const struct command replay_commands[] = {
	{
		.name = "order replay",
		.summary =
			"a stored payload through today's rules: what differs?",
		.description =
			"Runs the order as the shop sent it through the pure "
			"steps again and shows each difference to what is stored. "
			"Writes nothing and asks nobody.",
		.arguments = replay_arguments,
		.flags = replay_flags,
		.examples =
			(const struct example[]){
				{"orderbridge order replay BGM-12345",
				 "the newest payload"},
				{"orderbridge order replay BGM-12345 "
				 "--revision=1",
				 "as the shop sent it first"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS | TAKES_FORMAT,
		.run = run_order_replay,
	},
	{0},
};

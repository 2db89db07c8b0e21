/* verify: do the invariants hold? */
#include "cli/command.h"
#include "cli/print.h"
#include "flow/verify.h"
#include "local.h"

static const struct flag verify_flags[] = {
	{.name = "upstream", .type = FLAG_SWITCH, .help = "ask the shops too"},
	{0},
};

static const struct column columns[] = {
	{.name = "id"},
	{.name = "result"},
	{.name = "breaches", .type = PRINT_COUNT},
	{.name = "what"},
	{.name = "sample"},
	{0},
};

static bool
run_verify(struct app *app, struct call *call, struct err *e)
{
	AUTO(print) print = {0};
	struct verification v = {0};

	if (!verify_database(app, &v, e) ||
	    (call_switch(call, "upstream") && !verify_upstream(app, &v, e)) ||
	    !print_open(&print, call, columns, e))
		return false;
	for (size_t i = 0; i < v.count; i++) {
		const struct invariant *n = &v.invariant[i];

		print_row(&print,
			  CELLS(cell_text(n->id),
				cell_text(n->breaches ? "FAIL" : "PASS"),
				cell_count(n->breaches), cell_text(n->what),
				cell_text(n->sample)));
		if (n->breaches)
			call_failed(call);
	}
	return print_close(&print, e);
}

const struct command verify_commands[] = {
	{
		.name = "verify",
		.summary = "prove that nothing was lost, doubled or leaked",
		.description =
			"Checks the invariants that hold after every run and "
			"every crash. Exit 1 when one is broken.",
		.flags = verify_flags,
		.examples =
			(const struct example[]){
				{"orderbridge verify", "against the database"},
				{"orderbridge verify --upstream --format=json",
				 "against the shops as well, for a script"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS | TAKES_FORMAT,
		.run = run_verify,
	},
	{0},
};

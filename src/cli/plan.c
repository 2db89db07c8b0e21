#include "plan.h"

const struct column plan_columns[] = {
	{.name = "order"},
	{.name = "outcome"},
	{.name = "code"},
	{.name = "sku"},
	{.name = "total", .type = PRINT_MONEY},
	{.name = "currency"},
	{.name = "message"},
	{.name = "fix"},
	{0},
};

void
plan_print(void *context, const struct order *o, const char *outcome,
	   const struct fault *why, enum code code)
{
	struct print *print = context;
	const struct code_info *info = code_info(why ? why->code : code);

	print_row(print,
		  CELLS(cell_text(o->number[0] ? o->number : o->platform_id),
			cell_text(outcome), cell_text(info->name),
			cell_text(why ? why->sku : ""),
			cell_money(o->total_due), cell_text(o->currency),
			cell_text(why ? why->message : info->what),
			cell_text(info->fix)));
}

void
plan_say(const struct call *call, const struct run *run)
{
	const struct tally *t = &run->tally;

	call_say(call,
		 "%s would: fetched %u, stored %u, unchanged %u, skipped %u, "
		 "soft %u, hard %u. Nothing was written.",
		 run->site.code, t->fetched, t->stored, t->unchanged,
		 t->skipped, t->soft, t->hard);
}

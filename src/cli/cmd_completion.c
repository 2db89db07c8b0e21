#include <stdio.h>

#include "local.h"

static bool
completion(struct app *app, struct call *call, struct err *e)
{
	AUTO(strbuf) script = STRBUF((size_t)1 << 20);

	(void)app;
	completion_bash(&script);
	if (!strbuf_check(&script, e))
		return false;
	(void)fputs(script.text, call->out);
	return true;
}

const struct command completion_commands[] = {
	{
		.name = "completion",
		.summary = "a script that completes commands in your shell",
		.description =
			"Completes commands, flags and their values; names of "
			"sites, SKUs and the like come from the database, "
			"asked for at most 200 ms.",
		.arguments = FLAGS({.name = "SHELL",
				    .type = FLAG_WORD,
				    .words = WORDS("bash"),
				    .help = "the shell: bash",
				    .required = true}),
		.examples = EXAMPLES({"source <(orderbridge completion bash)",
				      "in ~/.bashrc, where no package did it"}),
		.run = completion,
	},
	{0},
};

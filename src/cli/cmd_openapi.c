/* openapi: the description of the REST API, for tools that read a file. */
#include <stdio.h>

#include "api/openapi.h"
#include "local.h"

static bool
run_openapi(struct app *app, struct call *call, struct err *e)
{
	AUTO(strbuf) base = STRBUF(300);
	AUTO(strbuf) document = STRBUF((size_t)1 << 22);

	strbuf_addf(&base, "%s/api/v1", app->config.web.base_path);
	openapi_add(&document, strbuf_text(&base));
	if (!strbuf_check(&document, e))
		return false;
	(void)fprintf(call->out, "%s\n", document.text);
	return true;
}

const struct command openapi_commands[] = {
	{
		.name = "openapi",
		.summary = "the description of the REST API, as OpenAPI 3.1",
		.description = "The same document as GET /api/v1/openapi.json.",
		.examples = EXAMPLES({"orderbridge openapi >openapi.json",
				      "for a generator of clients"}),
		.traits = NEEDS_CONFIG,
		.run = run_openapi,
	},
	{0},
};

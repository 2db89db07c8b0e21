#include "api/openapi.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/route.h"
#include "base/row_out.h"
#include "entity/list.h"

enum { SHAPES_MAX = 128 };

/* Every shape once, in the order in which routes name them. */
struct shapes {
	const struct shape *shape[SHAPES_MAX];
	size_t count;
};

static void
collect(struct shapes *all, const struct shape *shape)
{
	if (shape == NULL || all->count == SHAPES_MAX)
		return;
	for (size_t i = 0; i < all->count; i++) {
		if (all->shape[i] == shape)
			return;
	}
	all->shape[all->count++] = shape;
	for (const struct field *at = shape->fields; at->name != NULL; at++)
		collect(all, at->shape);
}

/* What a list answers with is the shape of its entity. */
static const struct shape *
reply_of(const struct route *route)
{
	return route->list != NULL ? route->list->shape : route->reply;
}

static const struct entity_group *
groups_of(const struct route *route)
{
	return route->list != NULL ? route->list->groups : NULL;
}

static void
collect_route(struct shapes *all, const struct route *route)
{
	collect(all, reply_of(route));
	for (const struct entity_group *at = groups_of(route);
	     at != NULL && at->name != NULL; at++)
		collect(all, at->shape);
}

static void
member(struct strbuf *out, const char *name, const char *text)
{
	strbuf_addf(out, ",\"%s\":", name);
	json_out_text(out, text);
}

static void
words_schema(struct strbuf *out, const char *const *words)
{
	strbuf_add(out, "\"type\":\"string\",\"enum\":[");
	for (size_t i = 0; words[i] != NULL; i++) {
		strbuf_add(out, i == 0 ? "" : ",");
		json_out_text(out, words[i]);
	}
	strbuf_add(out, "]");
}

static void object_schema(struct strbuf *out, const struct param *members);

/* What is inside the braces; a null that is allowed is added by the caller. */
static void
type_schema(struct strbuf *out, const struct param *param)
{
	switch (param->type) {
	case PARAM_TEXT:
		strbuf_addf(out, "\"type\":\"string\",\"minLength\":%lld",
			    (long long)param->minimum);
		if (param->maximum > 0)
			strbuf_addf(out, ",\"maxLength\":%lld",
				    (long long)param->maximum);
		return;
	case PARAM_ID:
		strbuf_add(out, "\"type\":\"string\",\"pattern\":"
				"\"^[0-9]{1,19}$\"");
		return;
	case PARAM_INT:
		strbuf_addf(out,
			    "\"type\":\"integer\",\"minimum\":%lld,"
			    "\"maximum\":%lld",
			    (long long)param->minimum,
			    (long long)param->maximum);
		return;
	case PARAM_FLAG:
		strbuf_add(out, "\"type\":\"boolean\"");
		return;
	case PARAM_WORD:
		words_schema(out, param->words);
		return;
	case PARAM_TIME:
		strbuf_add(out, "\"type\":\"string\",\"format\":\"date-time\"");
		return;
	case PARAM_DATE:
		strbuf_add(out, "\"type\":\"string\",\"format\":\"date\"");
		return;
	case PARAM_MONEY:
	case PARAM_QUANTITY:
		strbuf_add(out, "\"type\":\"string\",\"pattern\":"
				"\"^-?[0-9]+(\\\\.[0-9]{1,5})?$\"");
		return;
	case PARAM_LIST:
		strbuf_addf(out,
			    "\"type\":\"array\",\"minItems\":%lld,\"items\":{",
			    (long long)param->minimum);
		if (param->words != NULL)
			words_schema(out, param->words);
		else
			strbuf_add(out, "\"type\":\"string\"");
		strbuf_add(out, "}");
		break;
	case PARAM_OBJECTS:
		strbuf_addf(out,
			    "\"type\":\"array\",\"minItems\":%lld,\"items\":{",
			    (long long)param->minimum);
		object_schema(out, param->members);
		strbuf_add(out, "}");
		break;
	case PARAM_OBJECT:
		object_schema(out, param->members);
		return;
	}
	if (param->maximum > 0)
		strbuf_addf(out, ",\"maxItems\":%lld",
			    (long long)param->maximum);
}

static void
param_schema(struct strbuf *out, const struct param *param)
{
	if ((param->traits & PARAM_NULL) != 0)
		strbuf_add(out, "{\"anyOf\":[{\"type\":\"null\"},");
	strbuf_add(out, "{");
	type_schema(out, param);
	if ((param->traits & PARAM_SECRET) != 0)
		strbuf_add(out, ",\"writeOnly\":true");
	strbuf_add(out, (param->traits & PARAM_NULL) != 0 ? "}]}" : "}");
}

static void
object_schema(struct strbuf *out, const struct param *members)
{
	const char *before = "";

	strbuf_add(out, "\"type\":\"object\"");
	if (members == NULL)
		return;
	strbuf_add(out, ",\"additionalProperties\":false,\"properties\":{");
	for (const struct param *at = members; at->name != NULL; at++) {
		strbuf_addf(out, "%s\"%s\":", before, at->name);
		param_schema(out, at);
		before = ",";
	}
	strbuf_add(out, "}");
	before = ",\"required\":[";
	for (const struct param *at = members; at->name != NULL; at++) {
		if ((at->traits & PARAM_REQUIRED) == 0)
			continue;
		strbuf_addf(out, "%s\"%s\"", before, at->name);
		before = ",";
	}
	if (before[1] == '\0')
		strbuf_add(out, "]");
}

static void
parameter(struct strbuf *out, const struct param *param, const char *in,
	  const char **before)
{
	const bool required = strcmp(in, "path") == 0 ||
			      (param->traits & PARAM_REQUIRED) != 0;

	strbuf_addf(out, "%s{\"name\":\"%s\",\"in\":\"%s\",\"required\":%s",
		    *before, param->name, in, required ? "true" : "false");
	if (param->help != NULL)
		member(out, "description", param->help);
	strbuf_add(out, ",\"schema\":");
	param_schema(out, param);
	strbuf_add(out, "}");
	*before = ",";
}

static void
group_parameter(struct strbuf *out, const struct entity *list,
		const char **before)
{
	enum { GROUPS_MAX = 8 };
	const char *words[GROUPS_MAX + 1] = {NULL};
	const struct param group = {
		.name = "group",
		.type = PARAM_WORD,
		.words = words,
		.help = "rows that share it as one, most rows first",
	};
	size_t count = 0;

	for (const struct entity_group *at = list->groups;
	     at != NULL && at->name != NULL && count < GROUPS_MAX; at++)
		words[count++] = at->name;
	if (count > 0)
		parameter(out, &group, "query", before);
}

static void
counts_parameter(struct strbuf *out, const struct entity *list,
		 const char **before)
{
	const char *words[SHAPE_FIELDS_MAX + 2] = {NULL};
	const struct param counts = {
		.name = "counts",
		.type = PARAM_WORD,
		.words = words,
		.help = "how many rows each of its values has under the other "
			"filters: meta.counts",
	};
	size_t count = 0;

	for (const struct field *at = list->shape->fields; at->name != NULL;
	     at++) {
		if (list_counts_field(at))
			words[count++] = at->name;
	}
	if (list->views != NULL)
		words[count++] = "view";
	if (count > 0)
		parameter(out, &counts, "query", before);
}

/* The grammar of UX 3 has values that no type of JSON schema can hold. */
static void
list_parameters(struct strbuf *out, const struct entity *list,
		const char **before)
{
	static const struct param common[] = {
		{"page", PARAM_INT, 0, 1, 10000, NULL, NULL, "from 1 on"},
		{"per_page", PARAM_INT, 0, 1, 100, NULL, NULL,
		 "rows of a page"},
		{"cursor", PARAM_TEXT, 0, 0, 1024, NULL, NULL,
		 "where the page before ended: meta.next_cursor"},
		{"sort", PARAM_TEXT, 0, 0, 200, NULL, NULL,
		 "fields, the first decides; - in front: falling"},
		{"search", PARAM_TEXT, 0, 0, 200, NULL, NULL,
		 "part of the texts that people look for"},
		{"fields", PARAM_TEXT, 0, 0, 1000, NULL, NULL,
		 "only these members, comma-separated; all others are left "
		 "out, also required ones"},
		{0},
	};

	for (const struct param *at = common; at->name != NULL; at++)
		parameter(out, at, "query", before);
	group_parameter(out, list, before);
	counts_parameter(out, list, before);
	for (const struct field *at = list->shape->fields; at->name != NULL;
	     at++) {
		const struct param filter = {
			.name = at->name,
			.type = PARAM_TEXT,
			.maximum = 400,
			.help = "a value, several with commas, !not, or a "
				"range from..to",
		};

		if ((at->traits & FIELD_FILTER) != 0)
			parameter(out, &filter, "query", before);
	}
}

static const char *const zero_or_one[] = {"0", "1", NULL};

static void
parameters(struct strbuf *out, const struct route *route)
{
	static const struct param dry_run = {
		.name = "dry_run",
		.type = PARAM_WORD,
		.words = zero_or_one,
		.help = "1: check and tell, change nothing",
	};
	static const struct param key = {
		.name = "Idempotency-Key",
		.type = PARAM_TEXT,
		.minimum = 8,
		.maximum = 130,
		.help = "the same key gives the same answer for a day",
	};
	static const struct param known = {
		.name = "If-None-Match",
		.type = PARAM_TEXT,
		.maximum = 2000,
		.help = "the ETag of what you have: 304 when it is the same",
	};
	static const struct param match = {
		.name = "If-Match",
		.type = PARAM_TEXT,
		.maximum = 200,
		.help = "the ETag of what is changed, or *",
	};
	const char *before = "";
	struct param needed;

	strbuf_add(out, ",\"parameters\":[");
	for (const struct param *at = route->parts;
	     at != NULL && at->name != NULL; at++)
		parameter(out, at, "path", &before);
	for (const struct param *at = route->query;
	     at != NULL && at->name != NULL; at++)
		parameter(out, at, "query", &before);
	if (route->list != NULL)
		list_parameters(out, route->list, &before);
	if ((route->traits & ROUTE_DRY_RUN) != 0)
		parameter(out, &dry_run, "query", &before);
	if (strcmp(route->method, "POST") == 0 && route->need != CAN_ANYONE) {
		needed = key;
		needed.traits =
			(route->traits & ROUTE_KEY) != 0 ? PARAM_REQUIRED : 0;
		parameter(out, &needed, "header", &before);
	}
	if (strcmp(route->method, "GET") == 0)
		parameter(out, &known, "header", &before);
	if ((route->traits & ROUTE_IF_MATCH) != 0) {
		needed = match;
		needed.traits =
			(route->traits & ROUTE_SEED) != 0 ? 0 : PARAM_REQUIRED;
		parameter(out, &needed, "header", &before);
	}
	strbuf_add(out, "]");
}

static void
shape_array(struct strbuf *out, const struct shape *shape)
{
	strbuf_addf(out,
		    "{\"type\":\"array\",\"items\":{\"$ref\":"
		    "\"#/components/schemas/%s\"}}",
		    shape->name);
}

/* Rows, or with group= what they were made into. */
static void
shape_name(struct strbuf *out, const struct route *route)
{
	const struct entity_group *group = groups_of(route);

	if (!route->many) {
		strbuf_addf(out, "{\"$ref\":\"#/components/schemas/%s\"}",
			    reply_of(route)->name);
		return;
	}
	strbuf_add(out, group != NULL ? "{\"anyOf\":[" : "");
	shape_array(out, reply_of(route));
	for (; group != NULL && group->name != NULL; group++) {
		strbuf_add(out, ",");
		shape_array(out, group->shape);
	}
	strbuf_add(out, groups_of(route) != NULL ? "]}" : "");
}

/* What the handler fills, in the envelope of UX 3 where there is one. */
static void
reply_schema(struct strbuf *out, const struct route *route)
{
	if ((route->traits & ROUTE_BARE) != 0) {
		shape_name(out, route);
		return;
	}
	strbuf_add(out, "{\"type\":\"object\",\"required\":[\"success\","
			"\"data\",\"meta\"],\"properties\":{\"success\":{"
			"\"const\":true},\"meta\":{\"$ref\":\"#/components/"
			"schemas/Meta\"},\"data\":");
	shape_name(out, route);
	strbuf_add(out, "}}");
}

static const char *
description_of(const struct route *route, unsigned status)
{
	if (status == 503)
		return "It does not work now";
	if (status == 202 && route->status != 202)
		return "Others work at it; the operation tells how far";
	return status == 204 ? "Done" : "What was asked for";
}

static void
response(struct strbuf *out, const struct route *route, unsigned status)
{
	strbuf_addf(out, "\"%u\":{\"description\":\"%s\"", status,
		    description_of(route, status));
	if (status == 202 && route->status != 202) {
		strbuf_add(out,
			   ",\"content\":{\"application/json\":{\"schema\":"
			   "{\"$ref\":\"#/components/schemas/"
			   "OperationAnswer\"}}}");
	} else if ((route->traits & ROUTE_PLAIN) != 0) {
		strbuf_add(out, ",\"content\":{\"text/plain\":{\"schema\":"
				"{\"type\":\"string\"}}}");
	} else if (reply_of(route) != NULL) {
		strbuf_add(out, ",\"content\":{\"application/json\":"
				"{\"schema\":");
		reply_schema(out, route);
		strbuf_add(out, "}}");
	}
	strbuf_add(out, "}");
}

static void
responses(struct strbuf *out, const struct route *route)
{
	strbuf_add(out, ",\"responses\":{");
	response(out, route, route->status);
	/* What was only looked at is told at once. */
	if ((route->traits & ROUTE_DRY_RUN) != 0 && route->status == 202) {
		strbuf_add(out, ",");
		response(out, route, 200);
	}
	if ((route->traits & ROUTE_MAYBE_202) != 0) {
		strbuf_add(out, ",");
		response(out, route, 202);
	}
	if ((route->traits & ROUTE_MAYBE_503) != 0) {
		strbuf_add(out, ",");
		response(out, route, 503);
	}
	if (strcmp(route->method, "GET") == 0)
		strbuf_add(out, ",\"304\":{\"$ref\":\"#/components/responses/"
				"Same\"}");
	strbuf_add(out, ",\"4XX\":{\"$ref\":\"#/components/responses/Error\"}"
			",\"5XX\":{\"$ref\":\"#/components/responses/Error\"}"
			"}");
}

static void
operation_id(struct strbuf *out, const struct route *route)
{
	strbuf_add(out, "\"operationId\":\"");
	for (const char *at = route->method; *at != '\0'; at++)
		strbuf_addf(out, "%c", tolower((unsigned char)*at));
	for (const char *at = route->path; *at != '\0'; at++) {
		if (*at == '{' || *at == '}')
			continue;
		strbuf_addf(out, "%c", isalnum((unsigned char)*at) ? *at : '_');
	}
	strbuf_add(out, "\"");
}

/* Of a raw route the handler reads what came, whatever it is. */
static void
request_body(struct strbuf *out, const struct route *route)
{
	bool required = false;

	if ((route->traits & ROUTE_RAW) != 0)
		strbuf_add(out, ",\"requestBody\":{\"content\":{\"*/*\":{}}}");
	if (route->body == NULL)
		return;
	for (const struct param *at = route->body; at->name != NULL; at++)
		required |= (at->traits & PARAM_REQUIRED) != 0;
	strbuf_addf(out,
		    ",\"requestBody\":{\"required\":%s,\"content\":{"
		    "\"application/json\":{\"schema\":{",
		    required ? "true" : "false");
	object_schema(out, route->body);
	strbuf_add(out, "}}}}");
}

static void
add_retirement(struct strbuf *out, const struct retirement *retired)
{
	char until[TIME_TEXT_MAX], text[200];

	(void)snprintf(text, sizeof(text), "Goes on %.16s; use %s.",
		       time_text_http(retired->until, until), retired->instead);
	strbuf_add(out, ",\"deprecated\":true");
	member(out, "description", text);
}

static void
add_route(struct strbuf *out, const char *tag, const struct route *route)
{
	strbuf_add(out, "\"");
	for (const char *at = route->method; *at != '\0'; at++)
		strbuf_addf(out, "%c", tolower((unsigned char)*at));
	strbuf_add(out, "\":{");
	operation_id(out, route);
	member(out, "summary", route->summary);
	strbuf_add(out, ",\"tags\":[");
	json_out_text(out, tag);
	strbuf_add(out, "]");
	if (route->retired != NULL)
		add_retirement(out, route->retired);
	if (route->need == CAN_ANYONE)
		strbuf_add(out, ",\"security\":[]");
	else if (route->need != CAN_LOGIN)
		member(out, "x-capability", capability_name(route->need));
	/* Of the address below /wp-json/wkpbic/v1 this is no description. */
	if ((route->traits & ROUTE_SEED_TEXTS) != 0)
		strbuf_add(out, ",\"x-seed-form\":true");
	parameters(out, route);
	request_body(out, route);
	responses(out, route);
	strbuf_add(out, "}");
}

/* All methods of a path stand together, in the order of the table. */
static void
add_paths(struct strbuf *out, const struct resource *of, const char **before)
{
	for (const struct route *at = of->routes; at->method != NULL; at++) {
		const struct route *first = of->routes;
		const char *inner = "";

		while (strcmp(first->path, at->path) != 0)
			first++;
		if (first != at)
			continue;
		strbuf_addf(out, "%s\"%s\":{", *before, at->path);
		*before = ",";
		for (const struct route *same = at; same->method != NULL;
		     same++) {
			if (strcmp(same->path, at->path) != 0)
				continue;
			strbuf_add(out, inner);
			add_route(out, of->tag, same);
			inner = ",";
		}
		strbuf_add(out, "}");
	}
}

/* What both forms of an error tell (answer.c: add_reason). */
#define REASON                                                                 \
	"'params':{'type':'object','additionalProperties':{'type':'string'}}," \
	"'reason':{'type':'string'},'fix':{'type':'string'},"                  \
	"'fix_route':{'type':'string'},'retryable':{'type':'boolean'},"        \
	"'retry_after':{'type':['integer','null']},"                           \
	"'current':{}"

/*
 * What the answers of every route share (answer.c). Written as JSON with ' for
 * the quotes, and without any other use of it.
 */
static const char common[] =
	"'securitySchemes':{"
	"'session':{'type':'apiKey','in':'cookie','name':'__Host-ob_session'},"
	"'password':{'type':'http','scheme':'basic'},"
	"'token':{'type':'http','scheme':'bearer'}},"
	"'responses':{"
	"'Same':{'description':'Not changed since the ETag in If-None-Match'},"
	"'Error':{'description':'What went wrong, why, and what to do',"
	"'content':{'application/json':{'schema':"
	"{'$ref':'#/components/schemas/Error'}},"
	"'application/problem+json':{'schema':"
	"{'$ref':'#/components/schemas/Problem'}}}}},"
	"'schemas':{"
	"'Error':{'type':'object','required':['code','message','data'],"
	"'properties':{'code':{'type':'string'},'message':{'type':'string'},"
	"'data':{'$ref':'#/components/schemas/ErrorData'}}},"
	"'ErrorData':{'type':'object','required':['status','request_id',"
	"'params','reason','fix','fix_route','retryable','retry_after'],"
	"'properties':{'status':{'type':'integer'},"
	"'request_id':{'type':'string'}," REASON "}},"
	"'Problem':{'type':'object','required':['type','title','status',"
	"'detail','instance','code','params','reason','fix','fix_route',"
	"'retryable','retry_after'],'properties':{"
	"'type':{'type':'string','format':'uri-reference'},"
	"'title':{'type':'string'},'status':{'type':'integer'},"
	"'detail':{'type':'string'},'instance':{'type':'string'},"
	"'code':{'type':'string'}," REASON "}},"
	"'Meta':{'type':'object','required':['request_id','timestamp'],"
	"'properties':{'request_id':{'type':'string'},"
	"'timestamp':{'type':'string','format':'date-time'},"
	"'page':{'type':'integer'},'per_page':{'type':'integer'},"
	"'total':{'type':'integer'},"
	"'total_relation':{'type':'string','enum':['eq','gte']},"
	"'next_cursor':{'type':['string','null']},"
	"'counts':{'type':'object','additionalProperties':{'type':'integer'}},"
	"'counts_relation':{'type':'object','additionalProperties':"
	"{'type':'string','enum':['eq','gte']}},"
	"'dry_run':{'const':true},'deduplicated':{'const':true},"
	"'starts':{'type':'string','enum':['now','cron']},"
	"'cron_at':{'type':['string','null'],'format':'date-time'}}},"
	"'OperationAnswer':{'type':'object','required':['success','data',"
	"'meta'],'properties':{'success':{'const':true},"
	"'data':{'$ref':'#/components/schemas/Operation'},"
	"'meta':{'$ref':'#/components/schemas/Meta'}}}";

static void
add_components(struct strbuf *out, const struct shapes *all)
{
	strbuf_add(out, "\"components\":{");
	for (const char *at = common; *at != '\0'; at++)
		strbuf_addn(out, *at == '\'' ? "\"" : at, 1);
	for (size_t i = 0; i < all->count; i++) {
		strbuf_addf(out, ",\"%s\":", all->shape[i]->name);
		shape_schema(out, all->shape[i]);
	}
	strbuf_add(out, "}}");
}

void
openapi_add(struct strbuf *out, const char *base)
{
	struct shapes all = {0};
	const char *before = "";

	strbuf_add(out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":"
			"\"orderbridge\",\"version\":\"1\",\"description\":"
			"\"Orders from shops to Business Central.\"},"
			"\"servers\":[{\"url\":");
	json_out_text(out, base);
	strbuf_add(out, "}],\"security\":[{\"session\":[]},{\"password\":[]},"
			"{\"token\":[]}],\"tags\":[");
	for (const struct resource *of = resources; of->tag != NULL; of++) {
		strbuf_addf(out, "%s{\"name\":", before);
		json_out_text(out, of->tag);
		strbuf_add(out, "}");
		before = ",";
		for (const struct route *at = of->routes; at->method != NULL;
		     at++)
			collect_route(&all, at);
	}
	strbuf_add(out, "],\"paths\":{");
	before = "";
	for (const struct resource *of = resources; of->tag != NULL; of++)
		add_paths(out, of, &before);
	strbuf_add(out, "},");
	add_components(out, &all);
	strbuf_add(out, "}");
}

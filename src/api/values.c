#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/row_out.h"
#include "base/text.h"
#include "hooks.h"
#include "local.h"

enum { PAIRS_MAX = 64 };

bool
request_fault(struct request *r, struct err *e, const char *param,
	      const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* What does not fit any more is not begun: half of it is no JSON. */
	if (r->params.len + 6 * (strlen(param) + strlen(text)) + 8 <
	    r->params.ceiling) {
		if (r->params.len > 0)
			strbuf_add(&r->params, ",");
		json_out_text(&r->params, param);
		strbuf_add(&r->params, ":");
		json_out_text(&r->params, text);
	}
	/* The first fault is the message; all stand in params. */
	if (e->code != OB_INVALID_PARAM && e->code != OB_MISSING_PARAM) {
		err_set(e, ERR_INPUT, "%s: %s", param, text);
		err_as(e, OB_INVALID_PARAM);
	}
	return false;
}

/* Decimal digits alone, so that "1e3", " 7" and "0x7" are no numbers. */
static bool
read_int(const char *text, int64_t *out)
{
	const char *digits = *text == '-' ? text + 1 : text;
	char *end;

	if (digits[strspn(digits, "0123456789")] != '\0' || *digits == '\0')
		return false;
	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0;
}

static bool
read_word(struct request *r, const struct param *param, const char *path,
	  const char *text, int64_t *index, struct err *e)
{
	AUTO(strbuf) all = STRBUF(300);

	for (size_t i = 0; param->words[i] != NULL; i++) {
		if (strcmp(param->words[i], text) == 0) {
			*index = (int64_t)i;
			return true;
		}
		strbuf_addf(&all, "%s%s", i == 0 ? "" : ", ", param->words[i]);
	}
	return request_fault(r, e, path, "wanted one of: %s",
			     strbuf_text(&all));
}

static size_t
characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += (*text & 0xC0) != 0x80;
	return count;
}

static bool
read_text(struct request *r, const struct param *param, const char *path,
	  const char *text, struct err *e)
{
	const size_t length = characters(text);

	if (length < (size_t)param->minimum)
		return request_fault(r, e, path, "shorter than %ld characters",
				     (long)param->minimum);
	if (param->maximum > 0 && length > (size_t)param->maximum)
		return request_fault(r, e, path, "longer than %ld characters",
				     (long)param->maximum);
	for (; *text != '\0'; text++) {
		/* A text of several lines is a file, which has no limit. */
		if (iscntrl((unsigned char)*text) &&
		    (param->maximum > 0 || strchr("\n\r\t", *text) == NULL))
			return request_fault(r, e, path,
					     "holds a control character");
	}
	return true;
}

static bool
read_number(struct request *r, const struct param *param, const char *path,
	    const char *text, int64_t *out, struct err *e)
{
	const int64_t least = param->type == PARAM_ID ? 1 : param->minimum;
	const int64_t most =
		param->type == PARAM_ID ? INT64_MAX : param->maximum;

	if (!read_int(text, out))
		return request_fault(r, e, path, "wanted a whole number");
	if (*out < least || *out > most)
		return request_fault(r, e, path, "wanted %lld to %lld",
				     (long long)least, (long long)most);
	return true;
}

/* The value of a text, by the parameter's type; path is its place. */
static bool
read_plain(struct request *r, struct value *v, const char *path,
	   const char *text, struct err *e)
{
	const struct param *param = v->param;
	struct err why = {0};

	v->text = text;
	switch (param->type) {
	case PARAM_TEXT:
		return read_text(r, param, path, text, e);
	case PARAM_ID:
	case PARAM_INT:
		return read_number(r, param, path, text, &v->number, e);
	case PARAM_FLAG:
		v->number = strcmp(text, "1") == 0 || strcmp(text, "true") == 0;
		if (v->number || strcmp(text, "0") == 0 ||
		    strcmp(text, "false") == 0)
			return true;
		return request_fault(r, e, path, "wanted 1 or 0");
	case PARAM_WORD:
		return read_word(r, param, path, text, &v->number, e);
	case PARAM_DATE:
		if (strlen(text) == 10 && time_parse(text, &v->number, &why))
			return true;
		return request_fault(r, e, path,
				     "wanted a date such as 2026-11-20");
	case PARAM_TIME:
		if (time_parse(text, &v->number, &why))
			return true;
		return request_fault(
			r, e, path,
			"wanted a time such as 2026-11-20T13:00:09Z");
	case PARAM_MONEY:
		if (money_parse(text, &v->money, &why))
			return true;
		return request_fault(r, e, path,
				     "wanted an amount such as \"12.30\"");
	case PARAM_QUANTITY:
		if (quantity_parse(text, &v->quantity, &why))
			return true;
		return request_fault(r, e, path,
				     "wanted a quantity such as \"1.5\"");
	case PARAM_LIST:
	case PARAM_OBJECT:
	case PARAM_OBJECTS:
		break;
	}
	return request_fault(r, e, path, "cannot stand here");
}

static struct value *
add(struct request *r, const struct param *param)
{
	struct value *v = &r->value[r->values++];

	*v = (struct value){.param = param};
	return v;
}

static const struct param *
find(const struct param *params, const char *name)
{
	for (; params != NULL && params->name != NULL; params++) {
		if (strcmp(params->name, name) == 0)
			return params;
	}
	return NULL;
}

static const char *
kind_of(const json_t *value)
{
	static const char *const kinds[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",
		[JSON_STRING] = "a text",    [JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number",    [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",      [JSON_NULL] = "null",
	};

	return kinds[json_typeof(value)];
}

static bool check_members(struct request *r, const struct param *members,
			  json_t *object, const char *path, struct err *e);

static bool
check_list(struct request *r, const struct param *param, json_t *list,
	   const char *path, struct err *e)
{
	const size_t count = json_array_size(list);
	char at[160];
	int64_t index;

	if (count < (size_t)param->minimum ||
	    (param->maximum > 0 && count > (size_t)param->maximum))
		return request_fault(r, e, path, "wanted %ld to %ld members",
				     (long)param->minimum,
				     (long)param->maximum);
	for (size_t i = 0; i < count; i++) {
		json_t *member = json_array_get(list, i);

		(void)snprintf(at, sizeof(at), "%s[%zu]", path, i);
		if (param->type == PARAM_OBJECTS) {
			if (!json_is_object(member))
				return request_fault(r, e, at,
						     "wanted an object");
			if (!check_members(r, param->members, member, at, e))
				return false;
		} else if (!json_is_string(member)) {
			return request_fault(r, e, at,
					     "wanted a text, found %s",
					     kind_of(member));
		} else if (param->words != NULL &&
			   !read_word(r, param, at, json_string_value(member),
				      &index, e)) {
			return false;
		}
	}
	return true;
}

/* One member of a body, into v; path is its place. */
static bool
read_member(struct request *r, struct value *v, json_t *value, const char *path,
	    struct err *e)
{
	const struct param *param = v->param;

	v->json = value;
	if (json_is_null(value))
		return (param->traits & PARAM_NULL) != 0 ||
		       request_fault(r, e, path, "may not be null");
	switch (param->type) {
	case PARAM_LIST:
	case PARAM_OBJECTS:
		if (!json_is_array(value))
			return request_fault(r, e, path,
					     "wanted a list, found %s",
					     kind_of(value));
		return check_list(r, param, value, path, e);
	case PARAM_OBJECT:
		if (!json_is_object(value))
			return request_fault(r, e, path,
					     "wanted an object, found %s",
					     kind_of(value));
		return param->members == NULL ||
		       check_members(r, param->members, value, path, e);
	case PARAM_FLAG:
		v->number = json_is_true(value);
		return json_is_boolean(value) ||
		       request_fault(r, e, path,
				     "wanted true or false, found %s",
				     kind_of(value));
	case PARAM_INT:
		if (!json_is_integer(value))
			return request_fault(r, e, path,
					     "wanted a whole number, found %s",
					     kind_of(value));
		v->number = json_integer_value(value);
		if (v->number < param->minimum || v->number > param->maximum)
			return request_fault(r, e, path, "wanted %lld to %lld",
					     (long long)param->minimum,
					     (long long)param->maximum);
		return true;
	case PARAM_TEXT:
	case PARAM_ID:
	case PARAM_WORD:
	case PARAM_TIME:
	case PARAM_DATE:
	case PARAM_MONEY:
	case PARAM_QUANTITY:
		break;
	}
	/* Ids and amounts are texts in JSON, in as out (UX 3). */
	if (!json_is_string(value))
		return request_fault(r, e, path, "wanted a text, found %s",
				     kind_of(value));
	return read_plain(r, v, path, json_string_value(value), e);
}

static bool
unknown(struct request *r, const struct param *params, const char *path,
	struct err *e)
{
	AUTO(strbuf) all = STRBUF(300);

	for (; params != NULL && params->name != NULL; params++)
		strbuf_addf(&all, "%s%s", all.len == 0 ? "" : ", ",
			    params->name);
	return request_fault(r, e, path, "is not known here; known: %s",
			     all.len == 0 ? "none" : strbuf_text(&all));
}

static bool
missing(struct request *r, const char *path, struct err *e)
{
	const bool first = e->code != OB_INVALID_PARAM;

	request_fault(r, e, path, "is required");
	if (first)
		err_as(e, OB_MISSING_PARAM);
	return false;
}

static bool
check_members(struct request *r, const struct param *members, json_t *object,
	      const char *path, struct err *e)
{
	const char *key;
	json_t *value;
	char at[160];

	json_object_foreach(object, key, value)
	{
		struct value scratch = {.param = find(members, key)};

		(void)snprintf(at, sizeof(at), "%s.%s", path, key);
		if (scratch.param == NULL)
			return unknown(r, members, at, e);
		if (!read_member(r, &scratch, value, at, e))
			return false;
	}
	for (; members->name != NULL; members++) {
		(void)snprintf(at, sizeof(at), "%s.%s", path, members->name);
		if ((members->traits & PARAM_REQUIRED) != 0 &&
		    json_object_get(object, members->name) == NULL)
			return missing(r, at, e);
	}
	return true;
}

static bool
read_parts(struct request *r, const struct match *match, struct err *e)
{
	const struct param *param = match->route->parts;
	bool ok = true;

	for (size_t i = 0; param != NULL && param->name != NULL; i++, param++)
		ok = read_plain(r, add(r, param), param->name, match->part[i],
				e) &&
		     ok;
	/* A thing with an impossible name does not exist. */
	if (!ok) {
		err_set(e, ERR_MISSING, "there is nothing of that name");
		err_as(e, OB_NOT_FOUND);
	}
	return ok;
}

static bool
read_pair(struct request *r, const char *name, const char *value, struct err *e)
{
	const struct param *param = find(r->route->query, name);

	if (param == NULL)
		return r->is_alias || unknown(r, r->route->query, name, e);
	for (size_t i = 0; i < r->values; i++) {
		if (r->value[i].param == param)
			return request_fault(r, e, name, "stands there twice");
	}
	return read_plain(r, add(r, param), name, value, e);
}

/* Every route knows these; the list's own are read by list_read(). */
static bool
is_common(struct request *r, const char *name, const char *value, bool *ok,
	  struct err *e)
{
	if (strcmp(name, "_envelope") == 0) {
		if (r->envelope >= 0)
			*ok = request_fault(r, e, name, "stands there twice");
		r->envelope = strcmp(value, "0") != 0;
		return true;
	}
	if (strcmp(name, "dry_run") != 0 ||
	    (r->route->traits & ROUTE_DRY_RUN) == 0)
		return false;
	/* Once is enough for it to count: a second must not take it back. */
	if (r->dry_run)
		*ok = request_fault(r, e, name, "stands there twice");
	r->dry_run = strcmp(value, "1") == 0 || strcmp(value, "true") == 0;
	if (!r->dry_run && strcmp(value, "0") != 0 &&
	    strcmp(value, "false") != 0)
		*ok = request_fault(r, e, name, "wanted 1 or 0");
	return true;
}

static bool
read_query(struct request *r, struct err *e)
{
	struct list_param pair[PAIRS_MAX];
	size_t count = 0;
	bool ok = true;
	char *rest = r->query;

	for (char *at; (at = strsep(&rest, "&")) != NULL;) {
		char *name = at, *value = at;

		if (*at == '\0')
			continue;
		(void)strsep(&value, "=");
		if (value == NULL)
			value = at + strlen(at);
		if (!query_decode(name, true) || !query_decode(value, true))
			return request_fault(r, e, "query",
					     "holds what is no UTF-8 text");
		if (is_common(r, name, value, &ok, e))
			continue;
		if (count == PAIRS_MAX)
			return request_fault(r, e, "query",
					     "more than %d parameters",
					     PAIRS_MAX);
		if (r->route->list != NULL &&
		    find(r->route->query, name) == NULL)
			pair[count++] = (struct list_param){name, value};
		else
			ok = read_pair(r, name, value, e) && ok;
	}
	if (r->route->list != NULL)
		ok = request_list(r, r->route->list, pair, count, &r->list,
				  e) &&
		     ok;
	return ok;
}

static bool
read_body(struct request *r, struct err *e)
{
	const char *key;
	json_t *value;
	bool ok = true;

	if (r->route->body == NULL && r->body == NULL)
		return true;
	if (r->body != NULL && !json_is_object(r->body))
		return request_fault(r, e, "body", "wanted an object");
	json_object_foreach(r->body, key, value)
	{
		const struct param *param = find(r->route->body, key);

		if (param == NULL)
			ok = (r->is_alias ||
			      unknown(r, r->route->body, key, e)) &&
			     ok;
		else
			ok = read_member(r, add(r, param), value, key, e) && ok;
	}
	return ok;
}

static bool
check_required(struct request *r, const struct param *params, struct err *e)
{
	bool ok = true;

	for (; params != NULL && params->name != NULL; params++) {
		if ((params->traits & PARAM_REQUIRED) != 0 &&
		    !request_given(r, params->name) &&
		    (r->params.len == 0 ||
		     strstr(strbuf_text(&r->params), params->name) == NULL))
			ok = missing(r, params->name, e);
	}
	return ok;
}

bool
request_read_values(struct request *r, const struct match *match, struct err *e)
{
	bool ok;

	if (!read_parts(r, match, e))
		return false;
	ok = read_query(r, e);
	ok = read_body(r, e) && ok;
	ok = check_required(r, r->route->query, e) && ok;
	ok = check_required(r, r->route->body, e) && ok;
	return ok;
}

static const struct value *
value_of(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->values; i++) {
		if (strcmp(r->value[i].param->name, name) == 0)
			return &r->value[i];
	}
	return NULL;
}

bool
request_given(const struct request *r, const char *name)
{
	return value_of(r, name) != NULL;
}

const char *
request_text(const struct request *r, const char *name)
{
	const struct value *v = value_of(r, name);

	return v == NULL || v->text == NULL ? "" : v->text;
}

int64_t
request_int(const struct request *r, const char *name, int64_t otherwise)
{
	const struct value *v = value_of(r, name);

	return v == NULL ? otherwise : v->number;
}

bool
request_flag(const struct request *r, const char *name, bool otherwise)
{
	return request_int(r, name, otherwise) != 0;
}

utc_ms
request_time(const struct request *r, const char *name)
{
	return request_int(r, name, 0);
}

struct money
request_money(const struct request *r, const char *name)
{
	const struct value *v = value_of(r, name);

	if (v == NULL)
		return (struct money){0};
	return v->money;
}

struct quantity
request_quantity(const struct request *r, const char *name,
		 struct quantity otherwise)
{
	const struct value *v = value_of(r, name);

	return v == NULL ? otherwise : v->quantity;
}

struct jnode
request_json(const struct request *r, const char *name)
{
	const struct value *v = value_of(r, name);

	return jnode_root(v == NULL ? NULL : v->json, name);
}

bool
request_lists(const struct request *r, const char *name, const char *word)
{
	const json_t *list = request_json(r, name).value;

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (strcmp(json_string_value(json_array_get(list, i)), word) ==
		    0)
			return true;
	}
	return false;
}

#include "entity/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

enum {
	QUERY_MAX = 16384,
	SEARCH_MIN = 2,
	SEARCH_MAX = 100,
	PER_PAGE = 25,
	PER_PAGE_MAX = 100,
	NUMBER_DIGITS_MAX = 9,
	PAGE_MAX = 1000000, /* beyond LIST_COUNT_MAX anyway */
};

void
list_ask_end(struct list_ask *ask)
{
	for (size_t i = 0; i < ask->keeps; i++)
		free(ask->kept[i]);
	free(ask->kept);
	free(ask->value);
	strbuf_end(&ask->query);
	*ask = (struct list_ask){0};
}

bool
list_fault(struct reading *r, const char *param, const char *format, ...)
{
	va_list args;

	(void)text_copy(r->bad->param, sizeof(r->bad->param), param);
	va_start(args, format);
	(void)vsnprintf(r->bad->message, sizeof(r->bad->message), format, args);
	va_end(args);
	err_set(r->e, ERR_INPUT, "%s: %s", r->bad->param, r->bad->message);
	return err_as(r->e, OB_INVALID_PARAM);
}

bool
list_no_memory(struct reading *r)
{
	return err_set(r->e, ERR_TEMPORARY, "out of memory");
}

static bool
list_fault_known(struct reading *r, const char *param, const char *why,
		 unsigned traits)
{
	AUTO(strbuf) all = STRBUF(700);

	for (const struct field *at = r->ask->entity->shape->fields;
	     at->name != NULL; at++) {
		if (traits == 0 ? (at->traits & FIELD_HIDDEN) == 0
				: (at->traits & traits) != 0)
			strbuf_addf(&all, "%s%s", all.len == 0 ? "" : ", ",
				    at->name);
	}
	return list_fault(r, param, "%s; there are: %s", why,
			  all.len == 0 ? "none" : strbuf_text(&all));
}

/* ---- view, group, search, fields, sort */

/* Parameters that are no filters, and where they go. */
struct asked {
	const char *view, *group, *counts, *search, *sort, *orderby, *order,
		*cursor;
	const char *fields, *_fields, *page, *per_page;
};

static bool
read_view(struct reading *r, const char *name)
{
	const struct entity_view *view = r->ask->entity->views;
	AUTO(strbuf) all = STRBUF(300);

	for (; view != NULL && view->name != NULL; view++) {
		if (strcmp(view->name, name) == 0)
			break;
		strbuf_addf(&all, "%s%s", all.len == 0 ? "" : ", ", view->name);
	}
	if (view == NULL || view->name == NULL)
		return list_fault(r, "view", "is not known; there are: %s",
				  all.len == 0 ? "none" : strbuf_text(&all));
	if (view->of != NULL)
		r->ask->entity = view->of;
	return list_filter_pairs(r, view->filter);
}

/* "%", "_" and the escape stand for themselves. */
static const char *
pattern_of(struct list_ask *ask, const char *text)
{
	AUTO(strbuf) out = STRBUF(8 * SEARCH_MAX);

	strbuf_add(&out, "%");
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '%' || *at == '_' || *at == '\\')
			strbuf_add(&out, "\\");
		strbuf_addn(&out, at, 1);
	}
	strbuf_add(&out, "%");
	return out.failed ? NULL : list_keep(ask, out.text, out.len);
}

static bool
keep_patterns(struct list_ask *ask)
{
	AUTO(strbuf) upper = STRBUF(3 * SEARCH_MAX);
	struct err ignored = {0};

	ask->pattern = pattern_of(ask, ask->search);
	ask->upper = text_key(ask->search, &upper, &ignored)
			     ? pattern_of(ask, strbuf_text(&upper))
			     : ask->pattern;
	return ask->pattern != NULL && ask->upper != NULL;
}

/* What is told of rows, or decides their order, is nothing for groups. */
static bool
check_alone(struct reading *r, const struct asked *asked)
{
	const struct {
		const char *name, *value;
	} others[] = {
		{"sort", asked->sort},     {"orderby", asked->orderby},
		{"order", asked->order},   {"fields", asked->fields},
		{"cursor", asked->cursor}, {"_fields", asked->_fields},
	};

	for (size_t i = 0; i < COUNT_OF(others); i++) {
		if (others[i].value != NULL)
			return list_fault(r, others[i].name,
					  "does not go with group=");
	}
	return true;
}

static bool
read_group(struct reading *r, const struct asked *asked)
{
	const struct entity_group *group = r->ask->entity->groups;
	AUTO(strbuf) all = STRBUF(300);

	for (; group != NULL && group->name != NULL; group++) {
		if (strcmp(group->name, asked->group) == 0)
			break;
		strbuf_addf(&all, "%s%s", all.len == 0 ? "" : ", ",
			    group->name);
	}
	if (group == NULL || group->name == NULL)
		return list_fault(r, "group", "is not known; there are: %s",
				  all.len == 0 ? "none" : strbuf_text(&all));
	r->ask->group = group;
	return check_alone(r, asked);
}

/* What groups are made of where nothing is said of that field. */
static bool
add_otherwise(struct reading *r)
{
	const struct entity_group *group = r->ask->group;
	const size_t length =
		group && group->otherwise ? strcspn(group->otherwise, "=") : 0;

	if (length == 0)
		return true;
	for (size_t i = 0; i < r->ask->filters; i++) {
		const char *name = r->ask->filter[i].field->name;

		if (strlen(name) == length &&
		    strncmp(name, group->otherwise, length) == 0)
			return true;
	}
	return list_filter_pairs(r, group->otherwise);
}

bool
list_counts_field(const struct field *field)
{
	return field->type == FIELD_WORD && (field->traits & FIELD_FILTER) != 0;
}

static bool
read_counts(struct reading *r, const char *name)
{
	struct list_ask *ask = r->ask;
	const struct field *field = ask->entity->shape->fields;
	AUTO(strbuf) all = STRBUF(300);

	ask->counts_views =
		ask->asked->views != NULL && strcmp(name, "view") == 0;
	for (; field->name != NULL; field++) {
		if (!list_counts_field(field))
			continue;
		if (strcmp(field->name, name) == 0)
			ask->counts = field;
		strbuf_addf(&all, "%s%s", all.len == 0 ? "" : ", ",
			    field->name);
	}
	if (ask->asked->views != NULL)
		strbuf_addf(&all, "%sview", all.len == 0 ? "" : ", ");
	if (ask->counts != NULL || ask->counts_views)
		return true;
	return list_fault(r, "counts", "is not known; there are: %s",
			  all.len == 0 ? "none" : strbuf_text(&all));
}

/* A filter that other numbers are counted under, too. */
static bool
note_other(struct reading *r, const struct list_param *param)
{
	struct list_ask *ask = r->ask;
	const char *name = list_keep(ask, param->name, strlen(param->name));
	const char *value = list_keep(ask, param->value, strlen(param->value));

	if (name == NULL || value == NULL)
		return list_no_memory(r);
	if (ask->others == LIST_OTHERS_MAX)
		return list_fault(r, param->name, "too many filters");
	ask->other[ask->others++] = (struct list_param){name, value};
	return true;
}

static bool
read_search(struct reading *r, const char *text)
{
	struct list_ask *ask = r->ask;
	bool any = false;

	if (strlen(text) < SEARCH_MIN || strlen(text) > SEARCH_MAX)
		return list_fault(r, "search", "wanted %d to %d characters",
				  SEARCH_MIN, SEARCH_MAX);
	for (const struct field *at = ask->entity->shape->fields;
	     at->name != NULL; at++)
		any = any || list_searches(ask, at);
	if (!any)
		return list_fault(r, "search",
				  "there is nothing here to search in");
	ask->search = list_keep(ask, text, strlen(text));
	return (ask->search != NULL && keep_patterns(ask)) || list_no_memory(r);
}

static bool
read_fields(struct reading *r, const char *name, const char *text)
{
	const struct field *first = r->ask->entity->shape->fields;

	for (;;) {
		const size_t length = strcspn(text, ",");
		const char *one = list_keep(r->ask, text, length);
		const struct field *field = first;

		if (one == NULL)
			return list_no_memory(r);
		while (field->name != NULL &&
		       (strcmp(field->name, one) != 0 ||
			(field->traits & FIELD_HIDDEN) != 0))
			field++;
		if (field->name == NULL)
			return list_fault_known(r, name,
						"there is no such field", 0);
		r->ask->fields |= UINT64_C(1) << (unsigned)(field - first);
		if (text[length] == '\0')
			return true;
		text += length + 1;
	}
}

/* An id behind the others may be written with either sign: it goes with them.
 */
static bool
add_order(struct reading *r, const char *name, const char *text)
{
	struct list_ask *ask = r->ask;
	const bool falling = *text == '-';
	const struct field *field =
		entity_field(ask->entity, text + falling, FIELD_SORT);
	const bool is_key = strcmp(text + falling, ask->entity->key) == 0;

	if (is_key && ask->orders > 0)
		return true;
	if (field == NULL)
		return list_fault_known(r, name,
					"one of these is no sort of this list",
					FIELD_SORT);
	if (ask->orders == LIST_ORDER_MAX)
		return list_fault(r, name, "more than %d fields",
				  LIST_ORDER_MAX);
	if (ask->orders > 0 && falling != ask->falling)
		return list_fault(r, name,
				  "all fields go in one direction, that of "
				  "the first");
	ask->order[ask->orders++] = field;
	ask->falling = falling;
	return true;
}

static bool
read_sort(struct reading *r, const char *name, const char *text)
{
	for (;;) {
		const size_t length = strcspn(text, ",");
		const char *one = list_keep(r->ask, text, length);

		if (one == NULL)
			return list_no_memory(r);
		if (!add_order(r, name, one))
			return false;
		if (text[length] == '\0')
			return true;
		text += length + 1;
	}
}

/* ---- parameters */

static bool
read_number(struct reading *r, const char *name, const char *text,
	    unsigned most, unsigned *out)
{
	const size_t digits = strspn(text, "0123456789");

	if (digits > 0 && digits <= NUMBER_DIGITS_MAX && text[digits] == '\0') {
		*out = (unsigned)strtoul(text, NULL, 10);
		if (*out >= 1 && *out <= most)
			return true;
	}
	return list_fault(r, name, "wanted 1 to %u, found \"%.40s\"", most,
			  text);
}

static const char **
place_of(struct asked *asked, const char *name)
{
	const struct {
		const char *name;
		const char **place;
	} known[] = {
		{"view", &asked->view},     {"group", &asked->group},
		{"counts", &asked->counts}, {"search", &asked->search},
		{"sort", &asked->sort},     {"orderby", &asked->orderby},
		{"order", &asked->order},   {"cursor", &asked->cursor},
		{"fields", &asked->fields}, {"_fields", &asked->_fields},
		{"page", &asked->page},     {"per_page", &asked->per_page},
	};

	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (strcmp(known[i].name, name) == 0)
			return known[i].place;
	}
	return NULL;
}

static bool
is_twice(const struct list_param *param, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (strcmp(param[i].name, param[at].name) == 0)
			return true;
	}
	return false;
}

/* All of a query but the place in the list, which each link has of its own. */
static void
note_query(struct list_ask *ask, const struct list_param *param)
{
	if (strcmp(param->name, "page") == 0 ||
	    strcmp(param->name, "cursor") == 0)
		return;
	strbuf_add(&ask->query, ask->query.len == 0 ? "" : "&");
	list_encode(&ask->query, param->name);
	strbuf_add(&ask->query, "=");
	list_encode(&ask->query, param->value);
}

static bool
sort_params(struct reading *r, const struct list_param *param, size_t count,
	    struct asked *asked)
{
	for (size_t i = 0; i < count; i++) {
		const char **place = place_of(asked, param[i].name);

		if (is_twice(param, i))
			return list_fault(r, param[i].name,
					  "stands there twice");
		if (!text_is_utf8(param[i].value, strlen(param[i].value)))
			return list_fault(r, param[i].name, "is not UTF-8");
		if (place != NULL)
			*place = param[i].value;
		note_query(r->ask, &param[i]);
	}
	return true;
}

static bool
read_filters(struct reading *r, const struct list_param *param, size_t count)
{
	struct asked ignored;

	for (size_t i = 0; i < count; i++) {
		const struct field *field;

		if (place_of(&ignored, param[i].name) == &ignored.view ||
		    place_of(&ignored, param[i].name) == &ignored.search) {
			if (!note_other(r, &param[i]))
				return false;
			continue;
		}
		if (place_of(&ignored, param[i].name) != NULL)
			continue;
		field = entity_field(r->ask->entity, param[i].name,
				     FIELD_FILTER);
		if (field == NULL)
			return list_fault_known(r, param[i].name,
						"is no filter of this list",
						FIELD_FILTER);
		if (!list_filter_add(r, field, param[i].value) ||
		    !note_other(r, &param[i]))
			return false;
	}
	return true;
}

static bool
read_order(struct reading *r, const struct asked *asked)
{
	if (asked->sort != NULL && asked->orderby != NULL)
		return list_fault(r, "orderby", "say it once: sort=");
	if (asked->order != NULL && asked->orderby == NULL)
		return list_fault(r, "order", "goes with orderby=");
	if (asked->orderby == NULL)
		return read_sort(r, "sort",
				 asked->sort ? asked->sort
					     : r->ask->entity->sort);
	if (*asked->orderby == '-')
		return list_fault(r, "orderby", "the direction is order=");
	if (!read_sort(r, "orderby", asked->orderby))
		return false;
	/* As WordPress has it. */
	r->ask->falling =
		asked->order == NULL || strcmp(asked->order, "desc") == 0;
	return r->ask->falling || strcmp(asked->order, "asc") == 0 ||
	       list_fault(r, "order", "wanted asc or desc");
}

static bool
read_page(struct reading *r, const struct asked *asked)
{
	struct list_ask *ask = r->ask;

	if (asked->per_page != NULL &&
	    !read_number(r, "per_page", asked->per_page,
			 ask->access.per_page_max ? ask->access.per_page_max
						  : PER_PAGE_MAX,
			 &ask->per_page))
		return false;
	if (asked->page == NULL)
		return true;
	if (asked->cursor != NULL)
		return list_fault(r, "page", "a cursor has its own place");
	if (!read_number(r, "page", asked->page, PAGE_MAX, &ask->page))
		return false;
	if ((uint64_t)ask->page * ask->per_page <= LIST_COUNT_MAX)
		return true;
	(void)list_fault(r, "page",
			 "ends beyond row %d: follow the cursor of the link "
			 "\"next\" instead",
			 LIST_COUNT_MAX);
	return err_as(r->e, OB_USE_CURSOR);
}

static bool
read_all(struct reading *r, const struct list_param *param, size_t count)
{
	struct asked asked = {0};

	if (!sort_params(r, param, count, &asked))
		return false;
	/* First, because it may lead to other rows, with other fields. */
	if (asked.view != NULL && !read_view(r, asked.view))
		return false;
	if (asked.group != NULL && !read_group(r, &asked))
		return false;
	if (!list_filter_pairs(r, r->ask->entity->fixed) ||
	    !read_filters(r, param, count) || !add_otherwise(r))
		return false;
	if (asked.counts != NULL && !read_counts(r, asked.counts))
		return false;
	if (asked.search != NULL && !read_search(r, asked.search))
		return false;
	if (asked.fields != NULL && !read_fields(r, "fields", asked.fields))
		return false;
	if (asked._fields != NULL && !read_fields(r, "_fields", asked._fields))
		return false;
	if (!read_order(r, &asked) || !read_page(r, &asked) ||
	    !list_cut_to_sites(r) || !list_plan(r))
		return false;
	if (asked.cursor != NULL && !list_cursor_read(r->ask, asked.cursor))
		return list_fault(r, "cursor",
				  "is none that this list, with these filters "
				  "and this sort, has given out");
	return strbuf_check(&r->ask->query, r->e);
}

bool
list_read(const struct entity *entity, struct db *db,
	  const struct list_param *param, size_t count,
	  const struct list_access *access, struct list_ask *out,
	  struct list_fault *bad, struct err *e)
{
	struct reading r;

	*out = (struct list_ask){.entity = entity,
				 .asked = entity,
				 .access = *access,
				 .query = STRBUF(QUERY_MAX),
				 .page = 1,
				 .per_page = PER_PAGE};
	*bad = (struct list_fault){0};
	r = (struct reading){out, db, bad, e};
	return read_all(&r, param, count);
}

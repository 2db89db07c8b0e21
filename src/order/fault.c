#include "order/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"

/* One fault is told once, however often the pure steps are run. */
static bool
is_known(const struct faults *faults, const struct fault *f)
{
	for (size_t i = 0; i < faults->count; i++) {
		const struct fault *known = &faults->fault[i];

		if (known->stage == f->stage && known->code == f->code &&
		    strcmp(known->field, f->field) == 0 &&
		    strcmp(known->sku, f->sku) == 0)
			return true;
	}
	return false;
}

void
fault_add(struct faults *faults, enum stage stage, enum code code,
	  const char *field, const char *sku, const char *message, ...)
{
	struct fault f = {.stage = stage, .code = code};
	char text[1024];
	va_list args;

	(void)text_copy(f.field, sizeof(f.field), field);
	(void)text_copy(f.sku, sizeof(f.sku), sku);
	va_start(args, message);
	(void)vsnprintf(text, sizeof(text), message, args);
	va_end(args);
	(void)text_copy(f.message, sizeof(f.message), text);
	if (faults->count < FAULTS_MAX && !is_known(faults, &f))
		faults->fault[faults->count++] = f;
}

bool
fault_is_soft(const struct fault *fault)
{
	return code_info(fault->code)->class == CODE_SOFT &&
	       OB_GUARD("verify.soft");
}

static bool
goes_before(const struct fault *a, const struct fault *b)
{
	if (a->stage != b->stage)
		return a->stage < b->stage;
	return !fault_is_soft(a) && fault_is_soft(b);
}

const struct fault *
fault_first(const struct faults *faults)
{
	const struct fault *first = NULL;

	for (size_t i = 0; i < faults->count; i++)
		if (first == NULL || goes_before(&faults->fault[i], first))
			first = &faults->fault[i];
	return first;
}

const char *
stage_name(enum stage stage)
{
	static const char *const names[] = {
		[STAGE_FETCH] = "fetch",   [STAGE_NORMALISE] = "normalise",
		[STAGE_VERIFY] = "verify", [STAGE_KITS] = "kits",
		[STAGE_CREDIT] = "credit", [STAGE_STORE] = "store",
		[STAGE_MARK] = "mark",     [STAGE_EXPORT] = "export",
	};

	return (size_t)stage < COUNT_OF(names) ? names[stage] : "?";
}

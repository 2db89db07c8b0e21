/* Bodies and upstreams' answers: what is taken is no deeper than we allow. */
#include <stdint.h>
#include <stdlib.h>

#include "base/jnode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static size_t
depth_of(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t deepest = 0, index, depth;

	json_array_foreach(value, index, member)
	{
		depth = depth_of(member);
		deepest = depth > deepest ? depth : deepest;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, member)
	{
		depth = depth_of(member);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	enum { ALLOWED = 24 };
	json_t *value = NULL;
	struct err e = {0};

	if (!json_read((const char *)bytes, length, &value, &e))
		return 0;
	if (depth_of(value) > ALLOWED + 1)
		abort();
	json_decref(value);
	return 0;
}

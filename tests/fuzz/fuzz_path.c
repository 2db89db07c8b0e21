/* Paths and queries of requests: decoded and matched, never out of bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *path = strndup((const char *)bytes, length);
	char *query = strndup((const char *)bytes, length);
	const struct match match = route_match("GET", path);

	for (size_t i = 0; i < 4; i++) {
		if (match.part[i] != NULL && strlen(match.part[i]) > length)
			abort();
	}
	if (query_decode(query, true) && strlen(query) > length)
		abort();
	free(path);
	free(query);
	return 0;
}

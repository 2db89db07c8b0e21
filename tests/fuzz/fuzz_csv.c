/* Uploaded files: every line is read or refused, and the reader comes to an
 * end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const char *const names[] = {"sku", "description", "quantity",
					    NULL};
	struct err e = {0};
	struct csv csv;
	size_t rows = 0;

	if (!csv_open(&csv, (const char *)bytes, length, names, &e))
		return 0;
	while (csv_next(&csv, &e)) {
		for (size_t i = 0; names[i] != NULL; i++) {
			if (strlen(csv_value(&csv, i)) > length)
				abort();
		}
		if (++rows > length + 1)
			abort();
	}
	csv_end(&csv);
	return 0;
}

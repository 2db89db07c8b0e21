#ifndef OB_API_OPENAPI_H
#define OB_API_OPENAPI_H

#include "base/strbuf.h"

/*
 * Appends the OpenAPI 3.1 document of every route. base: where the API stands,
 * "/ob/api/v1".
 */
void openapi_add(struct strbuf *out, const char *base);

#endif

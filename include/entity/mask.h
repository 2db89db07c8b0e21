#ifndef OB_ENTITY_MASK_H
#define OB_ENTITY_MASK_H

#include "base/strbuf.h"

/* What is shown of personal data to those who may not see it. */
void mask_add(struct strbuf *out, const char *text);

#endif

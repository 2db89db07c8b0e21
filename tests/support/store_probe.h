#ifndef OB_TESTS_STORE_PROBE_H
#define OB_TESTS_STORE_PROBE_H

/* The calls of store_probe that have files of their own. */

#include "tests/support/steps.h"

extern const struct probe_call product_calls[], site_calls[];

#endif

#ifndef OB_TESTS_ORDER_DUMP_H
#define OB_TESTS_ORDER_DUMP_H

/*
 * An order as JSON for people and golden files: one member or line a text line,
 * what is empty, 0 or false left out.
 */

#include "order/order.h"

/* The caller frees it. */
char *order_dump(const struct order *o);

#endif

#ifndef OB_FLOW_ORDER_JSON_H
#define OB_FLOW_ORDER_JSON_H

/*
 * What became of an order as JSON, for the result of an operation. Personal
 * data is masked for everybody: a result is kept as long as its operation.
 */

#include "base/strbuf.h"
#include "order/order.h"

/* A run's told function; context: the struct strbuf. */
void order_json_tell(void *context, const struct order *o, const char *outcome,
		     const struct fault *why, enum code code);

#endif

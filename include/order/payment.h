#ifndef OB_ORDER_PAYMENT_H
#define OB_ORDER_PAYMENT_H

/* How an order was paid: flags, code and what must be there (FEATURES 8.2). */

#include "order/check.h"

/*
 * From the platform's slug (o->payment_provider): the flags klarna, stripe and
 * paypal and the code of R-3 in o->payment_method: klarna, card, paypal,
 * amazon, apple_google, bank_transfer, cod, cheque, other; where nothing is due
 * gift_card, store_credit or free. Then for online methods. Card
 * numbers in payment fields are masked. Needs order_prove before.
 */
void payment_check(struct order *o, const struct order_rules *rules);
/* Stars and the last four characters: "****PWGC"; cut to fit (8.12). */
void payment_mask_code(char *out, size_t room, const char *code);

#endif

#ifndef OB_ORDER_LOCAL_H
#define OB_ORDER_LOCAL_H

/* What the files of this folder share. */

#include <stdbool.h>
#include <stddef.h>

#define PLACE_ROOM 128 /* the longest country name has 53 bytes */

/*
 * Folds the name of a country or state for comparison: upper case, & as AND,
 * single blanks, without . , ( ) ' and a leading THE. False: empty, too long.
 */
bool place_fold(const char *text, char out[PLACE_ROOM]);
/* Whether a list of folded names with | between them has the name. */
bool place_list_has(const char *list, const char *name);

#endif

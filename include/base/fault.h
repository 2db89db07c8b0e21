#ifndef OB_BASE_FAULT_H
#define OB_BASE_FAULT_H

/*
 * Named points where a test makes the program stop, fail or wait, compiled in
 * only by --enable-fault-points (RELIABILITY 7.1). Armed by the environment:
 * OB_FAULT_AT=name:nth:kill|error|delay[=ms][,...], where nth counts the passes
 * of this process from 1 (0: each one) and a delay is 2 s unless told;
 * OB_FAULT_LOG=FILE gets a line "name" each time a point is passed, so that a
 * sweep can count them.
 */

#include <stdbool.h>

#ifdef OB_FAULT_POINTS
/* True when the point is armed with "error" and its turn has come. */
bool fault_hit(const char *name);
/* Whether a guard is switched off: OB_GUARD_OFF=name[,name]. */
bool fault_guard_off(const char *name);
#define OB_FAULT(name) fault_hit(name)
#define OB_GUARD(name) (!fault_guard_off(name))
#else
#define OB_FAULT(name) false
#define OB_GUARD(name) true
#endif

#endif

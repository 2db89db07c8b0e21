#ifndef OB_TESTS_DICE_H
#define OB_TESTS_DICE_H

/*
 * Numbers for property tests: the same at every run, so that a failure can be
 * looked at again.
 */

#include <stdint.h>

enum { DICE_CASES = 100000 };

struct dice {
	uint64_t state;
};

#define DICE                \
	{                   \
		20261122ULL \
	}

/* SplitMix64 */
static inline uint64_t
dice_next(struct dice *dice)
{
	uint64_t z = dice->state += 0x9E3779B97F4A7C15ULL;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
	return z ^ (z >> 31);
}

/* From least to most, both included. */
static inline int64_t
dice_between(struct dice *dice, int64_t least, int64_t most)
{
	uint64_t span = (uint64_t)most - (uint64_t)least + 1;
	uint64_t drawn = dice_next(dice);

	return (int64_t)((uint64_t)least + (span ? drawn % span : drawn));
}

#endif

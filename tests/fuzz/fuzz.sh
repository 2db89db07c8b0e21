#!/bin/sh
# Fuzzes what reads foreign bytes: fuzz.sh SECONDS, in the folder of a build.
# A build of its own by clang, with the sanitizers; each target begins with its
# seeds and keeps what it found beside them, in that folder.
set -eu
seconds=$1
source=$(cd "${top_srcdir:-.}" && pwd)
mkdir -p fuzz/build
cd fuzz/build
flags="-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"
[ -e Makefile ] || "$source/configure" -q CC=clang CFLAGS="$flags" \
	LDFLAGS="-fsanitize=address,undefined" --disable-hardening
make -s -j"$(nproc)" liborderbridge.a
libraries=$(sed -n 's/^DEPS_LIBS = //p' Makefile)
for file in "$source"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$file" .c)
	# shellcheck disable=SC2086 # lists of flags
	clang -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-include config.h -I. -Igen -I"$source/include" "$file" \
		liborderbridge.a $libraries -o "$name"
	mkdir -p "../$name"
	echo "$name: $seconds s"
	"./$name" -max_total_time="$seconds" -max_len=4096 "../$name" \
		"$source/tests/fuzz/seeds/${name#fuzz_}" >"$name.log" 2>&1 || {
		cat "$name.log" >&2
		exit 1
	}
done

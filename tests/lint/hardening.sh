#!/bin/sh
# make hardening: whether RELIABILITY 6.9 came through to the programs, asked of
# the files themselves. Not of a build for sanitizers, nor of one without -O.
set -eu
faults=0

fault() {
	echo "hardening: $program: $1" >&2
	faults=$((faults + 1))
}

for program in "$@"; do
	parts=$(readelf -lW "$program")
	links=$(readelf -dW "$program")
	calls=$(readelf --dyn-syms -W "$program")
	echo "$links" | grep -q 'FLAGS_1.* PIE' || fault "its place in memory is fixed"
	echo "$links" | grep -q 'FLAGS_1.* NOW' || fault "functions are bound late"
	echo "$links" | grep -q 'RPATH\|RUNPATH' && fault "it names a place of libraries"
	echo "$parts" | grep -q GNU_RELRO || fault "its table of functions stays writable"
	echo "$parts" | grep -q 'GNU_STACK.* RW ' || fault "its stack can be executed"
	echo "$parts" | grep -q 'LOAD.* RWE ' && fault "memory is writable and executable"
	echo "$calls" | grep -q __stack_chk_fail || fault "its stack is not guarded"
	echo "$calls" | grep -q '__[a-z]*printf_chk' || fault "it is not fortified"
done
echo "hardening: $# programs, $faults faults"
[ "$faults" -eq 0 ]

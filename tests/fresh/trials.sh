#!/bin/sh
# Tries what any user of a machine may do and a service has no need of: a line each,
# "done" or "refused"; what it does need stands on lines that begin with "needs".
# What units.sh has laid out lies in the places below.
try() {
	name=$1
	shift
	if "$@" >/dev/null 2>&1; then
		echo "$name: done"
	else
		echo "$name: refused"
	fi
}
write() {
	echo 1 >"$1"
}
has_umask() {
	[ "$(umask)" != 0077 ]
}
has_core() {
	! grep -q '^Max core file size  *0  *0 ' /proc/self/limits
}

try "needs to write its state" write /var/lib/orderbridge/trial
try "needs to write its log" write /var/log/orderbridge/trial
try "needs to read its settings" cat /etc/orderbridge/orderbridge.ini
try "write below /usr" write /usr/local/trial/written
try "read a home" cat /home/trial/open
try "see other processes" cat /proc/1/status
try "see what the machine has" cat /proc/meminfo
try "see a device" cat /dev/trial
try "see the files of others in /tmp" cat /tmp/trial
try "set a user id on a file" chmod u+s /var/lib/orderbridge/trial
try "open a namespace" unshare --user true
try "speak netlink to the kernel" ip link
try "change its personality" setarch --addr-no-randomize true
try "run what it has written to memory" /usr/local/bin/trial
try "leave files for others" has_umask
try "leave a core" has_core

#!/bin/sh
# Starts systemd as the first process of a Debian in a folder, in namespaces of its
# own, until a unit that it is told to start has ended: boot.sh FOLDER UNIT. Its
# status is that unit's. The machine's settings and devices are out of its reach.
set -eu

# Outside: a place of its own in each tree of cgroups, and new namespaces.
if [ "${1-}" != inside ]; then
	trees=/sys/fs/cgroup
	if [ ! -e "$trees/cgroup.procs" ]; then
		trees=
		for name in unified systemd memory; do
			[ ! -d "/sys/fs/cgroup/$name" ] || trees="$trees /sys/fs/cgroup/$name"
		done
	fi
	place=orderbridge-fresh.$$
	for tree in $trees; do
		mkdir "$tree/$place"
		echo $$ >"$tree/$place/cgroup.procs"
	done
	status=0
	timeout --signal=KILL 900 unshare --pid --fork --kill-child --mount --uts --ipc \
		--net --cgroup sh "$0" inside "$1" "$2" || status=$?
	for tree in $trees; do
		echo $$ >"$tree/cgroup.procs"
		# What was killed takes a moment to be gone.
		for _ in $(seq 50); do
			find "$tree/$place" -depth -type d -exec rmdir {} \; 2>/dev/null || :
			[ -e "$tree/$place" ] || break
			sleep 0.1
		done
	done
	exit "$status"
fi

root=$2
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
	mount -t cgroup2 cgroup2 sys/fs/cgroup
else
	mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
	mkdir sys/fs/cgroup/unified sys/fs/cgroup/systemd sys/fs/cgroup/memory
	mount -t cgroup2 cgroup2 sys/fs/cgroup/unified
	mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
	mount -t cgroup -o memory cgroup sys/fs/cgroup/memory
fi
mkdir -p mnt/host
pivot_root . mnt/host
umount -l /mnt/host
exec env -i container=orderbridge /lib/systemd/systemd --unit="$3"

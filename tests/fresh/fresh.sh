#!/bin/sh
# Proof that no install step is missing, inside a minimal Debian 12: both commands,
# and the README's way to the API, with its units below a systemd that runs.
# debootstrap makes it with the host's own apt sources; a clone of HEAD goes in.
# Needs root (debootstrap, chroot, mount). Not part of check: it takes long.
# $1: where the Debian is made (removed afterwards unless KEEP=1).
# STAGES: which of "demo check units"; all without it.
set -eu
cd "$(dirname "$0")/../.."
root=${1:-build/fresh}
command -v debootstrap >/dev/null || apt-get install -y -q debootstrap

mirror=$(sed -n -e 's/^URIs: *//p' -e 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p' \
	/etc/apt/sources.list /etc/apt/sources.list.d/*.sources \
	/etc/apt/sources.list.d/*.list 2>/dev/null | head -n 1)

cleanup() {
	umount "$root/dev/pts" "$root/proc" 2>/dev/null || :
	[ "${KEEP:-0}" = 1 ] || rm -rf --one-file-system "$root"
}
trap cleanup EXIT

if [ ! -e "$root/etc/debian_version" ]; then
	rm -rf "$root"
	mkdir -p "$root"
	debootstrap --variant=minbase bookworm "$root" "$mirror"
fi
root=$(cd "$root" && pwd)
# How this host reaches its packages: sources, keys, proxies.
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || :
rm -f "$root/etc/apt/sources.list"
cp /etc/apt/sources.list "$root/etc/apt/" 2>/dev/null || :
for folder in sources.list.d auth.conf.d trusted.gpg.d; do
	[ ! -d "/etc/apt/$folder" ] || cp -r "/etc/apt/$folder" "$root/etc/apt/"
done
# Debian's own settings of docker images and desktops are not wanted there.
for file in /etc/apt/apt.conf.d/*; do
	! grep -qi 'proxy\|verify\|retries' "$file" || cp "$file" "$root/etc/apt/apt.conf.d/"
done
# npm has its own list of whom to trust, and a host may add to it.
trust=
if [ -n "${NODE_EXTRA_CA_CERTS-}" ]; then
	cp -L "$NODE_EXTRA_CA_CERTS" "$root/etc/npm-extra.pem"
	trust=NODE_EXTRA_CA_CERTS=/etc/npm-extra.pem
fi
# The installer writes it; debootstrap does not.
echo "127.0.0.1 localhost" >"$root/etc/hosts"
# Its /dev is the one that debootstrap made: the host's own is never in reach.
mount_parts() {
	mount -t proc proc "$root/proc"
	# Terminals of its own, which some tests open.
	mount -t devpts -o newinstance,ptmxmode=0666,gid=5,mode=620 devpts "$root/dev/pts"
}
mount_parts

rm -rf "$root/srv/orderbridge"
git clone -q . "$root/srv/orderbridge"

inside() {
	# shellcheck disable=SC2086 # nothing, or one name with its value
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		$trust sh -euc "cd /srv/orderbridge && $1"
}

for stage in ${STAGES:-demo check units}; do
	printf '\n#### %s\n' "$stage"
	case $stage in
	demo) inside './bootstrap demo --once' ;;
	check) inside './bootstrap check' ;;
	units)
		inside 'sh tests/fresh/install.sh /srv/units'
		umount "$root/dev/pts" "$root/proc"
		status=0
		sh tests/fresh/boot.sh "$root" orderbridge-proof.service || status=$?
		cat "$root/var/log/orderbridge-proof"
		[ "$status" = 0 ] || exit 1
		mount_parts
		;;
	esac
done

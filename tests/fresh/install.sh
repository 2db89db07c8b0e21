#!/bin/sh
# Inside a bare Debian: what the README says under "Install", word for word but for
# apt's question, in a clone of its own; and the servers that its next steps name.
# $1: where it is built. Services are started by systemd later, not by apt.
set -eu
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends systemd systemd-sysv dbus adduser \
	mariadb-server mariadb-client nginx curl iproute2
rm -rf "$1"
cp -r . "$1"
cd "$1"
# shellcheck disable=SC2016 # backquotes of the README
sed -n '/^## Install/,/^Then/{/^```sh/,/^```$/p}' README.md | sed -e '/^```/d' \
	-e 's/^apt install/apt-get install -y -q --no-install-recommends/' >install.sh
grep -q 'make install' install.sh
sh -eux install.sh
rm /usr/sbin/policy-rc.d
cat >/etc/systemd/system/orderbridge-proof.service <<-END
	[Unit]
	Description=proof of the units of orderbridge
	Requires=dbus.socket
	After=basic.target dbus.socket
	SuccessAction=exit
	FailureAction=exit
	FailureActionExitStatus=1
	[Service]
	Type=oneshot
	TimeoutStartSec=800
	ExecStart=/bin/sh $1/tests/fresh/units.sh $1
	StandardOutput=truncate:/var/log/orderbridge-proof
	StandardError=inherit
END

#!/bin/sh
# Below a systemd that runs: the README's way to the REST API, then whether the units
# do what they say. boot.sh starts it, as the unit orderbridge-proof.service.
# $1: where the program was built. The first thing that is not so ends it.
set -eu
cd "$1"
examples=/usr/local/share/orderbridge/examples
both="orderbridge-fcgi@1 orderbridge-fcgi@2"

step() {
	echo "== $*"
}

# Waits for something to become true.
until_so() {
	for _ in $(seq 600); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.2
	done
	echo "it did not come true: $*" >&2
	return 1
}

value() {
	systemctl show --property="$2" --value "$1"
}

is() {
	[ "$(value "$1" "$2")" = "$3" ] || {
		echo "$1: $2 is \"$(value "$1" "$2")\" instead of \"$3\"" >&2
		return 1
	}
}

answers() {
	curl -sS --fail http://localhost/api/v1/health | grep -q '"status":"ok"'
}

as_user() {
	runuser -u orderbridge -- "$@"
}

step "the database"
systemctl start mariadb nginx
# What is left of a proof before, where the Debian was kept, goes.
rm -rf /etc/orderbridge /var/lib/orderbridge /var/log/orderbridge
mariadb -e "CREATE OR REPLACE DATABASE orderbridge;
	CREATE OR REPLACE USER orderbridge IDENTIFIED BY 'fresh-proof';
	GRANT ALL ON orderbridge.* TO orderbridge"

step "the settings"
adduser --quiet --system --group orderbridge
install -d -o orderbridge -g orderbridge -m 0750 /etc/orderbridge
cat >/etc/orderbridge/orderbridge.ini <<-END
	[database]
	name = orderbridge
	user = orderbridge
	password_file = /etc/orderbridge/database.password
	[secret]
	key_file = /etc/orderbridge/orderbridge.key
END
echo fresh-proof >/etc/orderbridge/database.password
chown orderbridge:orderbridge /etc/orderbridge/*
chmod 0600 /etc/orderbridge/*
as_user orderbridge secret check-key
as_user orderbridge migrate

step "the units"
cp "$examples"/systemd/* /etc/systemd/system/
systemctl daemon-reload
# shellcheck disable=SC2086 # two names
systemctl enable --now orderbridge-fcgi.socket $both
systemctl enable --now orderbridge-cron.timer
[ "$(stat -c '%a %U %G' /run/orderbridge/fcgi.sock)" = "660 orderbridge www-data" ]

step "nginx by the ready configuration"
rm -f /etc/nginx/sites-enabled/default
cp "$examples/nginx.conf" /etc/nginx/conf.d/orderbridge.conf
systemctl restart nginx
until_so answers
echo tall-anchor-forty-ships | as_user orderbridge user add maria \
	--role=administrator --name=Maria --password-file=-
token=$(as_user orderbridge token add maria --name=nightly --scopes=view,sync |
	grep -o 'obt_[0-9A-Za-z_]*')
curl -sS --fail -H "Authorization: Bearer $token" http://localhost/api/v1/orders |
	grep -q '"success":true'
[ "$(curl -sS -o /dev/null -w '%{http_code}' http://localhost/api/v1/orders)" = 401 ]

step "what the kernel says of the processes"
for unit in $both; do
	is "$unit" ActiveState active
	pid=$(value "$unit" MainPID)
	grep -qx 'NoNewPrivs:	1' "/proc/$pid/status"
	grep -qx 'Seccomp:	2' "/proc/$pid/status"
	for set in CapInh CapPrm CapEff CapBnd CapAmb; do
		grep -qx "$set:	0000000000000000" "/proc/$pid/status"
	done
	grep -q "^Max core file size  *0  *0 " "/proc/$pid/limits"
	[ "$(stat -c %U "/proc/$pid")" = orderbridge ]
	[ "$(readlink "/proc/$pid/ns/mnt")" != "$(readlink /proc/1/ns/mnt)" ]
	is "$unit" MemoryMax 268435456
	for file in /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max; do
		part=$(dirname "$file")$(value "$unit" ControlGroup)/$(basename "$file")
		[ ! -e "$part" ] || [ "$(cat "$part")" = 268435456 ]
	done
done

step "what systemd says of the units"
for unit in $both orderbridge-cron orderbridge-worker; do
	systemd-analyze security --threshold=20 --no-pager "$unit.service" >analyzed || {
		cat analyzed
		exit 1
	}
	tail -n 1 analyzed
done

# The same sandbox around another program: each thing that it tries is refused there,
# and done by the same user outside, or the refusal would prove nothing.
step "what the sandbox refuses"
install -d -m 1777 /usr/local/trial
install -d -m 0755 /home/trial
echo 1 | tee /home/trial/open /dev/trial /tmp/trial >/usr/local/trial/open
chmod a+r /home/trial/open /dev/trial /tmp/trial
cc -x c -o /usr/local/bin/trial - <<-'END'
	#include <sys/mman.h>
	int main(void)
	{
		return mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
	}
END
trials="$1/tests/fresh/trials.sh"
lines=$(grep -c '^try "' "$trials")
(umask 0022 && as_user sh "$trials") >outside
cat outside
[ "$(grep -c ': done$' outside)" = "$lines" ]
for unit in orderbridge-fcgi@ orderbridge-cron orderbridge-worker; do
	sed -e '/^\(Requires\|Type\|ExecStart\|Sockets\|Restart\)/d' \
		-e '/^Standard\(Input\|Output\)=/d' -e '/^\[Install\]/,$d' -e "/^\[Service\]/a\\
Type=oneshot\\
ExecStart=/bin/sh $trials\\
StandardOutput=truncate:/run/trial" "/etc/systemd/system/$unit.service" \
		>/run/systemd/system/orderbridge-trial.service
	grep -q '^SystemCallFilter=' /run/systemd/system/orderbridge-trial.service
	systemctl daemon-reload
	systemctl start orderbridge-trial
	sed "s/^/$unit: /" /run/trial
	[ "$(grep -c '^needs .*: done$' /run/trial)" = 3 ]
	[ "$(grep -c ': refused$' /run/trial)" = $((lines - 3)) ]
done

step "the timer"
cron_came() {
	mariadb -N orderbridge -e "SELECT value FROM rm_setting WHERE name = 'cron_last_seen'" |
		grep '^20'
}
until_so cron_came
until_so is orderbridge-cron.service ActiveState inactive
is orderbridge-cron.service Result success
is orderbridge-cron.service ExecMainCode 1
is orderbridge-cron.service ExecMainStatus 0
is orderbridge-cron.timer ActiveState active

step "a process that is killed comes again"
before=$(value orderbridge-fcgi@1 MainPID)
kill -9 "$before"
comes_again() {
	[ "$(value orderbridge-fcgi@1 MainPID)" != 0 ] &&
		[ "$(value orderbridge-fcgi@1 MainPID)" != "$before" ]
}
until_so comes_again
until_so answers

step "a stop in good order, and the socket wakes what was stopped"
# One that has just begun has no request to end: SIGTERM (bit 15) may still kill it.
hears_stop() {
	caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$(value "$1" MainPID)/status")
	[ $((0x$caught & 0x4000)) != 0 ]
}
for unit in $both; do
	until_so hears_stop "$unit"
done
# shellcheck disable=SC2086 # two names
systemctl stop $both
for unit in $both; do
	is "$unit" ActiveState inactive
	is "$unit" Result success
	is "$unit" ExecMainCode 1
	is "$unit" ExecMainStatus 0
done
is orderbridge-fcgi.socket ActiveState active
answers
is orderbridge-fcgi@1 ActiveState active

step "a worker that stays, and ends when it is asked to"
systemctl start orderbridge-worker
is orderbridge-worker ActiveState active
systemctl stop orderbridge-worker
is orderbridge-worker Result success
is orderbridge-worker ExecMainStatus 0

step "settings that cannot be read are not tried for ever"
mv /etc/orderbridge/orderbridge.ini /etc/orderbridge/away
systemctl restart orderbridge-fcgi@2
until_so is orderbridge-fcgi@2 ActiveState failed
is orderbridge-fcgi@2 ExecMainStatus 78
mv /etc/orderbridge/away /etc/orderbridge/orderbridge.ini
systemctl reset-failed orderbridge-fcgi@2
systemctl restart orderbridge-fcgi@2
is orderbridge-fcgi@2 ActiveState active

systemctl stop orderbridge-cron.timer orderbridge-fcgi.socket 'orderbridge-fcgi@*'
[ -z "$(systemctl list-units --failed --plain --no-legend 'orderbridge*')" ]
echo "== the units do what they say"

#!/bin/sh
# A hundred orders of real shape travel from a shop into MariaDB: what
# ./bootstrap demo shows. $1: the folder of the build; then --once, which ends by
# itself, and --apache, which answers by Apache in the place of nginx.
set -eu
cd "$(dirname "$0")/../.."
build=$1
shift
once=''
server=nginx
for word in "$@"; do
	case $word in
	--once) once=yes ;;
	--apache) server=apache ;;
	*)
		echo "demo: $word is not known; --once, --apache" >&2
		exit 2
		;;
	esac
done
home=$build/demo
export PYTHONDONTWRITEBYTECODE=1
sql() { mariadb --no-defaults --socket="$socket" --user=orderbridge \
	--password="$(cat "$home/password")" orderbridge "$@"; }

# ---- what it needs, ended together with it

# A socket's path must be shorter than 108 bytes, which the build's may not be.
short=$(mktemp -d)
socket=$short/sock
pids=
finish() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null || :
	done
	for pid in $pids; do
		wait "$pid" 2>/dev/null || :
	done
	rm -rf "$short"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

wait_for() { # file, what
	tries=0
	while [ ! -s "$1" ] && [ ! -S "$1" ]; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || {
			echo "demo: $2 did not start, see $home/*.log" >&2
			exit 1
		}
		sleep 0.1
	done
}

start_database() {
	mkdir -p "$home/db"
	# A temporary folder of its own: a server that starts empties it.
	[ -d "$home/db/data/mysql" ] || mariadb-install-db --no-defaults \
		--datadir="$home/db/data" --tmpdir="$short" \
		--auth-root-authentication-method=normal --force \
		--skip-test-db --user="$(id -un)" >"$home/install.log" 2>&1 || {
		rm -rf "$home/db/data"
		cat "$home/install.log" >&2
		exit 1
	}
	mariadbd --no-defaults --datadir="$home/db/data" --tmpdir="$short" \
		--socket="$socket" --pid-file="$home/db/pid" --skip-networking \
		--user="$(id -un)" >"$home/mariadb.log" 2>&1 &
	pids="$pids $!"
	wait_for "$socket" MariaDB
	until mariadb --no-defaults --socket="$socket" --user=root \
		-e 'SELECT 1' >/dev/null 2>&1; do sleep 0.1; done
	mariadb --no-defaults --socket="$socket" --user=root <<-EOT
		DROP DATABASE IF EXISTS orderbridge;
		CREATE DATABASE orderbridge CHARACTER SET utf8mb4;
		CREATE OR REPLACE USER orderbridge@localhost
		  IDENTIFIED BY '$(cat "$home/password")';
		GRANT ALL ON orderbridge.* TO orderbridge@localhost;
	EOT
}

start_sandbox() {
	rm -f "$home/port"
	(cd tests && exec /usr/bin/python3 -m sandbox --port-file "$home/port" \
		--clock-file "$home/clock" --seed 1 --orders 100 \
		>"$home/sandbox.log" 2>&1) &
	pids="$pids $!"
	wait_for "$home/port" "the sandbox"
	upstream=http://127.0.0.1:$(cat "$home/port")
}

control() { # METHOD PATH [BODY]
	/usr/bin/python3 - "$upstream" "$@" <<-'EOT'
		import sys, urllib.request
		base, method, path, *body = sys.argv[1:]
		ask = urllib.request.Request(base + path, method=method,
		    data=body[0].encode() if body else None,
		    headers={"Content-Type": "application/json"})
		print(urllib.request.urlopen(ask).read().decode())
	EOT
}

shop_key() { # key or secret of the sandbox's shop
	(cd tests && /usr/bin/python3 -c "from sandbox.woo_store import default_$1
print(default_$1('demo'), end='')")
}

# The time of the demo is the real one, but for the weekly maintenance window.
set_clock() {
	now=$(date -u +%FT%TZ)
	hours=$(($(date -u +%w) * 24 + $(date -u +%-H)))
	if [ $hours -ge 18 ] && [ $hours -lt 28 ]; then
		now=$(date -u -d 'next tuesday 09:00' +%FT%TZ)
		tell "It is Business Central's maintenance window now, so the demo's
clock stands at $now."
	fi
	echo "$now 1" >"$home/clock"
	export ORDERBRIDGE_TEST_CLOCK="$home/clock"
}

# shellcheck source=tests/demo/web.sh
. tests/demo/web.sh

# ---- how it tells

tell() { printf '\n\033[1m%s\033[0m\n' "$*"; }

run() { # shows a command, runs it, goes on whatever it says
	printf '\n$ orderbridge %s\n' "$*"
	"$build/orderbridge" "$@" || printf '(exit %d)\n' $?
}

quietly() { # a step of the set-up that must work
	printf '$ orderbridge %s\n' "$*"
	"$build/orderbridge" "$@" >>"$home/setup.log" 2>&1 || {
		cat "$home/setup.log" >&2
		exit 1
	}
}

# ---- the demo

rm -rf "$home/log" "$home/state" "$home/setup.log" "$home/orderbridge.key"
mkdir -p "$home/log" "$home/state"
[ -s "$home/password" ] || {
	umask 077
	od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$home/password"
	umask 022
}
set_clock
start_database
start_sandbox

cat >"$home/orderbridge.ini" <<EOT
[database]
socket = $socket
name = orderbridge
user = orderbridge
password_file = $home/password
[secret]
key_file = $home/orderbridge.key
[log]
dir = $home/log
[run]
state_dir = $home/state
[net]
allow_private = 127.0.0.1=127.0.0.0/8
[auth]
; The login that is printed is for whoever tries it, without a telephone.
require_totp =
EOT
export ORDERBRIDGE_CONFIG="$home/orderbridge.ini"

tell "1. Set-up: a shop, Business Central, items and kits"
quietly migrate
quietly secret check-key
quietly connection set bc --tenant=7e7e7e7e-0000-4000-8000-000000000001 \
	--environment=sandbox --company="SAMPLE CO" \
	--client-id=c11ec11e-0000-4000-8000-000000000001 \
	--authority="$upstream/entra" --api-url="$upstream/bc/v2.0"
printf '%s' 'sandbox~Secret.with+chars/&=%20' >"$home/secret"
quietly secret set bc.client_secret "$home/secret"
quietly site add --code=demo --prefix=BGM --platform=woocommerce \
	--name="Demo shop" --url="$upstream/shop/demo" --zone=America/New_York
shop_key key >"$home/secret"
quietly secret set site.demo.consumer_key "$home/secret"
shop_key secret >"$home/secret"
quietly secret set site.demo.consumer_secret "$home/secret"
rm -f "$home/secret"
(cd tests && /usr/bin/python3 -m sandbox.catalogue items) >"$home/items.csv"
(cd tests && /usr/bin/python3 -m sandbox.catalogue kits) >"$home/kits.csv"
quietly item import "$home/items.csv"
quietly kit import "$home/kits.csv"
run connection test bc
run site test demo

tell "2. What the crontab does every hour, started by hand"
run cron run order_sync:demo
grep Summary "$home/log/order-sync.log" | tail -n 1

tell "3. Which orders failed, and why"
run error list --fields=number,code,sku,message

tell "4. Mend: Business Central unblocks OLD-1, the middleware gets NEW-IN-BC"
control PUT /_bc/items/OLD-1 '{"blocked": false}' >/dev/null
printf 'sku,description\nNEW-IN-BC,Known to BC only\n' >"$home/new.csv"
run item import "$home/new.csv"
run flush-cache
run retry --code=ob_sku_blocked --yes

tell "5. Again: nothing is stored twice, what waited for its SKU heals by itself"
run cron run order_sync:demo
run cron
grep Summary "$home/log/order-sync.log" | tail -n 1

tell "6. On Sunday 19:30 UTC it does nothing and says when it will"
echo "2026-11-22T19:30:00Z 1" >"$home/sunday"
printf '\n$ orderbridge order sync --site=demo\n'
ORDERBRIDGE_TEST_CLOCK="$home/sunday" "$build/orderbridge" order sync --site=demo

tell "7. Proof: every order exactly once, judged against the shop's own ledger"
run verify --upstream
/usr/bin/python3 tests/demo/judge.py "$upstream" "$(sql -BN -e '
	SELECT COUNT(*) FROM rm_order')" "$(sql -BN -e '
	SELECT COUNT(*) AS pending
	FROM rm_order
	WHERE imported = 0')" "$(sql -BN -e "
	SELECT COUNT(*) FROM rm_error_orders WHERE status = 'open'")"
sql -t -e 'SELECT name, order_last_run,
TIMESTAMPDIFF(MINUTE, order_last_run, NOW()) as minutes_ago
FROM rm_sites
WHERE is_active = 1 AND orders_sync = 1;'
run status -v

tell "8. The same through the REST API, behind $server"
password=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" >"$home/secret"
quietly user add maria --role=administrator --name=Maria \
	--password-file="$home/secret"
rm -f "$home/secret"
token=$("$build/orderbridge" token add maria --name=demo --scopes=view,sync 2>/dev/null)
start_web
list="curl -sS -H 'Authorization: Bearer $token' '$web/api/v1/orders?per_page=1'"
login="curl -sS --json '{\"login\":\"maria\",\"password\":\"$password\"}' $web/api/v1/session"
sync="curl -sS -H 'Authorization: Bearer $token' --json '{\"site\":\"demo\"}' $web/api/v1/sync/orders"
show_and_run "$login"
grep -q '"must_enrol":false' "$home/answer.json"
show_and_run "$list"
grep -q '"total":' "$home/answer.json"
show_and_run "$sync"
operation=$(sed -n 's/.*"data":{"id":"\([0-9]*\)".*/\1/p' "$home/answer.json")
follow="curl -sS -H 'Authorization: Bearer $token' $web/api/v1/operations/$operation"
tries=0
until eval "$follow" | grep -q '"state":"completed"'; do
	tries=$((tries + 1))
	[ $tries -lt 150 ] || {
		echo "demo: operation $operation did not end" >&2
		exit 1
	}
	sleep 0.2
done
show_and_run "$follow"

[ -z "$once" ] || exit 0
# Orders come all the time here, so they are fetched each minute.
schedule=$(sql -BN -e "SELECT id FROM rm_schedule WHERE kind = 'order_sync'")
curl -sS -f -o "$home/answer.json" -X PUT -H "Authorization: Bearer $token" \
	-H 'If-Match: *' --json '{"frequency":"minutes","every_min":1}' \
	"$web/api/v1/schedules/$schedule"
tell "The demo stays until Ctrl-C. Its address: $web/  login: maria  password: $password"
cat <<EOT
Try, in another terminal:
  $list
  $sync
  export ORDERBRIDGE_CONFIG=$home/orderbridge.ini ORDERBRIDGE_TEST_CLOCK=$home/clock
  $build/orderbridge order list
  $build/orderbridge order show BGM-1000
EOT
sleep infinity &
pids="$pids $!"
wait $!

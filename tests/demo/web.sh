# shellcheck shell=sh disable=SC2154,SC2094 # demo.sh sets its variables
# The web face of the demo: the responder behind nginx or Apache, with the files
# of conf/ as they are shipped. Sourced by demo.sh, which says what $home, $short,
# $build and $server are.

# Whoever the web server works as has to reach the socket.
web_user=
[ "$(id -u)" -ne 0 ] || web_user=www-data

free_port() { # 8080, or another one where somebody listens there
	/usr/bin/python3 -c '
import socket
for port in (8080, 0):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(probe.getsockname()[1])
        break'
}

site_file() { # name: a file of conf/, for the places of the demo
	sed -e "s,@runstatedir@/orderbridge/fcgi.sock,$short/fcgi," \
		-e "s,@pkgdatadir@,$short," -e "s,listen 80;,listen 127.0.0.1:$port;," \
		-e "s,<VirtualHost .*>,<VirtualHost 127.0.0.1:$port>," "conf/$1" \
		>"$short/site.conf"
}

# What goes on by itself while somebody looks, and the switches of "Try this".
start_life() {
	(cd tests && exec /usr/bin/python3 -m demo.life "$(cat "$home/port")" \
		"$build/orderbridge" "$short/life.port" >"$home/life.log" 2>&1) &
	pids="$pids $!"
	wait_for "$short/life.port" "the demo's life"
	life=http://127.0.0.1:$(cat "$short/life.port")
	case $server in
	nginx) line="location /sandbox/ { proxy_pass $life/; }" at='location \/ {' ;;
	*) line="ProxyPass /sandbox/ $life/" at='<\/VirtualHost>' ;;
	esac
	awk -v line="$line" -v at="$at" '$0 ~ at && !done { print line; done = 1 } 1' \
		"$short/site.conf" >"$short/site.new"
	mv "$short/site.new" "$short/site.conf"
	sed 's,</head>,<meta name="sandbox" content="sandbox/">\n&,' \
		"$build/www/site/index.html" >"$short/www/index.html"
}

start_responder() {
	# Two processes on one socket; multiwatch starts again who ends.
	spawn-fcgi -n -s "$short/fcgi" -M 0660 ${web_user:+-G $web_user} -- \
		/usr/bin/multiwatch -s TERM -f 2 -- "$build/orderbridge-fcgi" \
		>"$home/responder.log" 2>&1 &
	pids="$pids $!"
	wait_for "$short/fcgi" "the responder"
}

start_nginx() {
	cat >"$short/nginx.conf" <<-EOT
		daemon off;
		${web_user:+user $web_user;}
		pid $short/nginx.pid;
		events {}
		http {
			access_log off;
			include /etc/nginx/mime.types;
			client_body_temp_path $short/body;
			fastcgi_temp_path $short/fastcgi;
			proxy_temp_path $short/proxy;
			scgi_temp_path $short/scgi;
			uwsgi_temp_path $short/uwsgi;
			include $short/site.conf;
		}
	EOT
	/usr/sbin/nginx -e "$home/nginx.log" -p "$short" -c "$short/nginx.conf" \
		>>"$home/nginx.log" 2>&1 &
	pids="$pids $!"
}

start_apache() {
	{
		for module in mpm_event authz_core mime dir headers proxy proxy_fcgi \
			proxy_http; do
			echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
		done
		cat <<-EOT
			ServerRoot $short
			DefaultRuntimeDir $short
			PidFile $short/apache.pid
			ErrorLog $home/apache.log
			ServerName localhost
			Listen 127.0.0.1:$port
			TypesConfig /etc/mime.types
			${web_user:+User $web_user}
			${web_user:+Group $web_user}
			Include $short/site.conf
		EOT
	} >"$short/apache.conf"
	/usr/sbin/apache2 -D FOREGROUND -f "$short/apache.conf" \
		>>"$home/apache.log" 2>&1 &
	pids="$pids $!"
}

start_web() {
	chmod 755 "$short"
	mkdir -p "$short/www"
	cp -r "$build/www/site/." "$short/www/"
	port=$(free_port)
	web=http://127.0.0.1:$port
	site_file "$server.conf.in"
	[ -n "$once" ] || start_life
	start_responder
	"start_$server"
	tries=0
	until curl -s -f -o "$home/health.json" "$web/api/v1/health"; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || {
			echo "demo: $server did not start, see $home/*.log" >&2
			exit 1
		}
		sleep 0.1
	done
}

# A line that people can copy; it works as shown.
show_and_run() {
	printf '\n$ %s\n' "$1"
	eval "$1" >"$home/answer.json"
	head -c 600 "$home/answer.json"
	[ "$(wc -c <"$home/answer.json")" -le 600 ] || printf ' ...'
	echo
}

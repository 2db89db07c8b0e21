#!/bin/sh
# Bundles the dashboard: build.sh SOURCES FOLDER makes FOLDER/site. Packages come
# once for the same package-lock.json, and none of their scripts runs.
set -eu
sources=$1
work=$2/work
mkdir -p "$work"
rm -rf "$work/src"
(cd "$sources" && tar -chf - .npmrc build.mjs index.html package.json \
	package-lock.json src style.css tsconfig.json) | tar -xf - -C "$work"
cd "$work"
cmp -s package-lock.json packages.done || {
	npm ci --ignore-scripts --silent
	cp package-lock.json packages.done
}
node build.mjs ../site

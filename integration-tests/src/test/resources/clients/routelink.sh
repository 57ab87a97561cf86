#!/bin/sh
# An API client of RouteLink, as that product's pages show it: wget, and what wget writes is all
# that there is. Arguments: the base URL, the version of the API, the environment.
set -eu
base=$1 version=$2 environment=$3
client="${environment}ApiTest${version}"

session_open() {
  wget -q -O - --header="Content-Type: application/json" \
    --post-data='{"username":"alice","password":"wonderland-4711","apiClientName": "'"$client"'"}' \
    "$base/routelink/$version/sessionOpen/$environment"
}

member() {
  sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'
}

opened=$(session_open)
token=$(echo "$opened" | member token)
echo "$opened" | member expiration |
  grep -Eqx '[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}'

# The token has not expired: the message says so, and what to do.
message=$(session_open | member messsage)
expected="Token has not expired for the api client '$client'. Please use the /refreshToken api to get a new token."
[ "$message" = "$expected" ] || { echo "not told to refresh: $message" >&2; exit 1; }

next=$(wget -q -O - --header="Authorization: Bearer $token" "$base/routelink/$version/refreshToken" |
  member token)
wget -q -O - --header="Authorization: Bearer $next" "$base/api/whoami" | grep -q '"username":"alice"'

# The former token is no longer valid; wget says by its status 6 that it was not let in.
status=0
wget -q -O - --header="Authorization: Bearer $token" "$base/api/whoami" || status=$?
[ "$status" = 6 ] || { echo "the former token: wget ended with $status" >&2; exit 1; }

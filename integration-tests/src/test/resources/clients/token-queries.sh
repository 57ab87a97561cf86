#!/bin/sh
# A client of the token queries, as that product's pages show it: everything by GET, in the query.
# Arguments: the base URL, an API key.
set -eu
base=$1 key=$2

get() {
  curl -sS "$base/$1"
}

token() {
  sed -n 's/.*"SessionToken":"\([^"]*\)".*/\1/p'
}

expect() {
  case $2 in
    *$1*) ;;
    *) echo "no $1 in: $2" >&2; exit 1 ;;
  esac
}

token=$(get "GetSessionToken?email=alice&passsword=wonderland-4711&Minutes=30" | token)
expect '"Remaining":' "$(get "QuerySessionToken?SessionToken=$token")"
expect '"LastActive":' "$(get "RenewSessionToken?SessionToken=$token")"
expect '"Status":200' "$(get "RevokeSessionToken?SessionToken=$token")"
expect '"Errors":{"Status":401' "$(get "QuerySessionToken?SessionToken=$token")"

documented=$(get "GetSessionToken?email=alice&Password=wonderland-4711" | token)
expect '"Remaining":' "$(get "QuerySessionToken?SessionToken=$documented")"

by_key=$(get "GetSessionToken?APIKey=$key&Minutes=30" | token)
expect '"Remaining":' "$(get "QuerySessionToken?SessionToken=$by_key")"
expect '"username":"feed"' "$(curl -sS -H "Authorization: Bearer $by_key" "$base/api/whoami")"

expect '"Errors":{"Status":401' "$(get "GetSessionToken?APIKey=wrong-$key")"
expect '"Errors":{"Status":400' "$(get "QuerySessionToken")"

#!/bin/sh
# Finds the sandboxes of a pool whose session the platform does not know, by way of the gateway. Needs curl and jq.
#
# GATEWAY_URL, GATEWAY_TOKEN   where the gateway is, and a token that may name the pool
# POOL                         the pool's id
# SESSIONS_URL                 answers with a JSON list of the ids of all sessions of the pool that may live
# MODE                         look (default): a dry run; mark: marks; act: also deletes what an earlier run has marked
# MIN_AGE_SEC                  how much older a sandbox has to be than the list of sessions; default 3600
set -eu

# Calls a method with more parameters, and prints its result. The token does not go over the command line, where everybody sees it.
call() {
    message=$(jq -cn --arg method "$1" --arg pool "$POOL" --argjson more "$2" \
        '{jsonrpc: "2.0", id: 1, method: $method, params: ({context: {poolId: $pool, deadlineMs: 100000}} + $more)}')
    answer=$(printf 'header = "authorization: Bearer %s"\n' "$GATEWAY_TOKEN" |
        curl -sS --fail-with-body --max-time 120 -K - -d "$message" "$GATEWAY_URL/rpc") || { echo "$answer" >&2; exit 1; }
    echo "$answer" | jq -ce 'if has("error") then error(.error.message) else .result end'
}

# The vendor's time comes before the sessions: what is created in between is younger than the list.
as_of=$(call list '{}' | jq -er .serverTime)
sessions=$(curl -sS --fail --max-time 60 "$SESSIONS_URL")
# That no session may live is hardly ever meant, and a page of an error is no list.
echo "$sessions" | jq -es 'length == 1 and (.[0] | type == "array" and length > 0 and all(type == "string"))' >/dev/null ||
    { echo "the list of sessions is empty, or no list of ids" >&2; exit 1; }
more=$(jq -cn --argjson known "$sessions" --arg as_of "$as_of" --arg mode "${MODE:-look}" --arg age "${MIN_AGE_SEC:-3600}" \
    '{knownSessions: $known, knownAsOf: $as_of, minAgeSec: ($age | tonumber), mode: $mode}')
report=$(call reconcile "$more")
echo "$report" | jq .
# What could not be done, or was not got to, fails the job, so that somebody sees it.
echo "$report" | jq -e '.complete and all(.outcomes[]; .action != "failed")' >/dev/null

#!/bin/sh
# Serves the gateway with wasmtime's command line. The variables that it passes on are described in docs/gateway.md.
#
# A request takes six core instances. As it comes, wasmtime has room for 1,000 of these, of tables and of memories, and answers what is
# beyond with a 500; here there is room for 1,000 requests, and what is beyond waits.
set -eu

exec wasmtime serve -S cli \
    -O pooling-total-core-instances=8000 \
    -O pooling-total-component-instances=4000 \
    -O pooling-total-memories=2000 \
    -O pooling-total-tables=8000 \
    -W max-memory-size=67108864 \
    --max-concurrent-requests 1000 \
    --max-concurrent-connections 4000 \
    --env GATEWAY_TOKENS --env GATEWAY_POOLS --env DAYTONA_API_KEY --env DAYTONA_API_URL \
    --addr "${GATEWAY_ADDRESS:-127.0.0.1:8080}" \
    "${GATEWAY_COMPONENT:-target/component/daytona-gateway.wasm}"

# Modules for Node.js: Kafka clients, which tests/Conformance talks to the broker with, and servers, which tests/Sources reads. Sourced, not run.

NODE_CLIENTS=$ROOT/tests/Conformance/node
NODE_STATE=$STATE/node
SOURCE_PEERS=$ROOT/tests/Sources/node
SOURCE_PEERS_STATE=$STATE/node-sources

# Installs the servers that the sources are tested with. Without them the tests that need them say that they did not run.
prepare_source_peers() {
  need nodejs "an S3 server, which the sources are tested with, runs in it" has_program node
  install_missing
  need npm "it installs the S3 server that the sources are tested with" has_program npm
  install_missing

  local wanted
  wanted=$(cat "$SOURCE_PEERS/package-lock.json" <(node --version) | sha256sum)
  [[ $wanted == "$(cat "$SOURCE_PEERS_STATE/installed" 2>/dev/null)" ]] && return
  lock
  say "installing the S3 server that the sources are tested with (log: $SOURCE_PEERS_STATE/npm.log)"
  rm -rf "$SOURCE_PEERS_STATE"
  mkdir -p "$SOURCE_PEERS_STATE"
  cp "$SOURCE_PEERS"/package*.json "$SOURCE_PEERS/.npmrc" "$SOURCE_PEERS_STATE/"
  if (cd "$SOURCE_PEERS_STATE" && npm ci --ignore-scripts) </dev/null >"$SOURCE_PEERS_STATE/npm.log" 2>&1 9>&-; then
    echo "$wanted" >"$SOURCE_PEERS_STATE/installed"
  else
    say "npm could not install it: its tests will not run"
    tail -n 3 "$SOURCE_PEERS_STATE/npm.log" >&2
  fi
  unlock
}

# Installs the modules that the lock file names into the state folder, once for each state of it and version of Node.
# Without them the tests that need them say that they did not run.
prepare_node_clients() {
  need nodejs "clients for Node.js, which the broker is tested with, run in it" has_program node
  install_missing
  need npm "it installs the clients for Node.js" has_program npm
  need librdkafka-dev "one of the clients for Node.js is built over it" has_header librdkafka/rdkafkacpp.h
  need g++ "one of the clients for Node.js is built with it" has_program g++
  need make "one of the clients for Node.js is built with it" has_program make
  need libnode-dev "one of the clients for Node.js is built with its headers" has_node_headers
  install_missing

  local wanted
  wanted=$(cat "$NODE_CLIENTS/package-lock.json" <(node --version) | sha256sum)
  [[ $wanted == "$(cat "$NODE_STATE/installed" 2>/dev/null)" ]] && return
  lock
  say "installing the clients for Node.js that the broker is tested with (log: $NODE_STATE/npm.log)"
  rm -rf "$NODE_STATE"
  mkdir -p "$NODE_STATE"
  cp "$NODE_CLIENTS"/package*.json "$NODE_CLIENTS/.npmrc" "$NODE_STATE/"
  if (cd "$NODE_STATE" && BUILD_LIBRDKAFKA=0 npm_config_nodedir=$(node_prefix) npm ci --foreground-scripts) \
    </dev/null >"$NODE_STATE/npm.log" 2>&1 9>&-; then
    [[ -e $NODE_STATE/node_modules/node-rdkafka ]] || say "node-rdkafka did not build: its tests will not run"
    echo "$wanted" >"$NODE_STATE/installed"
  else
    say "npm could not install them: their tests will not run"
    tail -n 3 "$NODE_STATE/npm.log" >&2
  fi
  unlock
}

has_header() { [[ -e /usr/include/$1 ]]; }
has_node_headers() { [[ -e $(node_prefix)/include/node/common.gypi ]]; }

# Where Node's headers lie: beside the program, or where Debian puts them.
node_prefix() {
  local beside
  beside=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  if [[ -e $beside/include/node/common.gypi ]]; then echo "$beside"; else echo /usr; fi
}

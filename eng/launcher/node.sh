# Modules for Node.js: Kafka clients, which tests/Conformance talks to the broker with, servers, which the sources are tested
# with, and what pages are checked with in a browser. Sourced, not run.

# prepare_node PROJECT...: installs what the named test projects need. Without it their tests say that they did not run.
prepare_node() {
  if match Conformance "$@" >/dev/null; then prepare_node_clients; fi
  if match Sources "$@" >/dev/null || match EndToEnd "$@" >/dev/null; then
    install_modules tests/Sources/node node-sources "an S3 server" npm ci --ignore-scripts
  fi
  if match Browser "$@" >/dev/null; then
    install_modules tests/Support/node node-pages "what pages are checked with" npm ci --ignore-scripts
  fi
}

# install_modules FOLDER STATE WHAT COMMAND...: runs the command over the lock file of the folder, below the state folder of
# that name, once for each state of it and version of Node.
install_modules() {
  local from=$ROOT/$1 state=$STATE/$2 what=$3 wanted
  need_node
  wanted=$(cat "$from/package-lock.json" <(node --version) | sha256sum)
  [[ $wanted == "$(cat "$state/installed" 2>/dev/null)" ]] && return
  lock
  say "installing $what (log: $state/npm.log)"
  rm -rf "$state"
  mkdir -p "$state"
  cp "$from"/package*.json "$from/.npmrc" "$state/"
  if (cd "$state" && "${@:4}") </dev/null >"$state/npm.log" 2>&1 9>&-; then
    echo "$wanted" >"$state/installed"
  else
    say "npm could not install it: the tests that need it will not run"
    tail -n 3 "$state/npm.log" >&2
  fi
  unlock
}

prepare_node_clients() {
  need_node
  need librdkafka-dev "one of the clients for Node.js is built over it" has_header librdkafka/rdkafkacpp.h
  need g++ "one of the clients for Node.js is built with it" has_program g++
  need make "one of the clients for Node.js is built with it" has_program make
  need libnode-dev "one of the clients for Node.js is built with its headers" has_node_headers
  install_missing
  install_modules tests/Conformance/node node "clients for Node.js that the broker is tested with" \
    env BUILD_LIBRDKAFKA=0 npm_config_nodedir="$(node_prefix)" npm ci --foreground-scripts
  [[ ! -e $STATE/node/installed || -e $STATE/node/node_modules/node-rdkafka ]] || say "node-rdkafka did not build: its tests will not run"
}

need_node() {
  need nodejs "what the tests use of Node.js runs in it" has_program node
  install_missing
  need npm "it installs what the tests use of Node.js" has_program npm
  install_missing
}

has_header() { [[ -e /usr/include/$1 ]]; }
has_node_headers() { [[ -e $(node_prefix)/include/node/common.gypi ]]; }

# Where Node's headers lie: beside the program, or where Debian puts them.
node_prefix() {
  local beside
  beside=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  if [[ -e $beside/include/node/common.gypi ]]; then echo "$beside"; else echo /usr; fi
}

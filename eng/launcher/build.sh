# Builds Release when a source changed since the last build. Sourced, not run.

# Finds the .NET SDK, and tells programs that were built with it where its runtime lies.
find_sdk() {
  local at
  for at in "$(command -v dotnet || true)" "${DOTNET_ROOT-}/dotnet" "$HOME/.dotnet/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
    [[ -x $at ]] && DOTNET=$(readlink -f "$at") && break
  done
  [[ -n ${DOTNET-} ]] || die 2 "the .NET SDK is missing: install the .NET 10 SDK (Microsoft's package dotnet-sdk-10.0), then call this again"
  export DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$DOTNET")}
}

# build NAME PROJECT AREA...: builds the project (or solution) unless the last build of that name saw the same files.
build() {
  local name=$1 project=$2 seen stamp=$ROOT/src/Cli/bin/Release/built-$1
  shift 2
  seen=$(fingerprint "$@")
  [[ $seen == "$(cat "$stamp" 2>/dev/null)" ]] && return
  require_sdk
  lock
  seen=$(fingerprint "$@")
  if [[ $seen != "$(cat "$stamp" 2>/dev/null)" ]]; then
    say "building $project (sources changed since the last build)"
    local began=$SECONDS
    if ! compile "$project"; then
      say "the build failed (above)"
      return 1
    fi
    mkdir -p "$(dirname "$stamp")"
    echo "$seen" >"$stamp"
    say "built in $((SECONDS - began)) s"
  fi
  unlock
}

# Names, sizes and times of every file that a build of these areas reads: no git needed, and a removed file shows.
fingerprint() {
  (cd "$ROOT" && find Directory.*.props global.json nuget.config .editorconfig MedStreams.sln eng "$@" \
    \( -name bin -o -name obj -o -path eng/launcher \) -prune -o -type f ! -name '*.md' -printf '%p %s %T@\n' 2>/dev/null |
    LC_ALL=C sort | sha256sum)
}

require_sdk() {
  if [[ ! -e /etc/ssl/certs/ca-certificates.crt ]] && has_program apt-get; then
    need ca-certificates "the packages of the build come over HTTPS" false
    install_missing
  fi
  run_dotnet --version >/dev/null 2>"$STATE/sdk.log" && return
  cat "$STATE/sdk.log" >&2
  die 2 "$DOTNET has no SDK that global.json allows ($(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$ROOT/global.json") or newer): install the .NET 10 SDK"
}

compile() { with_compiler_server msbuild "$1" -restore -p:Configuration=Release; }

# Runs an msbuild-like command of dotnet. One compiler server serves all its projects (a third of the time without) and
# ends with it, so nothing is left behind that would hold a pipe open.
with_compiler_server() {
  local server=medstreams-$$ failed=0 compiler
  run_dotnet "$@" -v:q -nologo -tl:off -nodeReuse:false \
    -p:UseSharedCompilation=true -p:SharedCompilationId="$server" >&2 || failed=1
  compiler=$(dirname "$DOTNET")/sdk/$(run_dotnet --version)/Roslyn/bincore/VBCSCompiler.dll
  run_dotnet exec "$compiler" "-pipename:$server" -shutdown >/dev/null 2>&1 || true
  return $failed
}

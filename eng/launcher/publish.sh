# ./medstreams publish: a folder that runs on a Debian without the SDK. Sourced, not run.

publish_usage() {
  cat <<EOF
Usage: ./medstreams publish [--tests] DIR

Writes the command line and everything of .NET that it needs to DIR, so that DIR/medstreams runs on a Debian without
the SDK. DIR must be new, empty, or written by an earlier publish. On the target, 'DIR/medstreams doctor' names what
is missing there and the package that brings it.

With --tests the programs of the tests (${TESTED[*]}) and of the benchmarks go to DIR/tests, with the
recordings and samples that they read, so that the same tests run where there is no checkout, beside any broker.
DIR/tests/README tells how.
EOF
}

# The test programs that run without the checkout.
TESTED=(Golden Streams Chaos EndToEnd)

verb_publish() {
  case ${1-} in -h | --help | '-?') publish_usage && return ;; esac
  local tests=
  [[ ${1-} != --tests ]] || { tests=yes && shift; }
  [[ $# -eq 1 && $1 != -* ]] || { publish_usage >&2 && return 2; }
  local target rid
  target=$(realpath -m -- "$1")
  if [[ -e $target && -n $(ls -A "$target" 2>/dev/null || echo file) && ! -e $target/medstreams.dll ]]; then
    die 2 "$target holds something else: name a new or empty folder, or an earlier publish"
  fi
  case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) die 2 "publish knows x86_64 and aarch64, not $(uname -m)" ;;
  esac

  find_sdk
  prepare_for publish
  require_sdk
  mkdir -p "$(dirname "$target")"
  rm -rf "$target.new"
  local form=--self-contained
  if ! runtime_restores "$rid"; then
    say "the runtime pack for $rid does not restore here: the installed .NET runtime goes beside the program"
    form=--no-self-contained
    copy_runtime "$target.new/dotnet"
  fi
  publish_to "$target.new" $form src/Cli/Cli.csproj
  [[ -z $tests ]] || publish_tests "$target.new" $form
  rm -rf "$target"
  mv "$target.new" "$target"
  say "$target/medstreams is ready ($(du -sm "$target" | cut -f1) MB); it needs Debian's librocksdb7.8$(librdkafka_too), and 'medstreams doctor' there tells what is missing"
  [[ -z $tests ]] || { echo && cat "$target/tests/README"; }
}

librdkafka_too() { [[ $(cat "$STATE/librdkafka" 2>/dev/null) == package ]] || printf ' and librdkafka1'; }

# publish_to DIR FLAG PROJECT OPTION...: obj and bin of this build lie apart, so that the ordinary build stays as it is.
publish_to() {
  say "publishing $(basename "$3" .csproj) for $rid (${2#--})"
  with_compiler_server publish "$3" -c Release -r "$rid" "$2" -o "$1" --artifacts-path "$STATE/publish" \
    -p:RunAnalyzers=false -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false "${@:4}" ||
    die 1 "the publish failed (above)"
}

# publish_tests DIR FLAG: all programs in one folder, which shares what they have in common.
publish_tests() {
  local name
  for name in "${TESTED[@]}"; do
    publish_to "$1/tests" "$2" "tests/$name/$name.Tests.csproj" -p:RuntimeBeside=../dotnet
  done
  for name in $(projects bench Bench); do
    publish_to "$1/tests" "$2" "bench/$name/$name.Bench.csproj" -p:RuntimeBeside=../dotnet
  done
  # Once more the command line, which EndToEnd starts: what comes along with a test that refers to it does not fit the runtime here.
  publish_to "$1/tests" "$2" src/Cli/Cli.csproj -p:RuntimeBeside=../dotnet
  for name in golden data; do
    local from=$ROOT/../shared/$name
    [[ $name != golden ]] || from=${MEDSTREAMS_GOLDEN:-$from}
    [[ $name != data ]] || from=${MEDSTREAMS_DATA:-$from}
    if [[ -d $from ]]; then cp -rL "$from" "$1/tests/$name"; else say "$from is not there: tests that read it will miss it"; fi
  done
  tests_readme >"$1/tests/README"
}

tests_readme() {
  cat <<EOF
Tests and benchmarks of MedStreams that run without the checkout. Each is a program; -? tells its options.

    cd $(basename "$target")/tests
    ./MedStreams.Golden.Tests -noLogo         # recordings of Kafka Streams and others, compared
    ./MedStreams.Streams.Tests -noLogo        # the engine
    ./MedStreams.Chaos.Tests -noLogo          # faults at random; MEDSTREAMS_CHAOS_FAULTS=300 MEDSTREAMS_CHAOS_SEED=1
    ./MedStreams.EndToEnd.Tests -noLogo       # whole jobs
    ./MedStreams.Streams.Bench --json         # throughput and latency

Beside another broker, such as an Apache Kafka (whose topics stay as they are; tests that would kill it say that they
are left out):

    MEDSTREAMS_TEST_BOOTSTRAP=HOST:PORT ./MedStreams.Chaos.Tests -noLogo
    ./MedStreams.Streams.Bench --bootstrap HOST:PORT

They need Debian's librocksdb7.8$(librdkafka_too); Chaos and EndToEnd also postgresql, EndToEnd also python3-hl7.
EOF
}

runtime_restores() {
  local folder failed=0
  folder=$(mktemp -d)
  cat >"$folder/probe.csproj" <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <RuntimeIdentifier>$1</RuntimeIdentifier>
    <SelfContained>true</SelfContained>
  </PropertyGroup>
  <ItemGroup>
    <FrameworkReference Include="Microsoft.AspNetCore.App" />
  </ItemGroup>
</Project>
EOF
  run_dotnet restore "$folder/probe.csproj" -v q >"$STATE/probe.log" 2>&1 || failed=1
  rm -rf "$folder"
  return $failed
}

# A .NET root with the host and the shared frameworks that the program names; its apphost looks there first.
copy_runtime() {
  local root version framework
  root=$(dirname "$DOTNET")
  version=$(run_dotnet --list-runtimes | sed -nE 's/^Microsoft\.NETCore\.App (10\.[^ ]+).*/\1/p' | tail -n 1)
  mkdir -p "$1/host/fxr"
  cp "$root/dotnet" "$1/"
  cp -r "$root/host/fxr/$version" "$1/host/fxr/"
  for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
    version=$(run_dotnet --list-runtimes | sed -nE "s/^${framework//./\\.} (10\.[^ ]+).*/\1/p" | tail -n 1)
    [[ -n $version ]] || die 1 "the .NET here has no $framework, which the program needs"
    mkdir -p "$1/shared/$framework"
    cp -r "$root/shared/$framework/$version" "$1/shared/$framework/"
  done
}

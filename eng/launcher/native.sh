# Where Confluent.Kafka's native library comes from: eng/native/README.md. Sourced, not run.

VERSION=2.15.1
NATIVE=$ROOT/eng/native
STAND_IN=librdkafka.redist.$VERSION.nupkg

# Sees to it that the build finds librdkafka: the real package where it restores, else the stand-in and the shim.
prepare_librdkafka() {
  local source
  source=$(cat "$STATE/librdkafka" 2>/dev/null || true)
  case $source in
    package) [[ ! -e $NATIVE/feed/$STAND_IN ]] && return ;;
    system) stand_in_is_ready && return ;;
  esac
  lock
  if [[ -z $source ]]; then source=$(ask_for_package); fi
  case $source in
    package) use_package ;;
    *) use_system ;;
  esac
  unlock
}

stand_in_is_ready() {
  [[ -e $NATIVE/feed/$STAND_IN && $NATIVE/out/librdkafka.so -nt $NATIVE/librdkafka-shim.c ]] && has_library librdkafka.so.1
}

# Restores the real package into a folder of its own, outside the repository and its local feed, so that neither the
# stand-in nor a cached copy of it can answer. Prints 'package' or 'system'; remembers it unless nothing could be asked.
ask_for_package() {
  require_sdk
  say "asking once whether the package librdkafka.redist $VERSION restores here"
  local folder answer=
  folder=$(mktemp -d)
  cat >"$folder/probe.csproj" <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="librdkafka.redist" Version="$VERSION" /></ItemGroup>
</Project>
EOF
  if run_dotnet restore "$folder/probe.csproj" --packages "$folder/packages" -v q >"$STATE/probe.log" 2>&1 &&
    [[ -d $folder/packages/librdkafka.redist/$VERSION/runtimes ]]; then
    answer=package
  elif grep -qE 'NU1101|NU1102|NU1103' "$STATE/probe.log"; then
    answer=system
  fi
  rm -rf "$folder"
  if [[ -n $answer ]]; then
    echo "$answer" >"$STATE/librdkafka"
  else
    say "no package source answered (see $STATE/probe.log); going on with the system's librdkafka"
  fi
  echo "${answer:-system}"
}

use_package() {
  rm -f "$NATIVE/feed/$STAND_IN"
  local cached=${NUGET_PACKAGES:-$HOME/.nuget/packages}/librdkafka.redist/$VERSION
  if [[ -d $cached && ! -d $cached/runtimes ]]; then
    say "removing the empty stand-in of librdkafka.redist from the package cache: the real one restores now"
    rm -rf "$cached"
  fi
}

use_system() {
  need librdkafka1 "Kafka's client library; its NuGet package does not restore here" has_library librdkafka.so.1
  if [[ ! $NATIVE/out/librdkafka.so -nt $NATIVE/librdkafka-shim.c ]] && ! has_compiler; then
    say "missing: gcc libc6-dev (to compile eng/native/librdkafka-shim.c once)"
    MISSING+=(gcc libc6-dev)
  fi
  install_missing
  if [[ ! $NATIVE/out/librdkafka.so -nt $NATIVE/librdkafka-shim.c ]]; then
    say "compiling eng/native/librdkafka-shim.c: it adds to Debian's librdkafka what Confluent.Kafka binds besides"
    mkdir -p "$NATIVE/out"
    cc -O2 -Wall -shared -fPIC -o "$NATIVE/out/librdkafka.so.new" "$NATIVE/librdkafka-shim.c" -Wl,--no-as-needed -l:librdkafka.so.1 >&2 ||
      die 1 "librdkafka-shim.c did not compile (above)"
    mv "$NATIVE/out/librdkafka.so.new" "$NATIVE/out/librdkafka.so"
  fi
  cp "$NATIVE/$STAND_IN" "$NATIVE/feed/$STAND_IN"
}

# Shared by the launcher's parts: where things lie, how it speaks. Sourced, not run.

STATE=$ROOT/.medstreams
mkdir -p "$STATE"

# Quiet, private, and in English, whatever the machine's settings are.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_UI_LANGUAGE=en
[[ -d ${HOME-} && -w $HOME ]] || { export HOME=$STATE/home && mkdir -p "$HOME"; }
export MEDSTREAMS_LAUNCHER=$ROOT/medstreams

# One line to the person who waits. Standard output belongs to the verb.
say() { printf 'medstreams: %s\n' "$*" >&2; }

# die CODE SENTENCE: 1 is a failure while running, 2 something that a person has to set right.
die() {
  say "${*:2}"
  exit "$1"
}

# Holds off other launchers of this checkout while this one changes something (descriptor 9). Locks may nest.
LOCKS=0
lock() {
  LOCKS=$((LOCKS + 1))
  [[ $LOCKS -eq 1 ]] || return 0
  exec 9>"$STATE/lock"
  flock --nonblock 9 && return
  say "waiting for another medstreams that is preparing or building here"
  flock 9
}

unlock() {
  LOCKS=$((LOCKS - 1))
  [[ $LOCKS -gt 0 ]] || exec 9>&-
}

# dotnet in the repository (global.json decides the SDK), without our standard input and without our lock, which a
# compiler server would otherwise keep.
run_dotnet() { (cd "$ROOT" && exec "$DOTNET" "$@" </dev/null 9>&-); }

# match NAMES KNOWN...: prints the known name that equals the wanted one without regard to case, or fails.
match() {
  local wanted=${1,,} known
  for known in "${@:2}"; do
    [[ ${known,,} == "$wanted" ]] && echo "$known" && return
  done
  return 1
}

# projects AREA SUFFIX: names of the folders of tests/ or bench/ that hold a program.
projects() {
  local file
  for file in "$ROOT/$1"/*/*."$2".csproj; do
    [[ -e $file ]] && basename "$(dirname "$file")"
  done
}

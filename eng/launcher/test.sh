# ./medstreams test: builds everything, runs the test programs two at a time, sums up. Sourced, not run.

source "$ROOT/eng/launcher/node.sh"

test_usage() {
  cat <<EOF
Usage: ./medstreams test [PROJECT...] [-- OPTION...]

Builds the solution and runs all test projects, or the named ones, two at a time (MEDSTREAMS_TEST_JOBS), since most of
them wait for others' servers. 'Format' is the check that dotnet format would change nothing; it is part of a run
without names. What follows -- goes to each test program, for example: ./medstreams test Broker -- -method '*Fetch*'

Projects: $(projects tests Tests | xargs) Format
A project that runs longer than MEDSTREAMS_TEST_LIMIT seconds (default 1200) is stopped and counts as failed.
Logs: .medstreams/test. Exit codes: 0 all passed, 1 a test failed, 2 wrong usage.
EOF
}

verb_test() {
  local known wanted=() options=() name found
  mapfile -t known < <(projects tests Tests)
  while [[ $# -gt 0 ]]; do
    case $1 in
      -h | --help | '-?') test_usage && return ;;
      --) options=("${@:2}") && break ;;
      -*) die 2 "test: no option $1 here; options of the test programs come after --" ;;
      *)
        found=$(match "$1" "${known[@]}" Format) || die 2 "no test project is called $1; there are: ${known[*]} Format"
        wanted+=("$found")
        ;;
    esac
    shift
  done
  [[ ${#wanted[@]} -gt 0 ]] || wanted=(Format "${known[@]}")

  find_sdk
  prepare_for test
  prepare_node "${wanted[@]}"
  build all MedStreams.sln src tests bench || { echo "0 passed, 1 failed" && return 1; }
  mkdir -p "$STATE/test"

  PASSED=0 FAILED=0 SKIPPED=0
  declare -A RUNNING=()
  trap 'stop_all; exit 130' INT
  trap 'stop_all; exit 143' TERM
  for name in "${wanted[@]}"; do
    [[ ${#RUNNING[@]} -lt ${MEDSTREAMS_TEST_JOBS:-2} ]] || collect
    run_one "$name" "${options[@]}" >"$STATE/test/$name.report" 2>&1 &
    RUNNING[$!]=$name
  done
  while [[ ${#RUNNING[@]} -gt 0 ]]; do collect; done
  [[ $((PASSED + FAILED)) -gt 0 ]] || { say "no test ran" && FAILED=1; }
  [[ $SKIPPED -eq 0 ]] || printf '%d skipped\n' "$SKIPPED"
  printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
  [[ $FAILED -eq 0 ]]
}

# Waits until one of those that run has ended, prints what it reports and adds its counts, which stand in the first line.
collect() {
  local pid name passed failed skipped
  wait -n -p pid "${!RUNNING[@]}" || true
  name=${RUNNING[$pid]}
  unset "RUNNING[$pid]"
  cat "$STATE/test/$name.report"
  read -r passed failed skipped < <(sed -nE 's/^[^ ]+ +([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped.*/\1 \2 \3/p' "$STATE/test/$name.report") \
    || { echo "$name: the launcher lost it" && passed=0 failed=1 skipped=0; }
  PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
}

stop_all() {
  kill -TERM "${!RUNNING[@]}" 2>/dev/null || true
  wait
}

run_one() {
  if [[ $1 == Format ]]; then check_format; else run_tests "$@"; fi
}

# Runs one test program and reports its counts. A program that crashes, hangs or runs no test counts as one failure.
run_tests() {
  local name=$1 log=$STATE/test/$1.log code=0 began=$SECONDS trouble=
  local program=$ROOT/tests/$1/bin/Release/net10.0/MedStreams.$1.Tests
  if [[ -z $(find "$ROOT/tests/$name" -name obj -prune -o -name '*.cs' -print -quit) ]]; then
    count "$name" 0 0 0 0
    return
  fi
  limited "$program" -noLogo -noColor -longRunning 60 "${@:2}" >"$log" 2>&1 || code=$?

  local total=0 errors=0 failed=0 skipped=0 unrun=0 summary
  summary=$(sed -nE 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+), Not Run: ([0-9]+),.*/\1 \2 \3 \4 \5/p' "$log" | tail -n 1)
  read -r total errors failed skipped unrun <<<"${summary:-0 0 0 0 0}"
  failed=$((failed + errors))
  if [[ $code -eq 124 || $code -eq 137 ]]; then
    trouble="stopped: it did not end within ${MEDSTREAMS_TEST_LIMIT:-1200} s"
  elif grep -q 'Total: 0$' "$log" || [[ -n $summary && $((total - unrun)) -eq 0 ]]; then
    trouble="ran no test"
  elif [[ -z $summary || ($code -ne 0 && $failed -eq 0) ]]; then
    trouble="ended with exit code $code before it had counted its tests"
  fi
  local passed=$((total - unrun - failed - skipped))
  [[ -z $trouble ]] || failed=$((failed + 1))
  count "$name" $passed $failed "$skipped" $((SECONDS - began))
  if [[ $failed -gt 0 ]]; then
    grep -vE '^  (Discovering|Discovered|Starting|Finished): ' "$log" || true
    [[ -z $trouble ]] || echo "$name: $trouble"
  else
    sed -n 's/^golden /  golden /p' "$log" # how many recordings were compared, and how many are equal
  fi
}

check_format() {
  local log=$STATE/test/Format.log began=$SECONDS failed=0
  run_dotnet format MedStreams.sln --verify-no-changes --no-restore >"$log" 2>&1 || failed=1
  count Format $((1 - failed)) $failed 0 $((SECONDS - began))
  [[ $failed -eq 0 ]] || cat "$log"
}

count() {
  printf '%-18s %5d passed, %d failed, %d skipped %6d s\n' "$@"
}

# Runs a program with the time limit, in a process group of its own: whatever it started ends with it.
limited() {
  local pid
  timeout --kill-after=10 "${MEDSTREAMS_TEST_LIMIT:-1200}" "$@" </dev/null &
  pid=$!
  trap 'kill -TERM $pid 2>/dev/null; wait $pid || true; exit 143' TERM
  wait $pid
}

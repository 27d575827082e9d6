# ./medstreams bench: builds and runs the benchmark programs. Sourced, not run.

bench_usage() {
  cat <<EOF
Usage: ./medstreams bench [PROJECT...] [--json] [-- OPTION...]

Runs all benchmark programs, or the named ones, one after the other. With --json each figure is one line on standard
output: {"bench":..,"workload":..,"value":..,"unit":..,"baseline":..,"ratio":..}. What follows -- goes to each program.

Projects: $(projects bench Bench | xargs)
Exit codes: 0 all ran, 1 one failed, 2 wrong usage.
EOF
}

verb_bench() {
  local known wanted=() options=() json=() name found failed=0
  mapfile -t known < <(projects bench Bench)
  while [[ $# -gt 0 ]]; do
    case $1 in
      -h | --help | '-?') bench_usage && return ;;
      --json) json=(--json) ;;
      --) options=("${@:2}") && break ;;
      -*) die 2 "bench: no option $1 here; there is --json, and options of the programs come after --" ;;
      *)
        found=$(match "$1" "${known[@]}") || die 2 "no benchmark is called $1; there are: ${known[*]}"
        wanted+=("$found")
        ;;
    esac
    shift
  done
  [[ ${#wanted[@]} -gt 0 ]] || wanted=("${known[@]}")

  find_sdk
  prepare_for bench
  for name in "${wanted[@]}"; do
    build "bench-$name" "bench/$name/$name.Bench.csproj" src bench
  done
  for name in "${wanted[@]}"; do
    say "running the benchmark $name"
    "$ROOT/bench/$name/bin/Release/net10.0/MedStreams.$name.Bench" "${json[@]}" "${options[@]}" </dev/null || {
      say "the benchmark $name failed with exit code $?"
      failed=1
    }
  done
  return $failed
}

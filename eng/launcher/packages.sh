# Packages of the operating system: finds what is missing, installs it without a question. Sourced, not run.

MISSING=()

# need PACKAGE WHY TEST...: notes the package as missing when the test command fails.
need() {
  "${@:3}" && return
  say "missing: $1 ($2)"
  MISSING+=("$1")
}

has_program() { PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null; }
has_library() { [[ $(PATH=$PATH:/sbin ldconfig -p 2>/dev/null) == *"$1"* ]]; }
has_python() { compgen -G "/usr/lib/python3/dist-packages/$1*" >/dev/null || python3 -c "import $1" 2>/dev/null; }
has_jar() { [[ -e /usr/share/java/$1.jar ]] && has_program java; }
has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || has_program initdb; }
has_compiler() { has_program cc && [[ $(cc -print-file-name=crti.o) == /* ]]; }

# What a verb needs besides the SDK; 'doctor' and its like look at the machine as it is.
prepare_for() {
  case $1 in
    doctor | config | completion | '' | -* | '['*) ;;
    demo) need_libraries && need_demo ;;
    test) need_libraries && need_demo && need_test ;;
    *) need_libraries ;;
  esac
  install_missing
  prepare_librdkafka
}

need_libraries() { need librocksdb7.8 "RocksDB, which the state stores are kept in" has_library librocksdb.so; }

need_demo() {
  need postgresql "the demo starts a private PostgreSQL" has_postgres
  need orthanc "the demo receives real DICOM files with it" has_program Orthanc
  need dcmtk "the demo sends DICOM files with its tools" has_program storescu
}

need_test() {
  need python3-hl7 "a sender that the MLLP source is tested with" has_python hl7
  need python3-pydicom "files of many makers, and a reader that DICOM is tested with" has_python pydicom
  need orthanc-dicomweb "an archive that DICOMweb is tested against" test -e /usr/share/orthanc/plugins/libOrthancDicomWeb.so
  need dicom3tools "it checks the DICOM objects that are made" has_program dciodvfy
  need python3-pyftpdlib "an FTP server that fetching is tested with" has_python pyftpdlib
  need python3-openssl "that FTP server encrypts with it" has_python OpenSSL
  need vsftpd "an FTP server that fetching is tested with" has_program vsftpd
  need openssl "it speaks TLS to the broker in tests" has_program openssl
  need kcat "a client that the broker is tested with" has_program kcat
  need python3-kafka "a client that the broker is tested with" has_python kafka
  need python3-confluent-kafka "a client that the broker is tested with" has_python confluent_kafka
  need python3-avro "a reader and writer that the Avro serdes are tested with" has_python avro
  need python3-snappy "kafka-python compresses with it in tests" has_python snappy
  need python3-lz4 "kafka-python compresses with it in tests" has_python lz4
  need python3-zstandard "kafka-python compresses with it in tests" has_python zstandard
  need burrow "a lag monitor that the broker is tested with" has_program Burrow
  need zookeeper "Burrow needs it" has_jar zookeeper
  need prometheus "it reads the metrics in tests" has_program promtool
  need chromium "the browser that pages and reports are tested in" has_program chromium
  need python3-aiosmtpd "a mail server that notifications are tested with" has_python aiosmtpd
}

# Installs what 'need' found missing. Services that come along are neither started nor enabled.
install_missing() {
  [[ ${#MISSING[@]} -eq 0 ]] && return
  local by_hand="apt-get install ${MISSING[*]}" as_root=()
  has_program apt-get || die 2 "there is no apt-get here: install by hand what Debian calls ${MISSING[*]}"
  if [[ $EUID -ne 0 ]]; then
    has_program sudo && sudo -n true 2>/dev/null || die 2 "only root may install packages; have this run by root: $by_hand"
    as_root=(sudo -n)
  fi
  lock
  local services
  services=$(compgen -G '/lib/systemd/system/*.service' || true)
  hold_services
  say "installing ${MISSING[*]} (log: $STATE/apt.log)"
  : >"$STATE/apt.log"
  if ! apt_get install "${MISSING[@]}" && ! { say "updating the package lists first" && apt_get update && apt_get install "${MISSING[@]}"; }; then
    release_services
    grep -E '^(E|Err)' "$STATE/apt.log" | tail -n 4 >&2 || true
    die 1 "the installation failed, see $STATE/apt.log; by hand: $by_hand"
  fi
  disable_new_services "$services"
  release_services
  MISSING=()
  unlock
}

apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -y -q -o DPkg::Lock::Timeout=300 --no-install-recommends "$@" </dev/null >>"$STATE/apt.log" 2>&1 9>&-
}

# Debian asks /usr/sbin/policy-rc.d before it starts a service. Where nobody has put one there, ours says no.
hold_services() {
  [[ -e /usr/sbin/policy-rc.d ]] && return
  trap 'release_services; exit 1' INT TERM
  printf '#!/bin/sh\n# medstreams: no service starts while it installs packages.\nexit 101\n' |
    "${as_root[@]}" tee /usr/sbin/policy-rc.d >/dev/null
  "${as_root[@]}" chmod 755 /usr/sbin/policy-rc.d
}

release_services() {
  if grep -qs '^# medstreams:' /usr/sbin/policy-rc.d; then "${as_root[@]}" rm -f /usr/sbin/policy-rc.d; fi
  trap - INT TERM
}

# Where systemd runs, what was just installed would start with the next boot.
disable_new_services() {
  [[ -d /run/systemd/system ]] || return 0
  local unit
  for unit in $(compgen -G '/lib/systemd/system/*.service' | grep -vxF "$1" || true); do
    case $(basename "$unit") in
      postgresql.service | orthanc.service | prometheus.service) "${as_root[@]}" systemctl --quiet disable "$(basename "$unit")" >>"$STATE/apt.log" 2>&1 || true ;;
    esac
  done
}

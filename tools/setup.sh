# Sourced by ./octavo when something is missing: installs Bun, the npm packages and, where no adapter is usable, Vulkan.
#
# Each part is made in .octavo/tmp and renamed into place, so an interrupted run leaves nothing half done; a lock keeps
# runs that start together from installing twice.

say() { echo "octavo: $*" >&2; }
fail() {
  say "$*"
  exit 1
}

# The package for this machine: Bun's x64 build wants AVX2, its baseline build does not.
bun_package() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) if grep -qw avx2 /proc/cpuinfo; then echo bun-linux-x64; else echo bun-linux-x64-baseline; fi ;;
    Linux-aarch64) echo bun-linux-aarch64 ;;
    Darwin-x86_64) echo bun-darwin-x64 ;;
    Darwin-arm64) echo bun-darwin-aarch64 ;;
    *) fail "Cannot install Bun $version: there is no build for $(uname -s) on $(uname -m)" ;;
  esac
}

install_bun() {
  mkdir "$tmp/bun"
  if [ "$(bun --version 2>/dev/null)" = "$version" ]; then
    mkdir "$tmp/bun/bin"
    cp "$(bun -p process.execPath)" "$tmp/bun/bin/bun"
  else
    package=$(bun_package)
    say "installing Bun $version"
    # The platform's own package: the package named bun links to it by an install script, which npm may not run.
    npm install --prefix "$tmp/npm" --no-save --no-audit --no-fund --no-update-notifier --loglevel=error \
      --fetch-retries=1 "@oven/$package@$version" >&2 ||
      fail "Cannot install Bun $version: npm could not fetch @oven/$package: check the network, then run this again"
    mv "$tmp/npm/node_modules/@oven/$package/bin" "$tmp/bun/bin"
  fi
  "$tmp/bun/bin/bun" --version >/dev/null || fail "Cannot run Bun $version on this machine: see the line above"
  mv "$tmp/bun" "${bun%/bin/bun}"
}

install_packages() {
  say "installing npm packages"
  mkdir "$tmp/packages"
  cp "$home/package.json" "$home/bun.lock" "$tmp/packages"
  [ $scope = full ] && only='' || only=--production
  (cd "$tmp/packages" && "$bun" install --frozen-lockfile --no-summary --silent $only) >&2 ||
    fail "Cannot install the npm packages of bun.lock: see the lines above: check the network, then run this again"
  cp "$home/bun.lock" "$tmp/packages/node_modules/.octavo-$scope"
  [ ! -e "$home/node_modules" ] || mv "$home/node_modules" "$tmp/packages/old"
  mv "$tmp/packages/node_modules" "$home/node_modules"
}

adapter_works() { (use_vulkan && "$bun" "$home/src/cli/probe.ts") >>"$tmp/log" 2>&1; }

# Tries what the machine has, then its drivers with a loader added, then lavapipe.
choose_adapter() {
  if [ -d "$state/vulkan" ]; then mv "$state/vulkan" "$tmp/vulkan"; fi
  if adapter_works; then return; fi
  if [ -d "$tmp/vulkan" ]; then
    mv "$tmp/vulkan" "$state/vulkan"
    if adapter_works; then return; fi
  fi
  case $drivers in
    *.json*) if install_vulkan "the Vulkan loader" libvulkan1 && adapter_works; then return; fi ;;
  esac
  install_vulkan "the Vulkan loader and lavapipe" libvulkan1 mesa-vulkan-drivers && adapter_works
}

install_vulkan() {
  say "installing $1"
  shift
  rm -rf "$tmp/apt" "$state/vulkan"
  mkdir "$tmp/apt"
  sh "$home/tools/fetch_vulkan.sh" "$tmp/apt" "$@" >>"$tmp/log" 2>&1 && mv "$tmp/apt/lib" "$state/vulkan"
}

setup() {
  rm -rf "$tmp"
  mkdir -m 700 "$tmp"
  # npm and Bun keep caches in HOME; an account without one still installs.
  if [ ! -w "${HOME:-/nonexistent}" ]; then export HOME="$tmp"; fi
  has_bun || install_bun
  has_packages || install_packages
  if ! has_adapter; then
    if choose_adapter; then
      echo "$drivers" >"$state/drivers"
    else
      mv "$tmp/log" "$state/vulkan.log"
      say "Cannot find or install a Vulkan adapter (see $state/vulkan.log): install libvulkan1 and mesa-vulkan-drivers" \
        "24 or newer, or run with --device reference, which needs none"
      # The doctor runs all the same: it shows what is there.
      [ "$command" = doctor ] || exit 1
    fi
  fi
  rm -rf "$tmp"
}

tmp=$state/tmp
{ mkdir -p "$state" && [ -w "$state" ] && [ -w "$home" ]; } 2>/dev/null ||
  fail "Cannot set up octavo: $home is not writable: run this once as its owner"
# Not "(...) || exit": that would switch off "set -e" inside.
(
  if command -v flock >/dev/null && ! flock -n 9; then
    say "waiting for another octavo that is setting up"
    flock 9
  fi
  setup
) 9>"$state/lock"

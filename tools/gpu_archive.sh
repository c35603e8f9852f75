#!/bin/sh
# Packs everything that a GPU run needs into one file for Linux on x64: Bun, the sources, the production packages and the
# Vulkan loader. On the machine with the GPU, which needs neither a network nor root:
#
#   tar xf octavo-gpu.tar.xz && octavo-gpu/run
#
#   sh tools/gpu_archive.sh [FILE]         FILE: out/octavo-gpu.tar.xz
set -eu

home=$(cd "$(dirname "$0")/.." && pwd)
file=${1:-$home/out/octavo-gpu.tar.xz}
version=$(sed -n 's/.*"packageManager": *"bun@\([^"]*\)".*/\1/p' "$home/package.json")
fail() {
  echo "gpu_archive: $*" >&2
  exit 1
}
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "Cannot pack: it takes Linux on x64, whose Bun and loader are packed"

bun=$home/.octavo/bun-$version/bin/bun
[ -x "$bun" ] || bun=$(command -v bun) || fail "Cannot find Bun $version: run ./octavo setup first"
[ "$("$bun" --version)" = "$version" ] || fail "Cannot pack Bun $("$bun" --version): package.json asks for $version"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/octavo-gpu
mkdir -p "$tree/bin" "$tree/lib" "$(dirname "$file")"
cp "$("$bun" -p process.execPath)" "$tree/bin/bun"
for part in src kernels models bench package.json bun.lock tsconfig.json LICENSE; do cp -R "$home/$part" "$tree"; done
cp "$home/tools/gpu_run.sh" "$tree/run"
chmod +x "$tree/run"

(cd "$tree" && "$bun" install --frozen-lockfile --production --no-summary --silent) ||
  fail "Cannot install the packages of bun.lock: see the lines above"
# Dawn comes built for five systems.
for built in "$tree"/node_modules/webgpu/dist/*; do
  case $built in */linux-x64) ;; *) [ -d "$built" ] && rm -r "$built" ;; esac
done

# The loader alone: drivers belong to the machine.
loader=
for folder in "$home/.octavo/vulkan" $(echo "${LD_LIBRARY_PATH:-}" | tr : ' ') /usr/lib/x86_64-linux-gnu /usr/lib64; do
  if [ -z "$loader" ] && [ -e "$folder/libvulkan.so.1" ]; then loader=$folder/libvulkan.so.1; fi
done
if [ -z "$loader" ]; then
  sh "$home/tools/fetch_vulkan.sh" "$work/apt" libvulkan1 >"$work/log" 2>&1 || fail "Cannot fetch libvulkan1: $(tail -n 1 "$work/log")"
  loader=$work/apt/lib/libvulkan.so.1
fi
cp -L "$loader" "$tree/lib/libvulkan.so.1"

tar -C "$work" --owner=0 --group=0 -cf - octavo-gpu | xz -T0 -6 >"$file"
bytes=$(wc -c <"$file")
echo "$file: $((bytes / 1000000)) MB"
[ "$bytes" -le 60000000 ] || fail "The archive must not be larger than 60 MB"

#!/bin/sh
# The `run` of an unpacked archive (tools/gpu_archive.sh): finds the GPU's Vulkan driver and measures. The options are those
# of `bench gpu_run`; run --help lists them.
#
# A driver that the machine has registered is found by itself; VK_DRIVER_FILES names another one. Where NVIDIA's is there
# but not registered, as in a container that was given the libraries alone, a description of it is written beside this.
set -eu

home=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/local/nvidia/lib64:/usr/local/nvidia/lib:$home/lib"
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-$home}" HOME="${HOME:-$home}"
bun=$home/bin/bun

# A graphics card, not a processor that stands in for one.
works() {
  found=$("$bun" "$home/src/cli/probe.ts" 2>&1) || return 1
  case $found in *usable:*llvmpipe* | *usable:*SwiftShader*) return 1 ;; *) return 0 ;; esac
}

# Writes a description of the driver in the library $1 to the file $2.
describe() {
  printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.3.0"}}\n' "$1" >"$2"
}

case " $* " in *" --help "* | *" -h "*) exec "$bun" "$home/bench/gpu_run.ts" --help ;; esac
if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] && ! works; then
  for registered in /usr/share/vulkan/icd.d /etc/vulkan/icd.d /usr/local/nvidia /usr/local/share/vulkan/icd.d /opt; do
    for file in $(find "$registered" -maxdepth 4 -name 'nvidia*icd*.json' 2>/dev/null); do
      if [ -z "${VK_DRIVER_FILES:-}" ] && (export VK_DRIVER_FILES="$file" && works); then export VK_DRIVER_FILES="$file"; fi
    done
  done
  # The EGL library is the same driver without X, which such machines lack.
  for name in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
    for folder in "" /usr/lib/x86_64-linux-gnu/ /usr/lib64/ /usr/local/nvidia/lib64/ /usr/local/nvidia/lib/; do
      if [ -n "${VK_DRIVER_FILES:-}" ]; then continue; fi
      if [ -n "$folder" ] && [ ! -e "$folder$name" ]; then continue; fi
      describe "$folder$name" "$home/nvidia_icd.json"
      if (export VK_DRIVER_FILES="$home/nvidia_icd.json" && works); then export VK_DRIVER_FILES="$home/nvidia_icd.json"; fi
    done
  done
  if [ -z "${VK_DRIVER_FILES:-}" ]; then
    works || true
    echo "run: no graphics card was found, going on with what there is: $(echo "$found" | tail -n 1)" >&2
  fi
fi
exec "$bun" "$home/bench/gpu_run.ts" "$@"

#!/bin/sh
# Puts the Vulkan loader, and lavapipe where asked for, into WORK/lib from the machine's own package sources.
#
#   fetch_vulkan.sh WORK PACKAGE...        WORK: an empty directory; PACKAGE: libvulkan1, mesa-vulkan-drivers
#
# Neither root nor the machine's packages are touched: apt plans against what is installed, but with lists and a cache
# of its own, and the packages are only unpacked. Of these, the libraries that the loader and the driver need are kept.
set -eu

work=$1
shift
. /etc/os-release
arch=$(dpkg-architecture -q DEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/tree" "$work/lib"

private_apt() {
  apt-get -q -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o Dir::Etc::SourceList="$work/sources.list" \
    -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=2 "$@"
}

# Debian 12's Mesa is too old for Dawn; its backports, from the same mirror, are not.
if [ "${VERSION_CODENAME:-}" = bookworm ]; then
  mirror=$(apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
    sed -n 's/ \(bookworm\|oldstable\)$//p' | head -n 1)
  echo "deb $mirror bookworm-backports main" >"$work/backports"
  release=bookworm-backports
fi
cat /etc/apt/sources.list "$work/backports" >"$work/sources.list" 2>/dev/null || true

private_apt update
private_apt install --yes --download-only --no-install-recommends ${release:+-t "$release"} "$@"
for package in "$work"/cache/archives/*.deb; do dpkg-deb -x "$package" "$work/tree"; done

# Copies a library and whatever it needs from the unpacked tree; what the machine has already is left out.
export LD_LIBRARY_PATH="$work/tree/usr/lib/$arch:$work/tree/lib/$arch"
keep() {
  cp -L "$1" "$work/lib"
  ldd "$1" >"$work/needs"
  if grep 'not found' "$work/needs"; then return 1; fi
  while read -r name _; do
    for folder in usr/lib lib; do
      if [ -e "$work/tree/$folder/$arch/$name" ]; then cp -L "$work/tree/$folder/$arch/$name" "$work/lib"; fi
    done
  done <"$work/needs"
}

libraries=$work/tree/usr/lib/$arch
if [ -e "$libraries/libvulkan.so.1" ]; then keep "$libraries/libvulkan.so.1"; fi
if [ -e "$libraries/libvulkan_lvp.so" ]; then
  keep "$libraries/libvulkan_lvp.so"
  sed 's|"library_path": *"[^"]*"|"library_path": "./libvulkan_lvp.so"|' "$work"/tree/usr/share/vulkan/icd.d/lvp_icd*.json >"$work/lib/lvp_icd.json"
fi

# Octavo in a container: Bun, the server and the Vulkan loader, run by an account without rights.
#
#   docker build -t octavo .
#   docker run --gpus all -p 8000:8000 -v /path/to/model:/model:ro octavo                     an NVIDIA GPU
#   docker run -p 8000:8000 -v /path/to/model:/model:ro octavo serve /model --device reference    no GPU, plain TypeScript
#
# With Mesa's drivers inside (300 MB more) it also runs on AMD and Intel GPUs, and on any CPU through lavapipe:
#   docker build -t octavo:mesa --build-arg DRIVERS=mesa-vulkan-drivers .
#   docker run --device /dev/dri -p 8000:8000 -v /path/to/model:/model:ro octavo:mesa         an AMD or Intel GPU
#   docker run -p 8000:8000 -v /path/to/model:/model:ro -v octavo-cache:/home/octavo/.cache octavo:mesa    no GPU
#
# With the weights inside:
#   docker build -t octavo:baked --target baked --build-context weights=/path/to/model .

FROM node:22-trixie-slim AS build
WORKDIR /octavo
COPY package.json bun.lock octavo ./
COPY tools/setup.sh tools/
# The launcher's own setup, without a device: Bun at the version of package.json and the packages of bun.lock.
RUN OCTAVO_DEVICE=reference ./octavo setup && mv .octavo/bun-*/bin/bun /usr/local/bin/bun
# Dawn comes built for five platforms; this image is one of them.
RUN find node_modules/webgpu/dist -mindepth 1 -maxdepth 1 ! -name "linux-$(node -p process.arch)" -exec rm -r {} +

FROM debian:trixie-slim AS runtime
# NVIDIA's Vulkan driver, which its container runtime puts in, links to libxext6.
ARG DRIVERS=""
RUN apt-get update && apt-get install --yes --no-install-recommends libvulkan1 libxext6 ${DRIVERS} && \
    rm -rf /var/lib/apt/lists/*
# Mesa keeps the machine code of kernels in ~/.cache: a volume there takes its owner from here.
RUN useradd --create-home --uid 10001 octavo && install --directory --owner octavo /home/octavo/.cache
WORKDIR /octavo
COPY --from=build /usr/local/bin/bun /usr/local/bin/bun
COPY --from=build /octavo/node_modules node_modules
COPY package.json ./
COPY kernels kernels
COPY models models
COPY src src
# "graphics" brings NVIDIA's Vulkan driver, which "compute" alone does not.
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=graphics,compute,utility \
    OCTAVO_HOST=0.0.0.0 \
    OCTAVO_PORT=8000 \
    XDG_RUNTIME_DIR=/tmp
USER octavo
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10m \
    CMD ["bun", "-e", "process.exit((await fetch(`http://127.0.0.1:${process.env.OCTAVO_PORT}/ready`)).ok ? 0 : 1)"]
ENTRYPOINT ["bun", "/octavo/src/main.ts"]
CMD ["serve", "/model"]

FROM runtime AS baked
COPY --from=weights . /model

FROM runtime

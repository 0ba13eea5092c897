# Images of Frontier: one target for each program.
#
#   docker build --target frontier --tag frontier .
#   docker run -p 30011:30011 -p 30012:30012 frontier
#
# They hold a Deno, the program in one file, what both need of the C library, and a shell with `sleep`: objects of Kubernetes that
# were written for the original run `/bin/sh -c "sleep 10"`. Nothing else is in them.

# Where the C library, the shell and the authorities come from; any Debian, or what derives from it.
ARG BASE=docker.io/library/debian:12-slim
# An image with the runtime at /deno.
ARG DENO=docker.io/denoland/deno:bin-2.9.6

FROM ${DENO} AS deno

FROM ${BASE} AS build
COPY --from=deno /deno /usr/bin/deno
WORKDIR /src
COPY . .
# Behind a proxy that speaks for the registry of npm, mount its authority: --volume /etc/ssl/certs:/etc/ssl/certs:ro
ARG DENO_TLS_CA_STORE=mozilla,system
RUN ["/usr/bin/deno", "run", "--allow-all", "tools/bundle.ts", "frontier", "frontlas", "operator"]

FROM ${BASE} AS root
COPY --from=deno /deno /root-of-image/usr/lib/frontier/deno
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /root-of-image
# Libraries keep the paths under which the loader looks for them.
RUN mkdir -p bin etc tmp usr/bin usr/conf var/log/frontier \
  && cp /bin/sh /bin/sleep bin/ \
  && for file in usr/lib/frontier/deno bin/sh bin/sleep; do ldd "$file"; done | grep -o '/[^ ]*' | sort -u \
  | while read -r library; do install -D "$library" ".$library"; done \
  && echo 'frontier:x:65532:65532::/:/bin/sh' > etc/passwd \
  && echo 'frontier:x:65532:' > etc/group \
  && echo 'hosts: files dns' > etc/nsswitch.conf \
  && chmod 1777 tmp && chown 65532:65532 var/log/frontier

# What both programs have in common.
FROM scratch AS base
COPY --from=root /root-of-image/ /
ENV DENO_DIR=/tmp/deno DENO_NO_UPDATE_CHECK=1 NO_COLOR=1
USER 65532:65532
WORKDIR /
STOPSIGNAL SIGTERM
ARG VERSION=0.2.0
LABEL org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.vendor="Frontier" \
  org.opencontainers.image.source="https://github.com/singchia/frontier"

FROM base AS frontlas
LABEL org.opencontainers.image.title="frontlas" \
  org.opencontainers.image.description="The directory of a cluster of Frontier gateways"
COPY --from=build /src/dist/frontlas /usr/lib/frontier/frontlas
COPY deploy/bin/frontlas /usr/bin/frontlas
COPY deploy/conf/frontlas.yaml /usr/conf/frontlas.yaml
EXPOSE 40011 40012 9092
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["/usr/lib/frontier/deno", "eval", "--no-config", "Deno.exit((await fetch('http://127.0.0.1:9092/readyz')).ok ? 0 : 1)"]
ENTRYPOINT ["/usr/bin/frontlas"]
CMD ["--config", "/usr/conf/frontlas.yaml"]

FROM base AS operator
LABEL org.opencontainers.image.title="frontier-operator" \
  org.opencontainers.image.description="Runs clusters of Frontier on Kubernetes"
COPY --from=build /src/dist/operator /usr/lib/frontier/operator
COPY deploy/bin/frontier-operator /usr/bin/frontier-operator
EXPOSE 8081
ENTRYPOINT ["/usr/bin/frontier-operator"]

FROM base AS frontier
LABEL org.opencontainers.image.title="frontier" \
  org.opencontainers.image.description="A gateway between services and edges behind NAT"
COPY --from=build /src/dist/frontier /usr/lib/frontier/frontier
COPY deploy/bin/frontier /usr/bin/frontier
COPY deploy/conf/frontier.yaml /usr/conf/frontier.yaml
EXPOSE 30010 30011 30012 9091
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["/usr/lib/frontier/deno", "eval", "--no-config", "Deno.exit((await fetch('http://127.0.0.1:9091/readyz')).ok ? 0 : 1)"]
ENTRYPOINT ["/usr/bin/frontier"]
CMD ["--config", "/usr/conf/frontier.yaml"]

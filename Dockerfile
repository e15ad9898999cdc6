# Tribune in a small image: built from the sources in one stage, run without root in another.
#
#   docker build -t tribune .
#   docker run -p 8080:8080 -v tribune-data:/var/lib/tribune tribune

FROM rust:1.95-slim-bookworm AS build
# SQLite and the TLS library are compiled from C.
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist --bin tribune \
 && cp target/dist/tribune /usr/local/bin/tribune

FROM debian:bookworm-slim
# Certificates, for TLS to a database elsewhere.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /var/lib/tribune --shell /usr/sbin/nologin tribune \
 && install -d -o tribune -g tribune -m 0700 /var/lib/tribune
COPY --from=build /usr/local/bin/tribune /usr/local/bin/tribune
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/tribune/

USER 10001:10001
# Within a container every interface is the container's own; which of them are published is decided outside.
# `tribune work` answers its probes where `tribune serve` answers, so that the check below holds for either.
ENV TRIBUNE_SERVER_LISTEN=0.0.0.0:8080 \
    TRIBUNE_JOBS_LISTEN=0.0.0.0:8080 \
    TRIBUNE_DATA_DIR=/var/lib/tribune \
    TRIBUNE_LOG_FORMAT=json
WORKDIR /var/lib/tribune
VOLUME /var/lib/tribune
EXPOSE 8080
STOPSIGNAL SIGTERM
# The image has no curl; the binary asks for itself.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["tribune", "health", "--url", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["tribune"]
CMD ["serve"]

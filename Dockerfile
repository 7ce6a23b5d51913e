# syntax=docker/dockerfile:1

FROM rust:1.95-bookworm AS build
WORKDIR /build
# The result needs an x86-64 processor of 2013 or later (tools/dist.toml says why), or any Arm64.
# Everything that the binary embeds is in the build context; .dockerignore keeps the rest out.
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --locked --profile dist --config tools/dist.toml \
    && install -D target/dist/bedside /out/bedside \
    && install -d -m 0750 /out/data

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="bedside" \
      org.opencontainers.image.description="The public directory of supervised, in-person ketamine care in the United States" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
# The certificates let a connection to PostgreSQL be verified (sslrootcert); nothing else is added.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/bedside /usr/local/bin/bedside
COPY --from=build --chown=65532:65532 /out/data /var/lib/bedside
USER 65532:65532
WORKDIR /var/lib/bedside
ENV BEDSIDE_LISTEN=0.0.0.0:8080 \
    DATABASE_URL=sqlite:///var/lib/bedside/bedside.db
VOLUME ["/var/lib/bedside"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["/usr/local/bin/bedside", "health", "127.0.0.1:8080"]
ENTRYPOINT ["/usr/local/bin/bedside"]
CMD ["serve"]

# docker build -t kibana-connectors-mcp .
# docker run --rm -i -e KIBANA_URL -e KIBANA_API_KEY kibana-connectors-mcp
# By digest, so that each build starts from the same bytes; CONTRIBUTING.md says how to take a newer one.
ARG BASE=node:24-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm ci --no-audit --no-fund

FROM ${BASE}
LABEL org.opencontainers.image.title="kibana-connectors-mcp" org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY package.json LICENSE ./
COPY skill skill
COPY --from=build /build/dist dist
# The journal outlives the container when a volume is mounted here.
ENV CONNECTORS_JOURNAL_DIR=/journal
# A number that no user of the host has: programs of one with the same number could read this process and its key.
RUN mkdir --mode=700 /journal && chown 61273:61273 /journal
USER 61273:61273
ENTRYPOINT ["node", "/app/dist/main.js"]

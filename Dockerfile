# docker build -t kibana-connectors-mcp .
# docker run --rm -i -e KIBANA_URL -e KIBANA_API_KEY kibana-connectors-mcp
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm ci --no-audit --no-fund

FROM node:24-slim
LABEL org.opencontainers.image.title="kibana-connectors-mcp" org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY package.json LICENSE ./
COPY skill skill
COPY --from=build /build/dist dist
# The journal outlives the container when a volume is mounted here.
ENV CONNECTORS_JOURNAL_DIR=/journal
RUN mkdir --mode=700 /journal && chown node:node /journal
USER node
ENTRYPOINT ["node", "/app/dist/main.js"]

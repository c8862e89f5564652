# The server alone, for use with a Postgres and a bucket of your own: see compose.yaml.
#   docker build -t isocenter .

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages packages
COPY server/package.json server/
COPY migrations/package.json migrations/
COPY conformance/package.json conformance/
# Of these two workspaces alone: the pinned Node and the embedded Postgres belong to others, and stay out.
RUN npm ci --omit=dev --ignore-scripts --workspace @isocenter/server --workspace @isocenter/migrations

# The screens, which need tools to be built and nothing to be sent.
FROM node:24-bookworm-slim AS screens
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages packages
COPY mfe-shell mfe-shell
COPY mfe-admin mfe-admin
COPY mfe-viewer mfe-viewer
RUN npm ci --ignore-scripts --workspace @isocenter/mfe-shell --workspace @isocenter/mfe-admin --workspace @isocenter/mfe-viewer --include-workspace-root
RUN node packages/launcher/src/build-screens.ts mfe-shell/shared mfe-shell mfe-admin mfe-viewer mfe-viewer/vendor

FROM node:24-bookworm-slim
# Arguments of node, MALLOC_ARENA_MAX and UV_THREADPOOL_SIZE: see packages/launcher/src/server-runtime.ts
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 UV_THREADPOOL_SIZE=16 HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE THIRD-PARTY-NOTICES.md ./
COPY packages packages
COPY migrations migrations
COPY server server
COPY --from=screens /app/dist dist
# Annotation burned into rendered images needs fonts, patients' names those of Chinese, Japanese and Korean.
RUN apt-get update && apt-get install --yes --no-install-recommends fontconfig fonts-dejavu-core fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=70", "server/src/main.ts"]

# Production image: glibc (Temporal's native core supports no musl), no root, the workflow bundle built beforehand,
# other platforms' native binaries pruned. Without a Docker engine the recipe is checked by `npm run check:image`,
# which runs the same steps in a clean folder and starts the product there.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY scripts scripts
COPY workflows workflows
COPY src src
RUN node src/temporal/bundle.ts
RUN npm prune --omit=dev --no-fund --no-audit && node scripts/prune-image.mjs

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/workflows workflows
COPY --from=build /app/src src
USER node
EXPOSE 3000 9090
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.OPS_PORT ?? 9090) + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# As `npm start`: heaps that stay small. What grows with the number of open requests lives in Temporal, not here.
ENTRYPOINT ["node", "--max-old-space-size=384", "--max-semi-space-size=4", "--always-sparkplug", "src/main.ts"]

# Builds stompwire and keeps what runs: dist/ and the packages it imports, as a user without rights.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /srv/stompwire
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
# For --data /data: a named volume that is mounted here belongs to that user.
RUN mkdir /data && chown node:node /data
USER node
EXPOSE 8080 61613
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Exec form: the service is process 1 and hears SIGTERM itself; it starts no processes that would need reaping.
ENTRYPOINT ["node", "dist/src/cli.js"]
# Loopback of a container reaches nobody. Without authentication the service refuses to start like this, until
# it is told that strangers are meant (--allow-anonymous), as docker-compose.yml does.
CMD ["serve", "--host", "0.0.0.0"]

// Builds the chat page (src/web) to dist/web: relative hashed files, nothing inline, so that a strict CSP holds.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/** Puts other files where the page says `include`, so that each is about one thing. */
const includes: Plugin = {
  name: 'includes',
  transformIndexHtml: {
    order: 'pre',
    handler: (html, { filename }) =>
      html.replace(/<!-- include (\S+) -->/g, (_, path: string) =>
        readFileSync(new URL(path, pathToFileURL(filename)), 'utf8'),
      ),
  },
};

/** What the STOMP library tells those who debug it: nobody hears that in the page, and it would be script for nothing. */
const quietStomp: Plugin = {
  name: 'quiet-stomp',
  transform: {
    filter: { id: /@stomp\/stompjs/ },
    handler: (code) => code.replace(/^ *this\._?debug\(.*\);$/gm, ';'),
  },
};

export default defineConfig({
  plugins: [includes, quietStomp],
  base: './',
  publicDir: false,
  build: {
    outDir: '../../dist/web', // from the root, which the command line names: `vite build src/web`
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // no data: address, which `default-src 'self'` would refuse
    modulePreload: false, // its helper would be script for nothing: scripts of their own load no others
    reportCompressedSize: false,
  },
  // `vite src/web --config vite.config.ts` works on the page against a service that runs at the default address.
  server: {
    proxy: {
      '/ws': { target: 'ws://127.0.0.1:8080', ws: true },
      '/chat': { target: 'http://127.0.0.1:8080' },
    },
  },
});

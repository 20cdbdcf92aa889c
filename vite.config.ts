// Builds the chat page (src/web) to dist/web: relative hashed files, nothing inline, so that a strict CSP holds.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const nothing = fileURLToPath(new URL('./src/web/wire/nothing.cjs', import.meta.url));

export default defineConfig({
  base: './',
  publicDir: false,
  // what sockjs-client's sources expect of a browser, without what it mends and works around in those of 2012
  define: { global: 'globalThis' },
  resolve: {
    alias: [{ find: /^\.+\/(.+\/)?(shims|iframe-bootstrap|info-iframe|xdr)$/, replacement: nothing }],
  },
  build: {
    outDir: '../../dist/web', // from the root, which the command line names: `vite build src/web`
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // no data: address, which `default-src 'self'` would refuse
    modulePreload: { polyfill: false }, // would be an inline script
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

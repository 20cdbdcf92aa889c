// The version of the package, read from its own package.json.
import { createRequire } from 'node:module';

/** The version, such as `0.1.0`; the package finds itself by name, from the sources as from `dist/`. */
export function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('stompwire/package.json');
  return (manifest as { version: string }).version;
}

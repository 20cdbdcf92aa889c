// Chromium, for the tests with real browsers; located or installed here, started by playwright-core.
import type { Program } from './program.ts';
import { fromDebian, namedBy, onPath } from './ways.ts';

export const chromium: Program = {
  name: 'chromium',
  variable: 'CHROMIUM_PATH',
  ways: [
    namedBy('CHROMIUM_PATH'),
    onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'),
    // Without recommends no font comes along, and a page without glyphs is no page.
    fromDebian(['chromium', 'fonts-liberation'], 'chromium'),
  ],
  mend: 'install chromium (Debian: apt-get install chromium), or set CHROMIUM_PATH to a Chromium or Chrome',
};

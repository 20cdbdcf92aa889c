// The page's colours, light and dark: every text on its ground has the contrast that WCAG AA asks for.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const [light, dark] = readFileSync('src/web/styles/tokens.css', 'utf8').split('@media').map(colours);

function colours(css: string): Record<string, string> {
  const declared = css.matchAll(/--([\w-]+): (#[0-9a-f]{6}|\d+%);/g);
  return Object.fromEntries(Array.from(declared, ([, name, value]) => [name!, value!]));
}

const channels = (colour: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);

/** [WCAG 2.2, relative luminance] */
function luminance(rgb: readonly number[]): number {
  const [red, green, blue] = rgb.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: readonly number[], other: readonly number[]): number {
  const [brighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (brighter! + 0.05) / (darker! + 0.05);
}

const TEXT: [text: string, grounds: string[]][] = [
  ['ink', ['ground', 'ground-side', 'ground-raised', 'bubble', 'mention-wash']],
  ['ink-soft', ['ground', 'ground-side', 'ground-raised', 'bubble']],
  ['accent-ink', ['accent', 'accent-strong']],
  ['accent-text', ['ground', 'ground-raised', 'accent-wash', 'bubble', 'mention-wash']],
  ['danger', ['ground', 'ground-side', 'ground-raised', 'danger-wash']],
  ['warn', ['warn-wash']],
];
const SHAPES: [shape: string, grounds: string[]][] = [
  ['line-strong', ['ground', 'ground-raised']], // the edge of a field
  ['good', ['ground-side']], // the dot of the connection
  ['mention-line', ['ground']], // the edge of a message that means the reader
  ['accent-text', ['ground', 'ground-side', 'ground-raised']], // the ring of the focus
];

describe.each([
  ['light', light!],
  ['dark', { ...light!, ...dark! }],
])('in the %s colours', (_, palette) => {
  const worse = (pairs: typeof TEXT, least: number): string[] =>
    pairs.flatMap(([over, grounds]) =>
      grounds
        .filter((ground) => contrast(channels(palette[over]!), channels(palette[ground]!)) < least)
        .map((ground) => `${over} on ${ground}`),
    );

  it('text stands out from its ground by 4.5 to 1', () => {
    expect(worse(TEXT, 4.5)).toEqual([]);
  });

  it('edges, dots and the focus ring stand out by 3 to 1', () => {
    expect(worse(SHAPES, 3)).toEqual([]);
  });

  it('every person’s colour can be read, as a name and as initials', () => {
    const share = Number.parseFloat(palette['hue-wash']!) / 100;
    const ground = channels(palette.ground!);
    for (let hue = 0; hue < 8; hue++) {
      const name = channels(palette[`hue-${hue}`]!);
      const avatar = name.map((c, at) => c * share + ground[at]! * (1 - share));
      expect(contrast(name, ground)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(name, avatar)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

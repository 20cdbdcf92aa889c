// The option tables of the docs and the README are what the schema says, and every name in it is its own.
import { describe, expect, it } from 'vitest';
import { pages, withTable } from '../../scripts/option-table.ts';
import { environmentName } from '../../src/config/option.ts';
import { GROUPS, OPTION_KEYS, OPTIONS } from '../../src/config/schema.ts';

describe('the option tables', () => {
  it.each(pages().map((page) => [page.path, page]))('of %s are up to date', (_, { now, due }) => {
    expect(now).toBe(due);
  });

  it('name every option with its flag and its variable', () => {
    const docs = pages()[0]!.due;
    for (const key of OPTION_KEYS) {
      const { flag } = OPTIONS[key];
      expect(docs).toContain(`| \`${key}\` | \`--${flag}\` | \`${environmentName(flag)}\` |`);
    }
  });

  it('replace what stands between the markers of the README, and nothing else', () => {
    const page = withTable('before\n<!-- options:begin -->\nstale row\n<!-- options:end -->\nafter\n');
    expect(page).toMatch(/^before\n<!-- options:begin -->\n\| Flag [\s\S]*\n<!-- options:end -->\nafter\n$/);
    expect(page).not.toContain('stale row');
  });

  it('are missed in a README without markers', () => {
    expect(() => withTable('# stompwire\n')).toThrow('<!-- options:begin -->');
  });
});

describe('the table of options', () => {
  it('gives every option a flag of its own', () => {
    expect(new Set(OPTION_KEYS.map((key) => OPTIONS[key].flag)).size).toBe(OPTION_KEYS.length);
  });

  it('puts every option under exactly one heading', () => {
    expect(GROUPS.flatMap(({ keys }) => keys)).toEqual(OPTION_KEYS);
  });

  it('leaves STOMPWIRE_TEST_ to the tests', () => {
    const names = OPTION_KEYS.map((key) => environmentName(OPTIONS[key].flag));
    expect(names.filter((name) => name.startsWith('STOMPWIRE_TEST_'))).toEqual([]);
  });
});

// What aliases may not be together, and where they have to lead.
import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';

it('two aliases do not stand for one destination', () => {
  const aliases = ['/a/{x}=/app/b', '/a/{y}=/app/c'];
  expect(() => resolveConfig({ aliases })).toThrow(/aliases .*"\/a\/\{y\}=\/app\/c" stands for what another/);
});

it('an alias leads under a prefix that the server has', () => {
  const aliases = ['/a=/topic/b'];
  expect(resolveConfig({ aliases })).toMatchObject({ aliases });
  const others = { aliases, appPrefix: '/publish', brokerPrefixes: ['/subscribe'] };
  expect(() => resolveConfig(others)).toThrow(
    /"\/a=\/topic\/b" leads to none of \/publish, \/user, \/subscribe/,
  );
});

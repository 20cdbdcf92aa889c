// What becomes of what was thrown: whether the session lives, and how loud the log is.
import { describe, expect, it } from 'vitest';
import { FrameError } from '../../frames/index.ts';
import { type ErrorCode, StompwireError } from '../../src/errors.ts';
import { asStompwireError, levelOf, survives } from '../../src/session/told.ts';

describe('what was thrown', () => {
  it('is told as it is when it is a refusal, and without its inside otherwise', () => {
    const refusal = new StompwireError('denied', 'members only');
    expect(asStompwireError(refusal)).toBe(refusal);
    expect(asStompwireError(new FrameError('bad-header', 'no colon'))).toMatchObject({ code: 'bad-header' });
    const inside = new Error('secret');
    expect(asStompwireError(inside)).toMatchObject({ code: 'internal', cause: inside });
    expect(asStompwireError(inside).message).not.toContain('secret');
  });

  it.each([
    ['internal', 'warn'],
    ['handler-failed', 'warn'],
    ['handler-timeout', 'warn'],
    ['denied', 'info'],
    ['rate-limited', 'debug'],
  ] as const)('as %s is logged at %s', (code, level) => {
    expect(levelOf(new StompwireError(code))).toBe(level);
    expect(levelOf(new StompwireError(code, 'x', { answered: true }))).toBe('debug');
  });
});

describe('a session', () => {
  const lives = (
    code: ErrorCode,
    denial: 'close' | 'keep',
    state: 'opening' | 'connected' = 'connected',
    transport: 'websocket' | 'http' = 'websocket',
  ) => survives({ state, peer: { transport }, services: { options: { denial } } }, new StompwireError(code));

  it('lives on after what is told, and after a denial where that is meant', () => {
    expect(lives('no-handler', 'close')).toBe(true);
    expect(lives('rate-limited', 'close')).toBe(true);
    expect(lives('denied', 'close')).toBe(false);
    expect(lives('denied', 'keep')).toBe(true);
    expect(lives('bad-header', 'keep')).toBe(false);
  });

  it('that is an event stream lives on after nothing: it has no error queue', () => {
    for (const code of ['no-access', 'denied'] as const)
      expect(lives(code, 'keep', 'connected', 'http')).toBe(false);
  });

  it('that is not connected lives on after nothing', () => {
    for (const code of ['no-handler', 'denied'] as const) expect(lives(code, 'keep', 'opening')).toBe(false);
  });
});

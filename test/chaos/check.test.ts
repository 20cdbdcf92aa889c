// The judge of the chaos runs: right histories pass, and each fault that is put into one is found.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { account, check } from './check.ts';
import { type FaultKind, type History, levels, type Seen, type SeenMessage, type Terms } from './history.ts';
import { type Happening, IdealRun } from './ideal-run.ts';

const strict: Terms = { gaps: 'never', keeps: 'brokered' };
const crashing: Terms = { gaps: 'told', keeps: 'stored' };

const quiet: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('send' as const),
      room: fc.nat(1),
      level: fc.constantFrom(...levels),
      receipted: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constantFrom('cut' as const, 'return' as const), client: fc.nat(4) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('settle' as const) }) },
);
const rough = fc.oneof(
  { weight: 12, arbitrary: quiet },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('crash' as const) }) },
);

const historyOf = (happenings: readonly Happening[]): History => {
  const run = new IdealRun(2, 5);
  for (const happening of happenings) run.do(happening);
  return run.end();
};
const right = fc.array(quiet, { minLength: 10, maxLength: 60 }).map(historyOf);
const crashed = fc.array(rough, { minLength: 10, maxLength: 60 }).map(historyOf);

const kinds = (history: History, terms = strict): FaultKind[] =>
  check(history, terms).faults.map(({ kind }) => kind);

/** A history of one client in one room, by hand. */
function seenBy(
  seen: readonly Seen[],
  sent: readonly string[],
  store?: readonly [number, string][],
): History {
  return {
    sendings: sent.map((text, at) => ({
      publisher: 'p',
      room: 'r',
      text,
      level: 'brokered',
      begun: 100 + 2 * at,
      receipted: 101 + 2 * at,
    })),
    views: [{ client: 'c', room: 'r', seen }],
    store: store?.map(([seq, body]) => ({ room: 'r', epoch: 1, seq, body })),
    textOf: (body) => body,
  };
}
const asked = (from?: string): Seen[] => [
  { kind: 'asked', from, tick: 0 },
  { kind: 'answered', resume: from === undefined ? undefined : 'complete', tick: 1 },
];
const heard = (position: string, body: string, discontinuity = false): SeenMessage => ({
  kind: 'message',
  id: `h.${position}`,
  body,
  discontinuity,
});

describe('a history by hand', () => {
  const whole = [...asked('first'), heard('1-1', 'a'), heard('1-2', 'b'), heard('1-3', 'c')];
  const sent = ['a', 'b', 'c'];

  it('is right when everything was heard once and in order', () => {
    expect(
      check(
        seenBy(whole, sent, [
          [1, 'a'],
          [2, 'b'],
          [3, 'c'],
        ]),
        strict,
      ),
    ).toEqual({
      faults: [],
      messages: 3,
      resumes: 1,
      toldGaps: 0,
      lateGaps: 0,
      positions: 3,
      stored: 3,
    });
  });

  it('has a gap when a position is left out, even though nobody else heard it', () => {
    expect(kinds(seenBy(whole.toSpliced(3, 1), ['a', 'c']))).toEqual(['gap']);
  });

  it('has a gap when a client that asked for nothing does not hear what was sent after its RECEIPT', () => {
    const history = seenBy([...asked(), heard('1-2', 'b'), heard('1-3', 'c')], sent, [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(kinds(history)).toEqual(['gap']);
  });

  it('has a gap when the latest of a room is not heard', () => {
    const history = seenBy(whole.slice(0, -1), sent, [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(kinds(history)).toEqual(['gap']);
  });

  it('has a gap when first does not begin with the first', () => {
    const late: Seen[] = [
      { kind: 'asked', from: 'first', tick: 200 },
      { kind: 'answered', resume: 'complete', tick: 201 },
      heard('1-2', 'b'),
      heard('1-3', 'c'),
    ];
    const store: [number, string][] = [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ];
    expect(kinds(seenBy(late, sent, store))).toEqual(['gap']);
  });

  it('has a gap when last-N gives less', () => {
    const late: Seen[] = [
      { kind: 'asked', from: 'last-2', tick: 200 },
      { kind: 'answered', resume: 'complete', tick: 201 },
      heard('1-3', 'c'),
    ];
    const store: [number, string][] = [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ];
    expect(kinds(seenBy(late, sent, store))).toEqual(['gap']);
    expect(kinds(seenBy(late.toSpliced(2, 0, heard('1-2', 'b')), sent, store))).toEqual([]);
  });

  it('has a duplicate when a resume brings again what was heard', () => {
    const again = [...whole.slice(0, 4), { kind: 'cut' as const }, ...asked('h.1-1'), heard('1-2', 'b')];
    expect(kinds(seenBy([...again, heard('1-3', 'c')], sent))).toEqual(['duplicate']);
  });

  it('is reordered when an earlier one comes behind a later one', () => {
    const history = seenBy([...asked('first'), heard('1-2', 'b'), heard('1-1', 'a')], ['a', 'b']);
    expect(kinds(history)).toEqual(['gap', 'reorder']);
  });

  it('has a false answer when complete is said and a discontinuity follows', () => {
    const seen: Seen[] = [...asked('first'), heard('1-1', 'a'), { kind: 'cut' }];
    const back: Seen[] = [
      { kind: 'asked', from: 'h.1-1', tick: 200 },
      { kind: 'answered', resume: 'complete', tick: 201 },
      heard('1-3', 'c', true),
    ];
    expect(kinds(seenBy([...seen, ...back], ['a', 'c']), crashing)).toEqual(['false-answer']);
  });

  it('has a false answer when a message comes before the RECEIPT, or the RECEIPT says nothing of the resume', () => {
    expect(kinds(seenBy([whole[0]!, ...whole.slice(2)], sent))).toEqual(Array(3).fill('false-answer'));
    const silent = whole.with(1, { kind: 'answered', resume: undefined, tick: 1 });
    expect(kinds(seenBy(silent, sent))).toEqual(['false-answer']);
  });

  it('has a message skipped when a gap was told and the store has it', () => {
    const seen = [...asked('first'), heard('1-1', 'a'), heard('1-3', 'c', true)];
    const store: [number, string][] = [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ];
    expect(kinds(seenBy(seen, sent, store), { gaps: 'told', keeps: 'stored' })).toEqual(['skipped']);
  });

  it('has messages lost, sent twice, and overtaken', () => {
    expect(kinds(seenBy(whole, [...sent, 'd']))).toEqual(['lost']);
    expect(kinds(seenBy([...whole, heard('1-4', 'b')], sent))).toContain('twice');
    expect(kinds(seenBy(whole, ['b', 'a', 'c']))).toEqual(['overtaken']);
  });

  it('has a message that nobody sent, a message-id that is none, and one of another room', () => {
    expect(kinds(seenBy([...whole, heard('1-4', 'x')], sent))).toEqual(['foreign-message']);
    const ids = ['17', 'x.1-4', 'h.1-4-2'];
    for (const id of ids) {
      const odd: Seen = { kind: 'message', id, body: 'a', discontinuity: false };
      expect(kinds(seenBy([...whole, odd], sent))).toEqual(['foreign-id']);
    }
  });

  it('has a refused SUBSCRIBE', () => {
    const refused: Seen[] = [{ kind: 'cut' }, asked('h.1-3')[0]!, { kind: 'refused', why: 'bad-resume' }];
    expect(kinds(seenBy([...whole, ...refused], sent))).toEqual(['refused']);
    expect(kinds(seenBy([...whole, ...refused], sent), { ...strict, refusals: ['bad-resume'] })).toEqual([]);
  });

  it('has a hole in the store, a message there twice, and one that is not there', () => {
    const at = (...store: [number, string][]): FaultKind[] => kinds(seenBy(whole, sent, store));
    expect(at([1, 'a'], [3, 'c'])).toEqual(['not-stored', 'hole-in-store']);
    expect(at([1, 'a'], [2, 'b'], [2, 'b'], [3, 'c'])).toEqual(['stored-twice']);
    expect(at([1, 'a'], [2, 'b'], [3, 'c'], [4, 'c'])).toEqual(['gap', 'twice']);
    expect(at([1, 'a'], [2, 'b'])).toEqual(['not-stored']);
    expect(at([1, 'a'], [2, 'x'], [3, 'c'])).toEqual(['two-bodies']);
  });

  it('is accounted for by kinds', () => {
    const { faults } = check(seenBy(whole.toSpliced(3, 1), ['a', 'c', 'd', 'e']), strict);
    expect(account(faults, 1)).toBe(
      '1 x gap\n  r: client c: 1-3 came behind 1-1, untold\n2 x lost\n  r: d was receipted as brokered',
    );
  });
});

describe('a history that is right', () => {
  it('has no fault', () => {
    fc.assert(
      fc.property(right, (history) => {
        expect(check(history, strict).faults).toEqual([]);
      }),
    );
  });

  it('has none when a crash took what was not stored, and that was told', () => {
    fc.assert(
      fc.property(crashed, (history) => {
        expect(check(history, crashing).faults).toEqual([]);
      }),
    );
  });
});

/** Where a view has messages, by their index; the first of all is where it may begin anywhere. */
const messagesIn = (seen: readonly Seen[]): number[] =>
  seen.flatMap((one, at) => (one.kind === 'message' ? [at] : []));

/** Puts a fault at a place of a view that the numbers choose; `undefined`: there is no such place. */
type Change = (seen: readonly Seen[], at: number) => readonly Seen[] | undefined;

const onView = (history: History, view: number, place: number, change: Change): History | undefined => {
  const number = view % history.views.length;
  const { seen } = history.views[number]!;
  const places = messagesIn(seen);
  const changed = places.length === 0 ? undefined : change(seen, places[place % places.length]!);
  if (changed === undefined) return undefined;
  return {
    ...history,
    views: history.views.map((one, at) => (at === number ? { ...one, seen: changed } : one)),
  };
};

const isFirst = (seen: readonly Seen[], at: number): boolean => messagesIn(seen)[0] === at;
const positionOf = (message: Seen): string => (message.kind === 'message' ? message.id : '');

const changes: Record<string, Change> = {
  // a client may begin where it likes, and so the first is no gap by itself
  'a message dropped': (seen, at) => (isFirst(seen, at) ? undefined : seen.toSpliced(at, 1)),
  'a message doubled': (seen, at) => seen.toSpliced(at, 0, seen[at]!),
  'an old message once more': (seen, at) => [...seen, seen[at]!],
  'two messages swapped': (seen, at) => {
    const other = seen[at + 1];
    return other?.kind === 'message' ? seen.toSpliced(at, 2, other, seen[at]!) : undefined;
  },
  'a body altered': (seen, at) => seen.with(at, { ...(seen[at] as SeenMessage), body: 'body of another' }),
  'the body of another message': (seen, at) => {
    const other = seen.find((one) => one.kind === 'message' && one.id !== positionOf(seen[at]!));
    return other === undefined
      ? undefined
      : seen.with(at, { ...(seen[at] as SeenMessage), body: (other as SeenMessage).body });
  },
  'a RECEIPT that did not come': (seen, at) => {
    const receipt = seen.findLastIndex((one, place) => one.kind === 'answered' && place < at);
    // who only listens may be cut off before it comes
    const { resume } = (seen[receipt] ?? {}) as { resume?: string };
    return resume === undefined ? undefined : seen.toSpliced(receipt, 1);
  },
};

describe('a fault that is put into a right history is found', () => {
  it.each(Object.entries(changes))('%s', (_, change) => {
    fc.assert(
      fc.property(right, fc.nat(), fc.nat(), (history, view, place) => {
        const changed = onView(history, view, place, change);
        fc.pre(changed !== undefined);
        expect(kinds(changed!)).not.toEqual([]);
      }),
    );
  });

  it('a discontinuity that was not told', () => {
    fc.assert(
      fc.property(crashed, fc.nat(), (history, view) => {
        const untold = (seen: readonly Seen[]): readonly Seen[] | undefined => {
          const at = seen.findIndex((one) => one.kind === 'message' && one.discontinuity);
          return at < 0 ? undefined : seen.with(at, { ...(seen[at] as SeenMessage), discontinuity: false });
        };
        const changed = onView(history, view, 0, untold);
        fc.pre(changed !== undefined);
        expect(kinds(changed!, crashing)).toContain('gap');
      }),
    );
  });

  const inStore: Record<string, (store: NonNullable<History['store']>, at: number) => History['store']> = {
    'a record dropped from the store': (store, at) => store.toSpliced(at, 1),
    'a record twice in the store': (store, at) => [...store, store[at]!],
    'a record altered in the store': (store, at) =>
      store.with(at, { ...store[at]!, body: 'body of another' }),
    'a record stored under another position as well': (store, at) => [
      ...store,
      { ...store[at]!, seq: store.length + 1 },
    ],
  };
  it.each(Object.entries(inStore))('%s', (_, change) => {
    fc.assert(
      fc.property(right, fc.nat(), (history, place) => {
        fc.pre(history.store!.length > 0);
        const store = change(history.store!, place % history.store!.length);
        expect(kinds({ ...history, store })).not.toEqual([]);
      }),
    );
  });

  it('a receipted message that a crash took', () => {
    fc.assert(
      fc.property(crashed, fc.nat(), (history, place) => {
        const stored = history.sendings.filter(({ level, receipted }) => level === 'stored' && receipted);
        fc.pre(stored.length > 0);
        const { text } = stored[place % stored.length]!;
        const store = history.store!.filter(({ body }) => history.textOf(body) !== text);
        expect(kinds({ ...history, store }, crashing)).not.toEqual([]);
      }),
    );
  });

  it('a message that overtook another', () => {
    fc.assert(
      fc.property(right, fc.nat(), (history, place) => {
        const told = history.sendings.filter(({ receipted, level }) => receipted && level !== 'accepted');
        fc.pre(told.length > 0);
        const early = told[place % told.length]!;
        const before = history.sendings.filter(
          ({ room, begun }) => room === early.room && begun < early.begun,
        );
        fc.pre(before.length > 0);
        const late = { ...before[0]!, begun: Number.MAX_SAFE_INTEGER };
        const sendings = history.sendings.map((one) => (one === before[0] ? late : one));
        expect(kinds({ ...history, sendings })).toContain('overtaken');
      }),
    );
  });
});

// The conversations as a whole: every command and version is in them, and the document tells what they need.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clientCommands, serverCommands } from '../../frames/index.ts';
import { dialogues } from '../../src/conformance/corpus.ts';
import type { Step } from '../../src/conformance/dialogue.ts';

const all = dialogues();
const generic = all.filter(({ scope }) => scope === 'generic');
const page = readFileSync('docs/conformance.md', 'utf8');

const stepsOf = (list: typeof all): Step[] => list.flatMap(({ steps }) => steps);

describe('the generic conversations', () => {
  it('hold every command of clients, and hear every one of servers', () => {
    const sent = stepsOf(generic).flatMap((step) =>
      step.kind === 'sends' ? step.bytes.split(/\n|\^@/) : [],
    );
    const heard = stepsOf(generic).flatMap((step) => (step.kind === 'gets' ? step.frame.command : []));
    expect([...clientCommands].filter((command) => !sent.includes(command))).toEqual([]);
    expect([...serverCommands].filter((command) => !heard.includes(command))).toEqual([]);
  });

  it('are held in every version', () => {
    const versions = stepsOf(generic).flatMap((step) => (step.kind === 'connects' ? step.version : []));
    expect([...new Set(versions)].sort()).toEqual(['1.0', '1.1', '1.2']);
  });

  it('name no code of ours', () => {
    const named = generic.filter(({ steps }) =>
      steps.some((step) => step.kind === 'gets' && step.frame.headers.some(([name]) => name === 'code')),
    );
    expect(named.map(({ name }) => name)).toEqual([]);
  });
});

describe('docs/conformance.md', () => {
  it('tells each thing that a conversation may need', () => {
    const needs = new Set(all.flatMap((dialogue) => dialogue.needs));
    expect([...needs].filter((need) => !page.includes(`\`${need}\``))).toEqual([]);
  });
});

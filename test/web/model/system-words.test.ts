// What the chat itself says, in each language; what the page does not know it says in the service's words.
import { afterEach, describe, expect, it } from 'vitest';
import type { SystemEvent } from '../../../src/web/model/chat-message.ts';
import { systemWords } from '../../../src/web/model/system-words.ts';
import { type Language, speak } from '../../../src/web/words/words.ts';

afterEach(() => speak('en'));

const none: SystemEvent = {
  what: undefined,
  user: undefined,
  role: undefined,
  name: undefined,
  from: undefined,
};
const said = async (language: Language, event: Partial<SystemEvent>): Promise<string> => {
  await speak(language);
  return systemWords({ sender: 'kim', content: 'as the service says it', event: { ...none, ...event } });
};

describe('what the chat itself says', () => {
  it.each([
    [{ what: 'joined', user: 'kim' }, 'kim joined', 'kim 님이 들어왔습니다'],
    [{ what: 'joined', user: 'lee' }, 'kim invited lee', 'kim 님이 lee 님을 초대했습니다'],
    [{ what: 'left', user: 'kim' }, 'kim left', 'kim 님이 나갔습니다'],
    [{ what: 'left', user: 'lee' }, 'kim removed lee', 'kim 님이 lee 님을 내보냈습니다'],
    [
      { what: 'renamed', name: 'New', from: 'Old' },
      'kim renamed the room from “Old” to “New”',
      'kim 님이 방 이름을 바꿨습니다: ‘Old’ → ‘New’',
    ],
    [{ what: 'renamed', name: 'New' }, 'kim named the room “New”', 'kim 님이 방 이름을 정했습니다: ‘New’'],
    [
      { what: 'role', user: 'lee', role: 'reader' },
      'kim changed the role of lee: Reader',
      'kim 님이 lee 님의 역할을 바꿨습니다: 읽기 전용',
    ],
  ])('is said in the language of the page: %o', async (event, english, korean) => {
    expect([await said('en', event), await said('ko', event)]).toEqual([english, korean]);
  });

  it('is said as it came where the page does not know it', async () => {
    for (const event of [{}, { what: 'moved' }, { what: 'renamed' }, { what: 'role', user: 'lee' }])
      expect(await said('ko', event)).toBe('as the service says it');
    expect(systemWords({ sender: 'kim', content: 'x' })).toBe('x');
  });
});

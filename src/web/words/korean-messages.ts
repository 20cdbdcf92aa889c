// What the page says in Korean of answers, reactions, people who are meant, files, and who has read.
import type { englishMessages } from './english-messages.ts';

export const koreanMessages: typeof englishMessages = {
  actions: '동작',
  reply: '답장',
  react: '반응 남기기',
  replyingTo: (name) => `${name} 님에게 답장`,
  cancelReply: '답장 취소',
  answers: (name, text) => `${name} 님의 메시지에 답장: ${text}. 그 메시지로 이동`,
  quoteLoading: '불러오는 중…',
  quoteGone: '더 이상 없는 메시지입니다',
  quoteGoing: '그 메시지로 이동하는 중…',
  reactions: '반응',
  reacted: (emoji, count, names) => `${emoji} ${count}: ${names}`,
  reactWith: '반응 고르기',
  whoReacted: '반응한 사람',
  andOthers: (names, others) => (others === 0 ? names : `${names} 외 ${others}명`),
  mentioned: (text) => `나를 언급한 메시지. ${text}`,
  mentionNames: '언급할 사람',
  attachment: '첨부',
  attach: '링크 첨부',
  attachText:
    '파일이나 페이지의 링크입니다. 업로드되지 않으며, 누군가 열기 전에는 아무것도 불러오지 않습니다.',
  linkAddress: '주소',
  linkName: '이름',
  addLink: '첨부',
  noLink: 'https://로 시작하는 주소를 입력해 주세요',
  tooManyLinks: (most) => `한 메시지에 링크는 ${most}개까지입니다.`,
  removeLink: (name) => `${name} 빼기`,
  seenBy: (count) => `${count}명 읽음`,
  seenByNames: '읽은 사람',
  logHelp:
    'Enter로 최신 메시지로, 화살표 키로 다른 메시지로 이동합니다. 메시지에서 R은 답장, A는 반응, E는 수정, Delete는 삭제, 오른쪽 화살표는 메시지 안의 항목, Escape는 되돌아가기, End는 최신 메시지입니다.',
};

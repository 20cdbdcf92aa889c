// The options of what is logged and kept: policies, the way to the history, and what of it is held in memory.
import { textList, whole } from '../option.ts';

const DAY = 86_400_000;
const GIBIBYTE = 1_073_741_824;

export const HISTORY = {
  logged: textList({
    default: [],
    flag: 'logged',
    format: 'not-empty',
    placeholder: '<policy>',
    allowed:
      'a destination or pattern, then any of count=1000 age=24h receipt=brokered deliver=at-once window=10m, with blanks between',
    reason:
      'What is logged, so that it can be resumed, retried and stored; of several that match, the first decides.',
  }),
  historyBatch: whole({
    default: 1000,
    flag: 'history-batch',
    unit: 'messages',
    min: 1,
    max: 10_000,
    reason: 'How many messages are written to the history at a time, at most.',
  }),
  historyBatchTime: whole({
    default: 0,
    flag: 'history-batch-time',
    unit: 'ms',
    min: 0,
    max: 10_000,
    reason: 'How long a batch that is not full waits for more; 0 writes what is there, while more gathers.',
  }),
  historyBacklog: whole({
    default: 64 * 1_048_576,
    flag: 'history-backlog',
    unit: 'bytes',
    min: 65_536,
    max: 64 * GIBIBYTE,
    reason: 'How much may wait to be written to the history, before what would be logged is refused.',
  }),
  historyRetention: whole({
    default: 0,
    flag: 'history-retention',
    unit: 'ms',
    min: 0,
    max: 36_500 * DAY,
    reason: 'After how long messages are taken out of the history; 0 keeps them for ever.',
  }),
  deadLetters: whole({
    default: 10_000,
    flag: 'dead-letters',
    unit: 'messages',
    min: 1,
    max: 10_000_000,
    reason:
      'How many messages that the history cannot keep are set aside; beyond it the oldest are lost. Behind Redis, of each partition.',
  }),
  deadLetterBytes: whole({
    default: 256 * 1_048_576,
    flag: 'dead-letter-bytes',
    unit: 'bytes',
    min: 65_536,
    max: 64 * GIBIBYTE,
    reason: 'How much those messages may take; beyond it the oldest are lost.',
  }),
  hotLogBytes: whole({
    default: 64 * 1_048_576,
    flag: 'hot-log-bytes',
    unit: 'bytes',
    min: 65_536,
    max: 64 * GIBIBYTE,
    reason: 'How much the logs hold in memory, all of them together; what is not stored yet may be more.',
  }),
  idempotencyKeys: whole({
    default: 100_000,
    flag: 'idempotency-keys',
    unit: 'keys',
    min: 1,
    max: 100_000_000,
    reason: 'How many idempotency keys are remembered; the oldest go first.',
  }),
  idempotencyWindow: whole({
    default: 600_000,
    flag: 'idempotency-window',
    unit: 'ms',
    min: 1000,
    max: 30 * DAY,
    reason: 'For how long a SEND that comes again under its idempotency key is answered and not run again.',
  }),
  storedTimeout: whole({
    default: 30_000,
    flag: 'stored-timeout',
    unit: 'ms',
    min: 0,
    max: DAY,
    reason:
      'How long a RECEIPT may wait until its message is stored, before that is told to have failed; 0 sets no bound.',
  }),
};

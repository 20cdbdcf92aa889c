// The webhook that the options ask for, with its figures.
import type { Server } from '../../index.ts';
import type { ChatRepository } from '../repository.ts';
import { Webhook, type WebhookOutcome } from './webhook.ts';

/** An answer takes no longer, in milliseconds. */
const timeout = 10_000;
/** The first pause before a post is tried again, in milliseconds. */
const retryAfter = 1000;

const outcomes: readonly WebhookOutcome[] = ['delivered', 'seen', 'refused', 'failed', 'dropped'];
const help = 'Notifications for the webhook, by what became of them';

/** None: no address is given. */
export function webhookOf(
  { config, metrics }: Pick<Server, 'config' | 'metrics'>,
  repository: Pick<ChatRepository, 'notices'>,
): Webhook | undefined {
  const { webhookUrl: url, webhookSecret: secret, webhookDelay: delay, noticesKept } = config;
  if (url === undefined || secret === undefined) return undefined;
  const counters = new Map(
    outcomes.map((outcome) => [outcome, metrics.counter('chat_webhook_posts', help, { outcome })]),
  );
  const webhook = new Webhook({
    ...{ url, secret, delay, retryAfter, timeout, clock: Date.now, random: Math.random },
    isUnseen: async (user, { id }) => {
      const kept = await repository.notices.of(user, noticesKept); // not open yet when this is put together
      return kept.some((one) => one.id === id);
    },
    ended: (outcome) => counters.get(outcome)?.add(),
  });
  metrics.gauge('chat_webhook_waiting', 'Notifications that wait to be posted', () => webhook.waiting);
  return webhook;
}

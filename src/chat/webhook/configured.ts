// The webhook that the options ask for, with its figures.
import type { Server } from '../../index.ts';
import type { LiveRepository } from '../live-repository.ts';
import { Webhook, type WebhookOutcome, type WebhookParts } from './webhook.ts';

/** An answer takes no longer, in milliseconds. */
const timeout = 10_000;
/** The first pause before a post is tried again, in milliseconds. */
const retryAfter = 1000;
/** It is looked at least so often whether there is something to post, in milliseconds. */
const looksEvery = 1000;

const outcomes: readonly WebhookOutcome[] = ['delivered', 'refused', 'failed'];
const help = 'Notifications for the webhook, by what became of them';

/** None: no address is given. */
export function webhookOf(
  { config, metrics, log }: Pick<Server, 'config' | 'metrics' | 'log'>,
  live: Pick<LiveRepository, 'notices'>,
  mayRead: WebhookParts['mayRead'],
): Webhook | undefined {
  const { webhookUrl: url, webhookSecret: secret, webhookDelay } = config;
  if (url === undefined || secret === undefined) return undefined;
  const counters = new Map(
    outcomes.map((outcome) => [outcome, metrics.counter('chat_webhook_posts', help, { outcome })]),
  );
  const webhook = new Webhook({
    ...{ url, secret, retryAfter, timeout, clock: Date.now, random: Math.random },
    every: Math.min(looksEvery, Math.max(20, webhookDelay)),
    ...{ shelf: () => live.notices, mayRead },
    ended: (outcome) => counters.get(outcome)?.add(),
    failed: (err) => log.warn({ err }, 'notifications that wait for the webhook could not be asked for'),
  });
  metrics.gauge('chat_webhook_waiting', 'Notifications that wait to be posted', () => webhook.waiting);
  return webhook;
}

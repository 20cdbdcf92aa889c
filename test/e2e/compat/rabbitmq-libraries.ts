// What clients of RabbitMQ do with the libraries that they use.
import type { Program } from './stage.ts';

/** Programs with the libraries that clients use. */
export const libraryPrograms: Readonly<Record<string, Program>> = {
  'stompjs: topics': async (stage) => {
    const page = await stage.page();
    const { messages } = await page.subscribe(`/topic/${stage.u}.*.#`);
    for (const key of ['a', 'a.b', '']) await page.send(`/topic/${stage.u}.${key}`, key);
    await page.send(`/topic/${stage.u}.last`, 'last', { 'x-own': 'mine' });
    const last = await messages.first(({ body }) => body === 'last', 'last');
    return [messages.all.map(({ body }) => body), stage.seen(last)];
  },
  'stompjs: acknowledgement': async (stage) => {
    const page = await stage.page();
    const individual = { ack: 'client-individual', 'prefetch-count': '1' } as const;
    const { messages } = await page.subscribe(`/queue/${stage.u}`, individual);
    for (const body of ['1', '2']) await page.send(`/queue/${stage.u}`, body);
    const [first] = await messages.count(1);
    first!.nack();
    const [, again] = await messages.count(2);
    again!.ack();
    await messages.count(3);
    return messages.all.map((message) => stage.seen(message));
  },
  'stompjs: request and reply': async (stage) => {
    const [asking, answering] = [await stage.page(), await stage.page()];
    const { messages: questions } = await answering.subscribe(`/queue/${stage.u}`);
    const answers: string[] = [];
    const answered = new Promise<void>((resolve) => {
      asking.client.onUnhandledMessage = ({ headers, body }) => {
        answers.push(String(headers.subscription), body);
        resolve();
      };
    });
    asking.client.publish({
      destination: `/queue/${stage.u}`,
      headers: { 'reply-to': '/temp-queue/q' },
      body: 'what?',
    });
    const [question] = await questions.count(1);
    await answering.send(question!.headers['reply-to']!, 'that');
    await answered;
    return answers;
  },
  'stompjs: transaction': async (stage) => {
    const page = await stage.page();
    const { messages } = await page.subscribe(`/queue/${stage.u}`);
    const transaction = page.client.begin();
    const headers = { transaction: transaction.id };
    for (const body of ['1', '2']) page.client.publish({ destination: `/queue/${stage.u}`, headers, body });
    transaction.commit();
    await messages.count(2);
    return messages.all.map(({ body }) => body);
  },
  'stompit: a queue': async (stage) => {
    const client = await stage.stompit();
    const messages = await client.subscribe(`/queue/${stage.u}`, {
      ack: 'client-individual',
      'prefetch-count': '1',
    });
    for (const body of ['1', '2', '3'])
      await client.send({ destination: `/queue/${stage.u}`, persistent: 'true' }, body);
    const [first] = await messages.count(1);
    client.client.nack(first!, { requeue: 'true' });
    const [, again] = await messages.count(2);
    client.client.ack(again!);
    const [, , third] = await messages.count(3);
    client.client.ack(third!);
    await messages.count(4);
    return messages.all.map((message) => stage.seen(message));
  },
  'stompit: topics': async (stage) => {
    const client = await stage.stompit();
    const messages = await client.subscribe(`/exchange/amq.topic/${stage.u}.#`);
    for (const key of ['', '.a', '.a.b'])
      await client.send({ destination: `/topic/${stage.u}${key}` }, `body${key}`);
    await messages.count(3);
    return messages.all.map((message) => stage.seen(message));
  },
};

// The chat in the test's process, asked over HTTP.
import { onTestFinished } from 'vitest';
import { installChat } from '../../../src/chat/chat.ts';
import type { Config } from '../../../src/index.ts';
import { startTestApp, type TestApp, type TestAppParts } from '../../../src/testing.ts';
import { EventReader } from '../../event-reader.ts';
import { Described, type Document } from './described.ts';

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

interface Asked {
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Requests to `/api/chat`, in the name of whoever `as` says. */
export class ChatApi {
  readonly kit: TestApp;
  /** Every answer is held to it. */
  described: Described | undefined;

  private constructor(kit: TestApp) {
    this.kit = kit;
  }

  static async start(options: Partial<Config> = {}, parts: TestAppParts = {}): Promise<ChatApi> {
    const api = new ChatApi(await startTestApp((server) => installChat(server), { ...parts, options }));
    const { body } = await api.#answer('GET', '/openapi.json', {});
    api.described = new Described(body as Document);
    return api;
  }

  async ask(method: Method, path: string, asked: Asked = {}): Promise<Answer> {
    const answer = await this.#answer(method, path, asked);
    this.described?.assert(method, `/api/chat${path}`, answer);
    return answer;
  }

  async #answer(method: Method, path: string, { as, body, headers, query }: Asked): Promise<Answer> {
    const response = await this.kit.server.http.inject({
      method,
      url: `/api/chat${path}`,
      query: { ...query, ...(as !== undefined && { userId: as }) },
      headers: { host: 'localhost', ...headers },
      ...(body !== undefined && { payload: body as object }),
    });
    const json = String(response.headers['content-type']).includes('json');
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      body: json ? (JSON.parse(response.body) as unknown) : response.body,
    };
  }

  get(path: string, asked: Asked = {}): Promise<Answer> {
    return this.ask('GET', path, asked);
  }

  post(path: string, body: unknown, asked: Asked = {}): Promise<Answer> {
    return this.ask('POST', path, { ...asked, body });
  }

  async stream(path: string, { as, headers, query }: Asked = {}): Promise<EventReader> {
    const response = await this.kit.server.http.inject({
      url: `/api/chat${path}`,
      query: { ...query, ...(as !== undefined && { userId: as }) },
      headers: { host: 'localhost', ...headers },
      payloadAsStream: true,
    });
    if (response.statusCode !== 200) throw new Error(`no stream, but ${response.statusCode}`);
    return new EventReader(response.stream());
  }

  close(): Promise<void> {
    return this.kit.close();
  }
}

/** A chat for the test that asks for it: closed when that has ended. */
export async function chat(...parts: Parameters<typeof ChatApi.start>): Promise<ChatApi> {
  const api = await ChatApi.start(...parts);
  onTestFinished(() => api.close());
  return api;
}

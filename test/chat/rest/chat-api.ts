// The chat in the test's process, asked over HTTP.
import { installChat } from '../../../src/chat/chat.ts';
import type { Config } from '../../../src/index.ts';
import { startTestApp, type TestApp, type TestAppParts } from '../../../src/testing.ts';
import { EventReader } from '../../event-reader.ts';

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

/** Requests to `/api/chat`, in the name of whoever `as` says. */
export class ChatApi {
  readonly kit: TestApp;

  private constructor(kit: TestApp) {
    this.kit = kit;
  }

  static async start(options: Partial<Config> = {}, parts: TestAppParts = {}): Promise<ChatApi> {
    return new ChatApi(await startTestApp((server) => installChat(server), { ...parts, options }));
  }

  async ask(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    asked: Asked = {},
  ): Promise<Answer> {
    const { as, body, headers, query } = asked;
    const response = await this.kit.server.http.inject({
      method,
      url: `/api/chat${path}`,
      query: { ...query, ...(as !== undefined && { userId: as }) },
      headers: { host: 'localhost', ...headers },
      ...(body !== undefined && { payload: body as object }),
    });
    const text = response.body;
    const json = String(response.headers['content-type']).includes('json');
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      body: json ? (JSON.parse(text) as unknown) : text,
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

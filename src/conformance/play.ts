// Plays a conversation against a broker, and says where it went otherwise.
import type { Frame, Version } from '../../frames/index.ts';
import { bytesOf, type Dialogue, type Expected, filled, type Step } from './dialogue.ts';
import { type Met, Peer } from './peer.ts';

/** The broker that is played against. */
export interface Stage {
  /** `ws://`, `wss://`, `tcp://`, `tls://`, `sockjs+ws://`. */
  readonly url: string;
  readonly host: string;
  readonly login?: string | undefined;
  readonly passcode?: string | undefined;
  /** How long a frame may take, in milliseconds. */
  readonly patience: number;
  /** A word for `{unique}` that no other run has. */
  readonly unique: string;
}

/** What became of a conversation; `undefined`: it went as it should. */
export type Fault = { readonly line: number; readonly what: string } | undefined;

/** Plays a conversation to its end or to the first fault. Its connections are closed in either case. */
export async function play(dialogue: Dialogue, stage: Stage): Promise<Fault> {
  const playing = new Playing(stage);
  try {
    for (const step of dialogue.steps) {
      const what = await playing.do(step);
      if (what !== undefined) return { line: step.line, what: `${step.peer} ${what}` };
    }
    return undefined;
  } finally {
    playing.end();
  }
}

class Playing {
  readonly #stage: Stage;
  readonly #peers = new Map<string, Peer>();
  readonly #known: Map<string, string>;
  #probes = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    const { host, login = 'guest', passcode = 'guest', unique } = stage;
    this.#known = new Map(Object.entries({ host, login, passcode, unique, empty: '' }));
  }

  /** @returns what is wrong */
  async do(step: Step): Promise<string | undefined> {
    switch (step.kind) {
      case 'opens':
        this.#peers.set(step.peer, new Peer(this.#stage.url));
        return undefined;
      case 'connects':
        return this.#connect(step.peer, step.version);
      case 'sends':
        await this.#peer(step.peer).send(bytesOf(filled(step.bytes, this.#known)));
        return undefined;
      case 'gets':
        return this.#gets(step.peer, step.frame);
      case 'subscribes':
        return this.#subscribe(step.peer, step.headers);
      case 'gets nothing':
        return this.#nothing(step.peer);
      case 'gets a heart-beat':
        return this.#beat(step.peer);
      case 'is closed':
        return this.#closed(step.peer, step.code);
      case 'leaves':
        this.#peer(step.peer).close();
        return undefined;
    }
  }

  end(): void {
    for (const peer of this.#peers.values()) peer.close();
  }

  #peer(name: string): Peer {
    const known = this.#peers.get(name);
    if (known !== undefined) return known;
    const made = new Peer(this.#stage.url);
    this.#peers.set(name, made);
    return made;
  }

  async #connect(name: string, version: string): Promise<string | undefined> {
    const { host, login, passcode } = this.#stage;
    const proof = login === undefined ? '' : `login:${login}\npasscode:${passcode ?? ''}\n`;
    const peer = this.#peer(name);
    await peer.send(Buffer.from(`CONNECT\naccept-version:${version}\nhost:${host}\n${proof}\n\0`));
    const headers: Expected['headers'] = version === '1.0' ? [] : [['version', version]];
    const wrong = await this.#gets(name, { command: 'CONNECTED', headers, body: undefined });
    peer.speak(version as Version);
    return wrong;
  }

  async #gets(name: string, expected: Expected): Promise<string | undefined> {
    const met = await this.#next(name);
    if (typeof met === 'string' || !('frame' in met))
      return `should get ${expected.command}, but ${told(met)}`;
    if (met.frame.command === 'CONNECTED') this.#peer(name).speak(versionOf(met.frame));
    return this.#difference(met.frame, expected);
  }

  #difference(frame: Frame, { command, headers, body }: Expected): string | undefined {
    if (frame.command !== command) return `should get ${command}, but got ${shown(frame)}`;
    for (const [name, value] of headers) {
      const found = frame.headers.get(name);
      if (!this.#fits(found, value)) return `should get ${name}:${value ?? '(none)'} in ${shown(frame)}`;
    }
    if (body === undefined) return undefined;
    const right = bytesOf(filled(body, this.#known));
    return right.equals(frame.body) ? undefined : `should get the body ${right} in ${shown(frame)}`;
  }

  /** `{name}` that is not known yet is remembered. */
  #fits(found: string | undefined, wanted: string | undefined): boolean {
    if (wanted === undefined || found === undefined) return wanted === found;
    if (wanted === '*') return true;
    if (wanted.startsWith('!{')) return filled(wanted.slice(1), this.#known) !== found;
    const [, name] = /^\{([a-z]+)\}$/.exec(wanted) ?? [];
    if (name !== undefined && !this.#known.has(name)) this.#known.set(name, found);
    return bytesOf(filled(wanted, this.#known)).toString() === found;
  }

  /** A SUBSCRIBE, and the RECEIPT that says that it holds. */
  async #subscribe(name: string, headers: string): Promise<string | undefined> {
    const receipt = `ready-${++this.#probes}`;
    const frame = `SUBSCRIBE\n${filled(headers, this.#known)}\nreceipt:${receipt}\n\n\0`;
    await this.#peer(name).send(bytesOf(frame));
    return this.#gets(name, { command: 'RECEIPT', headers: [['receipt-id', receipt]], body: undefined });
  }

  async #beat(name: string): Promise<string | undefined> {
    const met = await this.#peer(name).next(this.#stage.patience, true);
    return met === 'beat' ? undefined : `should get a heart-beat, but ${told(met)}`;
  }

  /** Something that must come after whatever comes now: then nothing came before it. */
  async #nothing(name: string): Promise<string | undefined> {
    const receipt = `probe-${++this.#probes}`;
    const destination = `/topic/probe-${this.#stage.unique}`;
    await this.#peer(name).send(Buffer.from(`SEND\ndestination:${destination}\nreceipt:${receipt}\n\n\0`));
    const wrong = await this.#gets(name, {
      command: 'RECEIPT',
      headers: [['receipt-id', receipt]],
      body: undefined,
    });
    return wrong === undefined ? undefined : `should get nothing, but ${wrong}`;
  }

  /** Where the connection has no close codes, any end will do. */
  async #closed(name: string, code: number | undefined): Promise<string | undefined> {
    const met = await this.#next(name);
    if (typeof met === 'string' || !('closed' in met)) return `should be closed, but ${told(met)}`;
    if (code === undefined || met.closed === undefined || met.closed === code) return undefined;
    return `should be closed with ${code}, but ${told(met)}`;
  }

  #next(name: string): Promise<Met> {
    return this.#peer(name).next(this.#stage.patience);
  }
}

function versionOf({ headers }: Frame): Version {
  return (headers.get('version') ?? '1.0') as Version;
}

function told(met: Met): string {
  if (met === 'timeout') return 'got nothing in time';
  if (met === 'beat') return 'got a heart-beat';
  if ('closed' in met) return met.closed === undefined ? 'was closed' : `was closed with ${met.closed}`;
  return 'unreadable' in met ? `got bytes that are no frame: ${met.unreadable}` : `got ${shown(met.frame)}`;
}

function shown({ command, headers, body }: Frame): string {
  const pairs: string[] = [];
  for (let i = 0; i < headers.pairs.length; i += 2) pairs.push(`${headers.pairs[i]}:${headers.pairs[i + 1]}`);
  return `${command} [${pairs.join(', ')}] ${JSON.stringify(body.toString().slice(0, 200))}`;
}

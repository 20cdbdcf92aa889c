// Reads the golden frames: raw bytes, and beside them what a parser must make of them.
import { readdirSync, readFileSync } from 'node:fs';
import {
  type Command,
  clientCommands,
  type FrameLimits,
  type FrameParserOptions,
  Headers,
  type OutgoingFrame,
  serverCommands,
  type Version,
} from '../../frames/index.ts';
import type { Outcome, PlainFrame } from './reading.ts';

const folder = new URL('../../frames/corpus/codec/', import.meta.url);

interface GoldenFrame {
  readonly command: Command;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | { readonly base64: string };
}

interface Expectation {
  readonly about: string;
  readonly version: Version;
  readonly accepts?: 'client' | 'server';
  readonly limits?: Partial<FrameLimits>;
  readonly frames: readonly GoldenFrame[];
  readonly error?: { readonly code: string; readonly limit?: string };
  readonly pending?: number;
  readonly canonical?: false;
  readonly reason?: string;
}

export interface GoldenCase {
  readonly name: string;
  readonly bytes: Buffer;
  readonly version: Version;
  readonly options: FrameParserOptions;
  readonly expected: Outcome;
  readonly toWrite: readonly OutgoingFrame[];
  readonly canonical: boolean;
  readonly expectation: Expectation;
}

export function goldenNames(ending: '.frame' | '.json'): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length));
}

export const goldenCases: readonly GoldenCase[] = goldenNames('.json').map(goldenCase);

function goldenCase(name: string): GoldenCase {
  const expectation = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Expectation;
  const { version, error, pending = 0 } = expectation;
  return {
    name,
    bytes: readFileSync(new URL(`${name}.frame`, folder)),
    version,
    options: optionsOf(expectation),
    expected: { frames: expectation.frames.map(plainFrame), error, pending },
    toWrite: expectation.frames.map(outgoingFrame),
    canonical: expectation.canonical !== false && error === undefined && pending === 0,
    expectation,
  };
}

function optionsOf({ version, accepts, limits = {} }: Expectation): FrameParserOptions {
  if (accepts === undefined) return { version, limits };
  return { version, limits, accepts: accepts === 'client' ? clientCommands : serverCommands };
}

function plainFrame(frame: GoldenFrame): PlainFrame {
  return { command: frame.command, pairs: frame.headers.flat(), body: bodyOf(frame).toString('latin1') };
}

function outgoingFrame(frame: GoldenFrame): OutgoingFrame {
  return { command: frame.command, headers: new Headers(frame.headers.flat()), body: bodyOf(frame) };
}

function bodyOf({ body }: GoldenFrame): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.base64, 'base64');
}

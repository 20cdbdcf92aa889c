// The registry: every program that a suite can require, by name.
import { chromium } from './chromium.ts';
import { openssl } from './openssl.ts';
import type { Program } from './program.ts';

export const programs = { chromium, openssl } satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

// The registry: every program that a suite can require, by name.
import { chromium } from './chromium.ts';
import type { Program } from './program.ts';

export const programs = { chromium } satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

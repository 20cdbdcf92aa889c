// How times, spans and counts are written for people.
import { timeLocale, words } from '../words/words.ts';

const clocks = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale ?? ''} ${JSON.stringify(options)}`;
  let found = clocks.get(key);
  if (!found) clocks.set(key, (found = new Intl.DateTimeFormat(locale, options)));
  return found;
}

/** The time of day in the reader's own habit: `14:05`, `2:05 PM`. */
export function clockTime(at: number, locale?: string): string {
  return formatter(locale, { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** Day, date and time, for a hint at a message. */
export function fullTime(at: number, locale?: string): string {
  return formatter(locale, { dateStyle: 'full', timeStyle: 'medium' }).format(at);
}

/** Midnight at the start of the local day, as a number that is equal for all times of that day. */
export function dayOf(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** What a day separator says: Today, Yesterday, or the date, with its year only when it is another. */
export function dayLabel(at: number, now: number, locale = timeLocale()): string {
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(at) === dayOf(now)) return words().today;
  if (dayOf(at) === dayOf(yesterday.getTime())) return words().yesterday;
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const day = { weekday: 'long', day: 'numeric', month: 'long' } as const;
  return formatter(locale, sameYear ? day : { ...day, year: 'numeric' }).format(at);
}

/** A span of time in words, in its largest unit: `1 second`, `12 seconds`, `3 minutes`, `2 hours`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  if (seconds < 90) return words().seconds(seconds);
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? words().minutes(minutes) : words().hours(Math.round(minutes / 60));
}

/** Seconds left until `until`, never less than 1: a countdown does not say 0. */
export function secondsLeft(until: number, now: number): number {
  return Math.max(1, Math.ceil((until - now) / 1000));
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];

/** The size of a file: `812 byte`, `1.2 MB`. */
export function sizeOf(bytes: number, locale = timeLocale()): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const unit = UNITS[power] ?? 'byte';
  const options = { style: 'unit', unit, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale, options).format(bytes / 1000 ** power);
}

/** A count for a badge: from 100 on, `99+`. */
export function badge(count: number): string {
  return count > 99 ? '99+' : String(count);
}

// Hashing passwords: known answers, what is no hash, and what a hash may cost.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { defaultCost, hashPassword, isPassword, parsePasswordHash } from '../../src/auth/password-hash.ts';

const cheap = { logN: 4, r: 1, p: 1 };
const b64 = (bytes: number): string => Buffer.alloc(bytes, 7).toString('base64').replace(/=+$/, '');

describe('a hash', () => {
  it('is the one that RFC 7914 gives for its parameters', async () => {
    const text = await hashPassword('password', { logN: 10, r: 8, p: 16 }, Buffer.from('NaCl'));
    expect(text).toMatch(/^\$scrypt\$ln=10,r=8,p=16\$TmFDbA\$/);
    const key = Buffer.from(text.split('$')[4]!, 'base64').toString('hex');
    expect(key).toBe('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162');
  });

  it('has a salt of its own each time, and the documented cost', async () => {
    const [one, other] = [await hashPassword('correct horse'), await hashPassword('correct horse')];
    expect(one).not.toBe(other);
    expect(parsePasswordHash(one)?.cost).toEqual(defaultCost);
    expect(parsePasswordHash(one)?.salt).toHaveLength(16);
    expect(await isPassword('correct horse', parsePasswordHash(one)!)).toBe(true);
  });

  it.each(['Correct horse', 'correct horse ', '', 'correct'])('is not that of %j', async (password) => {
    const hash = parsePasswordHash(await hashPassword('correct horse', cheap))!;
    expect(await isPassword(password, hash)).toBe(false);
  });

  it('is the same for one word typed as jamo or as syllables', async () => {
    const hash = parsePasswordHash(await hashPassword('비밀번호'.normalize('NFD'), cheap))!;
    expect(await isPassword('비밀번호'.normalize('NFC'), hash)).toBe(true);
  });
});

describe('what is no hash', () => {
  it.each([
    ['plain text', 'hunter2'],
    ['nothing', ''],
    ['bcrypt', '$2b$12$abcdefghijklmnopqrstuv'],
    ['an empty key, which any password would match', `$scrypt$ln=4,r=1,p=1$${b64(16)}$`],
    ['a short key', `$scrypt$ln=4,r=1,p=1$${b64(16)}$${b64(15)}`],
    ['a short salt', `$scrypt$ln=4,r=1,p=1$${b64(7)}$${b64(32)}`],
    ['no cost', `$scrypt$ln=0,r=1,p=1$${b64(16)}$${b64(32)}`],
    ['no blocks', `$scrypt$ln=4,r=0,p=1$${b64(16)}$${b64(32)}`],
    ['more memory than there may be', `$scrypt$ln=30,r=8,p=1$${b64(16)}$${b64(32)}`],
    ['more work than there may be', `$scrypt$ln=17,r=8,p=99$${b64(16)}$${b64(32)}`],
    ['text behind it', `$scrypt$ln=4,r=1,p=1$${b64(16)}$${b64(32)}\n`],
  ])('%s', (_, text) => {
    expect(parsePasswordHash(text)).toBeUndefined();
  });

  it('but one at the edge is', () => {
    expect(parsePasswordHash(`$scrypt$ln=17,r=8,p=8$${b64(8)}$${b64(16)}`)).toBeDefined();
  });
});

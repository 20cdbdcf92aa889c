// Finding a handler: the most specific template, its parameters, ways back out of a dead end, and rivals.
import { describe, expect, it } from 'vitest';
import { RouteTable } from '../../src/routing/route-table.ts';

function tableOf(templates: readonly string[], separator: '/' | '.' = '/'): RouteTable<string> {
  const table = new RouteTable<string>(separator);
  for (const template of templates) table.add(template, template);
  return table;
}

/** With every order of adding: which one was first must not matter. */
function found(templates: readonly string[], destination: string): string | undefined {
  const results = [templates, [...templates].reverse()].map(
    (order) => tableOf(order).find(destination)?.value,
  );
  expect(results[0]).toBe(results[1]);
  return results[0];
}

describe('the table', () => {
  it('finds a fixed template before one with a variable, segment by segment from the left', () => {
    const templates = ['/a/{x}', '/a/b', '/{y}/b', '/{y}/{z}'];
    expect(found(templates, '/a/b')).toBe('/a/b');
    expect(found(templates, '/a/c')).toBe('/a/{x}');
    expect(found(templates, '/c/b')).toBe('/{y}/b');
    expect(found(templates, '/c/d')).toBe('/{y}/{z}');
  });

  it('finds the variable with the longest text around it', () => {
    const templates = ['/{all}', '/room-{id}', '/room-{id}-x', '/{id}-x'];
    expect(found(templates, '/room-1')).toBe('/room-{id}');
    expect(found(templates, '/room-1-x')).toBe('/room-{id}-x');
    expect(found(templates, '/1-x')).toBe('/{id}-x');
    expect(found(templates, '/1')).toBe('/{all}');
  });

  it('goes back from a way that leads nowhere, and brings no parameters from there', () => {
    const table = tableOf(['/a/{x}/c', '/{y}/b/d', '/{p}/{q}/e']);
    expect(table.find('/a/b/d')).toEqual({ value: '/{y}/b/d', params: { y: 'a' } });
    expect(table.find('/a/b/e')).toEqual({ value: '/{p}/{q}/e', params: { p: 'a', q: 'b' } });
    expect(table.find('/a/b/f')).toBeUndefined();
  });

  it('gives variables of other names at one place their own', () => {
    const table = tableOf(['/room/{id}/send', '/room/{roomId}/leave']);
    expect(table.find('/room/7/send')?.params).toEqual({ id: '7' });
    expect(table.find('/room/7/leave')?.params).toEqual({ roomId: '7' });
  });

  it('gives a variable what stands between its prefix and its suffix, and at least one character', () => {
    const table = tableOf(['/v{n}.txt']);
    expect(table.find('/v12.txt')?.params).toEqual({ n: '12' });
    expect(table.find('/v.txt')).toBeUndefined();
    expect(tableOf(['/{n}']).find('/')).toBeUndefined();
    expect(tableOf(['/aa{n}aa']).find('/aaa')).toBeUndefined();
  });

  it('keeps variables apart from what every object inherits', () => {
    const { params } = tableOf(['/{constructor}/{toString}']).find('/a/b')!;
    expect(params).toEqual({ constructor: 'a', toString: 'b' });
    expect(Object.hasOwn(tableOf(['/a']).find('/a')!.params, 'toString')).toBe(false);
  });

  it('counts segments exactly, empty ones too', () => {
    const table = tableOf(['/a/{x}', '/b//c', '/d/']);
    expect(['/a', '/a/', '/a/1/2', '/a/1/'].map((destination) => table.find(destination))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(table.find('/b//c')?.value).toBe('/b//c');
    expect(table.find('/b/c')).toBeUndefined();
    expect(table.find('/d/')?.value).toBe('/d/');
  });

  it('splits at the separator of its server', () => {
    const table = tableOf(['/chat-room.{id}.send', '/chat.sendMessage'], '.');
    expect(table.find('/chat-room.a/b.send')?.params).toEqual({ id: 'a/b' });
    expect(table.find('/chat.sendMessage')?.value).toBe('/chat.sendMessage');
    expect(table.find('/chat-room/1/send')).toBeUndefined();
  });

  it.each([
    ['/a', '/a'],
    ['/room/{id}', '/room/{roomId}'],
    ['/v{a}.txt', '/v{b}.txt'],
  ])('refuses %s beside %s: nobody could tell which is meant', (one, other) => {
    expect(() => tableOf([one, other])).toThrow(
      new TypeError(`template '${other}' has a handler already, as '${one}'`),
    );
  });

  it('keeps what it had when a template is refused', () => {
    const table = tableOf(['/room/{id}']);
    expect(() => table.add('/room/{other}', 'rival')).toThrow(TypeError);
    expect(table.find('/room/1')).toEqual({ value: '/room/{id}', params: { id: '1' } });
  });
});

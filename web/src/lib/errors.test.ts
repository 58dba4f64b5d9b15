import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem, unwrap } from './errors';
import { safeNext } from './next-path';
import { fetchWithRequestId, readAuthMessage } from './request-id';

afterEach(() => vi.unstubAllGlobals());

function answer(body: string, status: number, headers: Record<string, string> = {}, url = '') {
  const response = new Response(body, {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
  Object.defineProperty(response, 'url', { value: url });
  vi.stubGlobal('fetch', () => Promise.resolve(response));
}

describe('a failed request', () => {
  it('carries the id to quote', async () => {
    answer('{"message":"no"}', 500, { 'x-request-id': 'abc-1' });
    const response = await fetchWithRequestId('/rest/v1/x');
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: 'no', requestId: 'abc-1' });
  });

  it('whose body is no JSON is passed on as it is', async () => {
    answer('<html>', 502, { 'x-request-id': 'abc-2' });
    expect(await (await fetchWithRequestId('/rest/v1/x')).text()).toBe('<html>');
  });

  it.each([422, 500])('carries it and its code through auth-js, with status %i', async (status) => {
    const url = 'http://x.test/auth/v1/user';
    answer('{"code":"c","message":"no"}', status, { 'x-request-id': 'abc-4' }, url);
    const response = await fetchWithRequestId(url);
    const told = { message: 'no', code: 'c', requestId: 'abc-4' };
    expect(readAuthMessage((await response.json()).message)).toEqual(told);
    // Of a 5xx auth-js takes this.
    expect(readAuthMessage((response as unknown as { message: string }).message)).toEqual(told);
  });

  it('leaves a good answer alone', async () => {
    answer('[1]', 200, { 'x-request-id': 'abc-3' });
    expect(await (await fetchWithRequestId('/rest/v1/x')).json()).toEqual([1]);
  });
});

describe('unwrap', () => {
  const failed = (status: number, extra = {}) => {
    try {
      unwrap({ data: null, error: { message: 'no', ...extra }, status });
    } catch (error) {
      return error as Problem;
    }
    throw new Error('unwrap did not throw');
  };

  it('gives the data', () => {
    expect(unwrap({ data: [1], error: null, status: 200 })).toEqual([1]);
  });

  it.each([
    [0, 'unreachable', true],
    [401, 'unauthorized', false],
    [403, 'forbidden', false],
    [406, 'not-found', false],
    [400, 'invalid', false],
    [429, 'rate-limited', true],
    [503, 'server', true],
  ] as const)('makes of %i a problem of kind %s', (status, kind, retryable) => {
    const problem = failed(status, { code: 'X', requestId: 'abc' });
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ kind, retryable, code: 'X', requestId: 'abc' });
  });
});

it.each([
  ['/dashboard?domain=all', '/dashboard?domain=all'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?next=/x', '/'],
  [undefined, '/'],
])('after signing in %s leads to %s', (next, path) => {
  expect(safeNext(next)).toBe(path);
});

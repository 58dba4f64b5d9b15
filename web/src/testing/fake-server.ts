import { vi } from 'vitest';

type Reply = { status?: number; body: unknown; headers?: Record<string, string> };
type Call = { method: string; path: string; query: URLSearchParams; body: Record<string, unknown> };
type Handler = (call: Call) => Reply | Promise<Reply>;

const ORIGIN = 'http://backoffice.test';
export const CONFIG = {
  supabaseUrl: ORIGIN,
  supabaseAnonKey: 'anon',
  apiUrl: ORIGIN,
  version: '1.2.3',
  demo: false,
};

const LINEAR = {
  configured: true,
  is_admin: false,
  waiting: 0,
  failing: false,
  last_error: null,
  last_detail: null,
  failed_at: null,
  paused_until: null,
};

const base64url = (value: unknown) => btoa(JSON.stringify(value)).replaceAll('=', '');

type Given = { factors?: unknown[]; aal?: string };

export function session(email: string, { factors = [], aal = 'aal1' }: Given = {}) {
  const expiresAt = Math.floor(Date.now() / 1000) + 3600;
  const user = {
    id: 'u-1',
    aud: 'authenticated',
    role: 'authenticated',
    email,
    factors,
    user_metadata: {},
    app_metadata: {},
    created_at: '2026-01-01T00:00:00Z',
  };
  const claims = { sub: user.id, exp: expiresAt, role: 'authenticated', aal };
  return {
    access_token: `${base64url({ alg: 'none' })}.${base64url(claims)}.c2ln`,
    token_type: 'bearer',
    expires_in: 3600,
    expires_at: expiresAt,
    refresh_token: 'r-1',
    user,
  };
}

const AB_TASTY = {
  site_domain: 'abtasty.com',
  name: 'AB Tasty',
  timezone: 'Europe/Paris',
  organization: { name: 'AB Tasty' },
};

/** The route of somebody who sees two domains, not one. */
export const TWO_DOMAINS: Record<string, Handler> = {
  '/rest/v1/domains': () => ({
    body: [AB_TASTY, { ...AB_TASTY, site_domain: 'other.example', name: 'Other' }],
  }),
};

/** Answers `fetch` as the server would; a test replaces the routes it is about. */
export function fakeServer(routes: Record<string, Handler> = {}) {
  const calls: Call[] = [];
  const defaults: Record<string, Handler> = {
    '/config.json': () => ({ body: CONFIG }),
    '/auth/v1/settings': () => ({ body: { external: { email: true } } }),
    '/auth/v1/token': ({ body }) => ({ body: session(String(body.email)) }),
    '/auth/v1/logout': () => ({ status: 204, body: null }),
    '/rest/v1/domains': () => ({ body: [AB_TASTY] }),
    '/rest/v1/profiles': () => ({
      body: { id: 'u-1', email: 'user@user.com', full_name: '', role: 'user' },
    }),
    '/rest/v1/rpc/get_my_access': () => ({
      body: [
        {
          user_id: 'u-1',
          is_viewing: false,
          email: 'user@user.com',
          full_name: '',
          view_ends_at: null,
          lacks_second_factor: false,
        },
      ],
    }),
    '/rest/v1/rpc/get_dashboard_summary': () => ({ body: [] }),
    '/rest/v1/rpc/get_conversations_over_time': () => ({ body: [] }),
    '/rest/v1/rpc/get_conversation_funnel': () => ({ body: [] }),
    '/rest/v1/rpc/get_top_values': () => ({ body: [] }),
    '/rest/v1/rpc/get_metric_over_time': () => ({ body: [] }),
    '/rest/v1/rpc/get_metric_beginning': () => ({ body: [] }),
    '/rest/v1/rpc/get_annotations': () => ({ body: [] }),
    '/rest/v1/rpc/get_heat_map': () => ({ body: [] }),
    '/rest/v1/rpc/get_topic_stats': () => ({ body: [] }),
    '/rest/v1/rpc/get_topics_over_time': () => ({ body: [] }),
    '/rest/v1/rpc/get_topic_over_time': () => ({ body: [] }),
    '/rest/v1/rpc/get_unanswered_questions': () => ({ body: [] }),
    '/rest/v1/rpc/get_questions_of_group': () => ({ body: [] }),
    '/rest/v1/rpc/list_conversations': () => ({ body: [] }),
    '/rest/v1/rpc/count_conversations': () => ({ body: 0 }),
    '/rest/v1/rpc/list_tickets': () => ({ body: [] }),
    '/rest/v1/rpc/count_tickets': () => ({ body: 0 }),
    '/support/v1/linear': () => ({ body: LINEAR }),
    '/rest/v1/rpc/list_audit_log': () => ({ body: [] }),
    '/rest/v1/rpc/count_audit_log': () => ({ body: 0 }),
    '/rest/v1/rpc/get_visitor_stats_with_intent': () => ({ body: [] }),
    '/rest/v1/rpc/count_visitors': () => ({ body: 0 }),
    '/rest/v1/rpc/get_account_stats_with_intent': () => ({ body: [] }),
    '/rest/v1/rpc/count_accounts': () => ({ body: 0 }),
    '/rest/v1/rpc/get_account_values': () => ({ body: [] }),
    '/rest/v1/rpc/get_visitor_timeline': () => ({ body: [] }),
    '/rest/v1/rpc/get_account_timeline': () => ({ body: [] }),
    '/rest/v1/enrichments': () => ({ body: [] }),
    '/rest/v1/rpc/get_review_agreement': () => ({ body: [] }),
    '/rest/v1/rpc/list_reviews': () => ({ body: [] }),
    '/rest/v1/rpc/list_saved_views': () => ({ body: [] }),
    '/rest/v1/topics': () => ({ body: [] }),
    '/rest/v1/alerts': () => ({ body: [] }),
    '/rest/v1/audit_checks': () => ({ body: [] }),
    '/rest/v1/rpc/note_transcript_view': () => ({ body: false }),
  };
  const all = { ...defaults, ...routes };

  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const url = new URL(String(input), ORIGIN);
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {};
    const call = {
      method: init?.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body,
    };
    calls.push(call);
    const handler = all[url.pathname];
    if (!handler) throw new Error(`No route for ${url.pathname}`);
    const reply = await handler(call);
    return new Response(reply.status === 204 ? null : JSON.stringify(reply.body), {
      status: reply.status ?? 200,
      headers: {
        'content-type': 'application/json',
        'x-supabase-api-version': '2024-01-01',
        ...reply.headers,
      },
    });
  });

  return { calls, callsTo: (path: string) => calls.filter((call) => call.path === path) };
}

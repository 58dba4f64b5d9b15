import { screen, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Integration } from '@/data/integration';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const STATUS = '/crm/v1/domains/abtasty.com';
const admin = () => ({ body: { id: 'u-1', email: 'a@a.com', full_name: '', role: 'admin' } });
const MAPPING = { version: 0, fields: [], push_notes: true, push_companies: true };
const INTEGRATION: Integration = {
  configured: true,
  missing: [],
  redirect_uri: 'http://x/integrations/hubspot',
  app_url: 'http://hubspot.test',
  scopes: [{ name: 'crm.objects.deals.read', why: 'Read deals', optional: true }],
  connection: {
    state: 'connected',
    reason: null,
    portal_id: 1,
    portal_name: 'acme.hubspot.test',
    scopes: [],
    connected_at: '2026-11-05T10:00:00Z',
    connected_by: 'Admin',
    changed_at: '2026-11-05T10:00:00Z',
    pushed_until: null,
  },
  mapping: MAPPING,
  default_mapping: MAPPING,
  sources: [],
};
const RUN = {
  id: 'r-1',
  kind: 'sync',
  is_full: false,
  state: 'running',
  phase: 'contacts',
  done: 50,
  total: 200,
  counts: { contacts: { created: 50 } },
  examples: [],
  notice: null,
  error: null,
  resume_at: null,
  started_by: 'u-1',
  created_at: '2026-11-05T10:00:00Z',
  started_at: '2026-11-05T10:00:00Z',
  finished_at: null,
};

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

function served(integration: Partial<Integration>, runs: unknown[] = []) {
  return fakeServer({
    '/rest/v1/profiles': admin,
    [STATUS]: () => ({ body: { ...INTEGRATION, ...integration } }),
    '/rest/v1/crm_runs': () => ({ body: runs }),
    '/rest/v1/crm_failures': () => ({ body: [] }),
  });
}

it('shows how far a run is, and lets no second one begin', async () => {
  served({}, [RUN]);
  await openApp(`/integrations?${SCOPE}`).signIn();
  const runs = await screen.findByRole('list', { name: 'Runs' });
  expect(within(runs).getByText(/Contacts and notes · 50 of 200 records/)).toBeInTheDocument();
  expect(within(runs).getByText('Contacts: 50 created')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Sync now' })).toBeDisabled();
});

it('says which scope the connection lacks', async () => {
  served({});
  await openApp(`/integrations?${SCOPE}`).signIn();
  expect(await screen.findByText(/connect again to allow it/)).toBeInTheDocument();
});

it('says why HubSpot refuses, and offers to connect again', async () => {
  const connection = { ...INTEGRATION.connection, state: 'revoked', reason: 'app removed' };
  served({ connection: connection as Integration['connection'] });
  await openApp(`/integrations?${SCOPE}`).signIn();
  expect(await screen.findByRole('alert')).toHaveTextContent('app removed');
  expect(screen.getByRole('button', { name: 'Connect again' })).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Sync now' })).toBeNull();
});

it('says what is missing where no app is set', async () => {
  served({ configured: false, missing: ['BACKOFFICE_HUBSPOT_CLIENT_ID'], connection: null });
  await openApp(`/integrations?${SCOPE}`).signIn();
  expect(await screen.findByText('BACKOFFICE_HUBSPOT_CLIENT_ID')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Connect HubSpot' })).toBeNull();
});

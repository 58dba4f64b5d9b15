import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const PATH = '/notifications?domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const SAVE = '/rest/v1/rpc/save_notification_choice';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const CHOICE = {
  site_domain: 'abtasty.com',
  name: 'AB Tasty',
  timezone: 'Europe/Paris',
  digest_since: null as string | null,
  alerts_since: null as string | null,
  next_digest_at: null as string | null,
};
const ALERT = {
  site_domain: 'abtasty.com',
  id: 'a-1',
  kind: 'traffic',
  started_at: '2026-11-04T10:10:00Z',
  figures: {
    sessions: 3,
    usual: 36,
    weeks: 6,
    from: '2026-11-04T07:00:00Z',
    to: '2026-11-04T10:00:00Z',
  },
  ended_at: null,
  end_reason: null,
};
const MAIL = {
  site_domain: 'abtasty.com',
  kind: 'digest',
  occasion: '2026-10-26',
  status: 'failed',
  queued_at: '2026-11-02T07:00:00Z',
  sent_at: null,
  problem: 'SMTP: SMTPRecipientsRefused',
};

async function open(routes: Parameters<typeof fakeServer>[0] = {}) {
  const server = fakeServer({
    '/rest/v1/rpc/get_my_notifications': () => ({ body: [CHOICE] }),
    '/rest/v1/notification_mails': () => ({ body: [] }),
    '/notifications/v1/mail': () => ({ body: { sends: true, mailbox: false } }),
    ...routes,
  });
  const opened = openApp(PATH);
  await opened.signIn();
  await screen.findByRole('heading', { name: 'Notifications' });
  return { ...opened, server };
}

it('turns the digest of a website on, and says when the next one comes', async () => {
  let choice = CHOICE;
  const { user, server } = await open({
    '/rest/v1/rpc/get_my_notifications': () => ({ body: [choice] }),
    [SAVE]: () => {
      const next_digest_at = '2026-11-09T07:00:00Z';
      choice = { ...CHOICE, digest_since: '2026-11-05T10:00:00Z', next_digest_at };
      return { status: 204, body: null };
    },
  });
  const digest = await screen.findByRole('switch', { name: 'Weekly digest of abtasty.com' });
  expect(digest).not.toBeChecked();
  await user.click(digest);
  expect(await screen.findByText(/next digest .*08:00 \(Europe\/Paris\)/)).toBeInTheDocument();
  expect(digest).toBeChecked();
  expect(server.callsTo(SAVE)[0]?.body).toEqual({ p_site_domain: 'abtasty.com', p_digest: true });
});

it('puts a switch back that was refused, and says why', async () => {
  const { user } = await open({
    [SAVE]: () => ({ status: 404, body: { code: 'PT404', message: 'There is no website' } }),
  });
  const alerts = await screen.findByRole('switch', { name: 'Alerts of abtasty.com' });
  await user.click(alerts);
  expect(await screen.findByText('Your choice is not saved')).toBeInTheDocument();
  await waitFor(() => expect(alerts).not.toBeChecked());
});

it('shows alerts with their figures, and e-mails with what became of them', async () => {
  await open({
    '/rest/v1/alerts': () => ({ body: [ALERT] }),
    '/rest/v1/notification_mails': () => ({ body: [MAIL] }),
  });
  const alerts = await screen.findByRole('region', { name: 'Alerts' });
  expect(
    await within(alerts).findByText(/Between 08:00 and 11:00 there were 3 visits/),
  ).toBeVisible();
  expect(within(alerts).getByText(/still open/)).toBeInTheDocument();
  const mails = await screen.findByRole('region', { name: 'What was sent to you' });
  expect(await within(mails).findByText('SMTP: SMTPRecipientsRefused')).toBeInTheDocument();
  expect(within(mails).getByText(/Not sent/)).toBeInTheDocument();
});

it('previews a digest without letting it run anything', async () => {
  const { user } = await open({
    '/notifications/v1/digest/abtasty.com': () => ({
      body: {
        first: '2026-10-26',
        last: '2026-11-01',
        subject: 'AB Tasty: the week of 26 October – 1 November 2026',
        text: '',
        html: '<html><head></head><body>Figures</body></html>',
      },
    }),
  });
  await user.click(
    await screen.findByRole('button', { name: 'Preview the digest of abtasty.com' }),
  );
  const frame = await screen.findByTitle('Preview of the digest');
  expect(frame.getAttribute('sandbox')).not.toContain('allow-scripts');
  expect(frame.getAttribute('sandbox')).not.toContain('allow-same-origin');
  expect(screen.getByText(/26 October – 1 November 2026/)).toBeInTheDocument();
});

it('says so when this server sends no e-mail', async () => {
  await open({ '/notifications/v1/mail': () => ({ body: { sends: false, mailbox: false } }) });
  expect(await screen.findByText(/BACKOFFICE_SMTP_HOST/)).toBeInTheDocument();
});

import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Configuration } from '@/lib/configuration';
import { setLocale } from '@/lib/format';
import { appearanceRow, ctasRow, systemRow } from '@/testing/configurations';
import { fakeServer, TWO_DOMAINS } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const ALL = '/rest/v1/rpc/get_configuration';
const SITE = '/content/v1/domains/abtasty.com';
const APPEARANCE = `${SITE}/configs/appearance`;
type Routes = Parameters<typeof fakeServer>[0];

const admin = () => ({ body: { id: 'u-1', email: 'a@a.com', full_name: '', role: 'admin' } });
const ROUND = appearanceRow().config.corner_radius;

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

/** The page over rows that a test may replace while it runs. */
async function open(path: string, rows: Configuration[], routes: Routes = {}) {
  const shown = { rows };
  const server = fakeServer({ [ALL]: () => ({ body: shown.rows }), ...routes });
  const app = openApp(path);
  await app.signIn();
  return { ...app, server, shown };
}

const outcome = (changes: unknown[], more = {}) => ({
  config_slug: 'appearance',
  version: 0,
  enabled: null,
  config: {},
  resolved: {},
  resolved_enabled: true,
  changes,
  errors: [],
  ...more,
});
const ROUNDER = { pointer: '/corner_radius', kind: 'changed', before: ROUND, after: 20 };

async function makeRounder(user: Awaited<ReturnType<typeof open>>['user'], to = '20') {
  const field = await screen.findByRole('textbox', { name: 'Rounded corners' });
  await user.clear(field);
  await user.type(field, to);
  return field;
}
const review = () => screen.getByRole('button', { name: 'Review the difference' });

it('lists what there is: what is on, and where something is set', async () => {
  const set = appearanceRow({ config: { ...appearanceRow().config, corner_radius: 3 } });
  await open(`/settings?${SCOPE}`, [set, ctasRow({ site_enabled: false, enabled: false })]);
  const list = await screen.findByRole('navigation', { name: 'Configurations' });
  expect(within(list).getByRole('link', { name: /Appearance.*1 set/ })).toBeInTheDocument();
  expect(within(list).getByRole('link', { name: /Calls to action.*Off/ })).toBeInTheDocument();
  expect(screen.queryByRole('radio', { name: 'Every website' })).toBeNull();
});

it('refuses at the field what is not valid, and asks the server nothing', async () => {
  const { user, server } = await open(`/settings/appearance?${SCOPE}`, [appearanceRow()]);
  const field = await makeRounder(user, '99');
  expect(await screen.findByText('Must be at most 32 px')).toBeInTheDocument();
  expect(field).toBeInvalid();
  await user.click(review());
  await waitFor(() => expect(field).toHaveFocus());
  expect(server.callsTo(`${APPEARANCE}/check`)).toHaveLength(0);
});

it('shows each change before it is saved, and saves it on the version it was seen at', async () => {
  const saved = appearanceRow({
    site_version: 1,
    config: { ...appearanceRow().config, corner_radius: 20 },
  });
  const { user, server, shown } = await open(`/settings/appearance?${SCOPE}`, [appearanceRow()], {
    [`${APPEARANCE}/check`]: () => ({ body: outcome([ROUNDER]) }),
    [APPEARANCE]: () => {
      shown.rows = [saved];
      return { body: outcome([ROUNDER]) };
    },
  });
  await makeRounder(user);
  expect(screen.getByText('1 change not saved')).toBeInTheDocument();
  await user.click(review());
  const table = await screen.findByRole('table', { name: 'What will change' });
  expect(within(table).getByText('12 px')).toBeInTheDocument();
  expect(within(table).getByText('20 px')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByText('1 change not saved')).toBeNull());
  const body = server.callsTo(APPEARANCE)[0]?.body;
  expect(body).toMatchObject({ version: 0, enabled: null, values: { corner_radius: 20 } });
  expect(await screen.findByRole('link', { name: /Appearance.*1 set/ })).toBeInTheDocument();
});

it('shows at the field what the server does not accept', async () => {
  const errors = [{ field: '/font_family', message: 'is not a font we have' }];
  const { user } = await open(`/settings/appearance?${SCOPE}`, [appearanceRow()], {
    [`${APPEARANCE}/check`]: () => ({ body: outcome([], { errors }) }),
  });
  await makeRounder(user);
  await user.click(review());
  expect(await screen.findByText('Is not a font we have')).toBeInTheDocument();
  const font = screen.getByRole('textbox', { name: 'Font' });
  expect(font).toBeInvalid();
  await user.type(font, ', serif');
  await waitFor(() => expect(screen.queryByText('Is not a font we have')).toBeNull());
});

it('puts back what is inherited, field by field', async () => {
  const set = appearanceRow({
    site_version: 3,
    config: { ...appearanceRow().config, corner_radius: 3 },
  });
  const { user } = await open(`/settings/appearance?${SCOPE}`, [set]);
  const field = await screen.findByRole('textbox', { name: 'Rounded corners' });
  expect(field).toHaveValue('3 px');
  await user.click(screen.getByRole('button', { name: 'Reset Rounded corners' }));
  expect(field).toHaveValue('12 px');
  await user.click(screen.getByRole('button', { name: 'Discard' }));
  expect(field).toHaveValue('3 px');
  await user.click(screen.getByRole('button', { name: /^Rounded corners: This website/ }));
  const layers = await screen.findByText('This website, saved');
  expect(layers.parentElement).toHaveTextContent('3 px');
});

it('shows theirs beside mine when somebody saved meanwhile, and puts mine on top', async () => {
  const theirs = appearanceRow({
    site_version: 4,
    config: { ...appearanceRow().config, corner_radius: 5, z_index: 7 },
    updated_by: 'Ben',
  });
  const { user, server, shown } = await open(`/settings/appearance?${SCOPE}`, [appearanceRow()], {
    [`${APPEARANCE}/check`]: () => {
      shown.rows = [theirs];
      return { body: outcome([ROUNDER], { version: 4 }) };
    },
  });
  await makeRounder(user);
  await user.click(review());
  expect(await screen.findByText(/Ben saved version 4/)).toBeInTheDocument();
  const both = await screen.findByRole('row', { name: /Rounded corners.*12 px.*5 px.*20 px/ });
  expect(within(both).getByText('Changed by both')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Put my changes on top of theirs' }));
  expect(screen.getByRole('textbox', { name: 'Stacking order' })).toHaveValue('7');
  expect(screen.getByRole('textbox', { name: 'Rounded corners' })).toHaveValue('20 px');
  await user.click(review());
  await screen.findByRole('table', { name: 'What will change' });
  expect(server.callsTo(`${APPEARANCE}/check`)[1]?.body).toMatchObject({ version: 4 });
});

it('shows theirs when somebody saved between the review and the save', async () => {
  const theirs = appearanceRow({ site_version: 1, updated_by: 'Ben' });
  const { user, shown } = await open(`/settings/appearance?${SCOPE}`, [appearanceRow()], {
    [`${APPEARANCE}/check`]: () => ({ body: outcome([ROUNDER]) }),
    [APPEARANCE]: () => {
      shown.rows = [theirs];
      return { status: 409, body: { code: 'conflict', message: 'Newer.', field: 'version' } };
    },
  });
  const field = await makeRounder(user);
  await user.click(review());
  await user.click(await screen.findByRole('button', { name: 'Save' }));
  expect(await screen.findByText(/Ben saved version 1/)).toBeInTheDocument();
  await user.click(await screen.findByRole('button', { name: 'Take theirs, discard mine' }));
  expect(field).toHaveValue('12 px');
});

it('tells who saved what, and goes back to a version', async () => {
  const now = appearanceRow({
    site_version: 2,
    site_config: { corner_radius: 3 },
    config: { ...appearanceRow().config, corner_radius: 3 },
    updated_at: '2026-11-05T10:00:00Z',
    updated_by: 'Ada',
  });
  const version = (number: number, radius: number) => ({
    version: number,
    action: 'save',
    restored_from: null,
    author: number === 2 ? 'Ada' : 'Ben',
    created_at: '2026-11-05T10:00:00Z',
    enabled: null,
    config: { corner_radius: radius },
    changes: [],
  });
  const { user, server } = await open(`/settings/appearance?${SCOPE}&history=true`, [now], {
    [`${APPEARANCE}/history`]: () => ({ body: { versions: [version(2, 3), version(1, 20)] } }),
    [`${APPEARANCE}/revert`]: () => ({ body: outcome([], { version: 3 }) }),
  });
  const versions = await screen.findByRole('list', { name: 'Versions' });
  expect(within(versions).getByText('Ada saved it')).toBeInTheDocument();
  await user.click(within(versions).getByText('Ben saved it'));
  await user.click(screen.getByRole('button', { name: 'Compare with now' }));
  const table = await screen.findByRole('table', { name: /going back to version 1/ });
  expect(within(table).getByRole('row', { name: /Rounded corners.*3 px.*20 px/ })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Go back to version 1' }));
  await waitFor(() => expect(server.callsTo(`${APPEARANCE}/revert`)).toHaveLength(1));
  expect(server.callsTo(`${APPEARANCE}/revert`)[0]?.body).toEqual({ version: 2, to: 1 });
});

it('turns a feature off as a change like any other', async () => {
  const { user, server } = await open(`/settings/ctas?${SCOPE}`, [ctasRow()], {
    [`${SITE}/configs/ctas/check`]: () => ({ body: outcome([]) }),
  });
  await user.click(await screen.findByRole('radio', { name: 'Off' }));
  expect(screen.getByText(/visitors get nothing of it/)).toBeInTheDocument();
  await user.click(review());
  expect(await screen.findByRole('row', { name: /On or off.*As inherited.*Off/ })).toBeVisible();
  expect(server.callsTo(`${SITE}/configs/ctas/check`)[0]?.body).toMatchObject({ enabled: false });
});

it('adds, moves and removes entries of a list', async () => {
  const { user } = await open(`/settings/ctas?${SCOPE}`, [ctasRow()]);
  await user.click(await screen.findByRole('button', { name: 'Add call to action' }));
  const second = await screen.findByRole('region', { name: 'Call to action 2' });
  await user.type(within(second).getByLabelText('Text of the button'), 'Try it');
  await user.click(screen.getByRole('button', { name: 'Move Call to action 2 up' }));
  const first = screen.getByRole('region', { name: 'Call to action 1' });
  await waitFor(() =>
    expect(within(first).getByLabelText('Text of the button')).toHaveValue('Try it'),
  );
  await user.click(screen.getByRole('button', { name: 'Remove Call to action 2' }));
  await user.click(review());
  expect(
    await within(first).findByText('Must be lower case letters, digits and dashes'),
  ).toBeVisible();
});

it('staff set what every website inherits, on its own version', async () => {
  const { user, server } = await open(
    `/settings/system?${SCOPE}`,
    [systemRow({ global_version: 5 })],
    {
      '/rest/v1/profiles': admin,
      '/content/v1/global/configs/system/check': () => ({ body: outcome([], { version: 5 }) }),
    },
  );
  await user.click(await screen.findByRole('radio', { name: 'Every website' }));
  await waitFor(() => expect(server.callsTo(ALL).at(-1)?.body).toEqual({}));
  const field = await screen.findByRole('textbox', { name: 'Time to answer' });
  await user.clear(field);
  await user.type(field, '40');
  await user.click(review());
  const path = '/content/v1/global/configs/system/check';
  await waitFor(() => expect(server.callsTo(path)).toHaveLength(1));
  expect(server.callsTo(path)[0]?.body).toMatchObject({ version: 5 });
});

it('asks before it loses what is not saved', async () => {
  const { user } = await open(`/settings/appearance?${SCOPE}`, [appearanceRow(), ctasRow()]);
  await makeRounder(user);
  await user.click(screen.getByRole('link', { name: /Calls to action/ }));
  expect(await screen.findByText('Leave without saving?')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Stay' }));
  expect(screen.getByRole('textbox', { name: 'Rounded corners' })).toHaveValue('20 px');
});

it('asks for one website when all are chosen', async () => {
  await open('/settings?domain=all&from=2026-11-01&to=2026-11-07', [], TWO_DOMAINS);
  const link = await screen.findByRole('link', { name: /AB Tasty/ });
  expect(link).toHaveAttribute('href', expect.stringContaining('domain=abtasty.com'));
});

it('says what went wrong, and tries again', async () => {
  let refused = true;
  const { user } = await open(`/settings?${SCOPE}`, [], {
    [ALL]: () => (refused ? { status: 403, body: { message: 'No.' } } : { body: [ctasRow()] }),
  });
  expect(await screen.findByText('You may not see this')).toBeInTheDocument();
  refused = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('link', { name: /Calls to action/ })).toBeInTheDocument();
});

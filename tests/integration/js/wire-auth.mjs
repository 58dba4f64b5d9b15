// Points 14 to 17 of the protocol: sessions, and how they begin and end.
import assert from 'node:assert/strict'
import { admin, failure, mailTo, newcomer, person, raw, signedIn, versioned } from './people.mjs'
import { behindRefusals, connected, given, memory, point, run } from './points.mjs'

const { password } = given

point(14, 'errors_carry_their_codes', async () => {
  const { auth, email } = await signedIn()
  const wrong = await auth.signInWithPassword({ email, password: 'wrong' })
  assert.deepEqual(failure(wrong), {
    code: 'invalid_credentials',
    status: 400,
    name: 'AuthApiError',
  })
  assert.equal(wrong.error.message, 'Invalid login credentials')
  const weak = await auth.updateUser({ password: 'short' })
  assert.deepEqual(failure(weak), {
    code: 'weak_password',
    status: 422,
    name: 'AuthWeakPasswordError',
  })
  assert.deepEqual(weak.error.reasons, ['length'])
})

point(14, 'both_forms_of_errors', async () => {
  const body = { email: newcomer(), password }
  const now = await raw('/token?grant_type=password', { body, headers: versioned })
  assert.equal(now.headers.get('x-supabase-api-version'), '2024-01-01')
  assert.equal(now.headers.get('x-sb-error-code'), 'invalid_credentials')
  assert.deepEqual(await now.json(), {
    code: 'invalid_credentials',
    message: 'Invalid login credentials',
  })
  const before = await raw('/token?grant_type=password', { body })
  assert.equal(before.headers.get('x-supabase-api-version'), null)
  assert.deepEqual(await before.json(), {
    code: 400,
    error_code: 'invalid_credentials',
    msg: 'Invalid login credentials',
  })
})

point(14, 'only_some_errors_end_a_session', async () => {
  const refusals = []
  await behindRefusals(refusals, async (url, seen) => {
    const { auth, session, storage } = await signedIn({ url })
    refusals.push({ status: 503 })
    const { data, error } = await auth.refreshSession()
    assert.equal(error, null)
    assert.notEqual(data.session.refresh_token, session.refresh_token)
    assert.equal(seen.length, 3, 'a sign-in, a refresh that failed, and another')
    assert.equal((await admin.signOut(data.session.access_token, 'global')).error, null)
    // The client keeps a session whose access token is still good.
    storage.edit((kept) => ({ ...kept, expires_at: 1 }))
    const ended = await auth.refreshSession()
    assert.deepEqual(failure(ended), {
      code: 'refresh_token_not_found',
      status: 400,
      name: 'AuthApiError',
    })
    assert.equal((await auth.getSession()).data.session, null)
  })
})

point(15, 'password', async () => {
  const { session, id } = await signedIn()
  assert.equal(session.token_type, 'bearer')
  assert.equal(session.expires_in, 3600)
  assert.ok(Math.abs(session.expires_at - Date.now() / 1000 - 3600) < 60)
  assert.ok(session.access_token && session.refresh_token)
  assert.equal(session.user.id, id)
  const stranger = await connected(given.anonKey).auth.signInWithPassword({
    email: newcomer(),
    password,
  })
  assert.deepEqual(failure(stranger), {
    code: 'invalid_credentials',
    status: 400,
    name: 'AuthApiError',
  })
})

point(15, 'refresh_and_another_tab', async () => {
  const { auth, session, id } = await signedIn()
  const refreshed = await auth.refreshSession()
  assert.notEqual(refreshed.data.session.refresh_token, session.refresh_token)
  const { access_token, refresh_token } = refreshed.data.session
  const adopted = await connected(given.anonKey).auth.setSession({ access_token, refresh_token })
  assert.equal(adopted.data.user.id, id)
})

point(15, 'pkce', async () => {
  const { email, id } = await person()
  const auth = { persistSession: true, storage: memory(), flowType: 'pkce' }
  const browser = connected(given.anonKey, { auth })
  const asked = await browser.auth.resetPasswordForEmail(email, {
    redirectTo: `${given.url}/reset-password`,
  })
  assert.equal(asked.error, null)
  const landed = await fetch((await mailTo(email)).links[0], { redirect: 'manual' })
  const address = new URL(landed.headers.get('location'))
  assert.equal(address.pathname, '/reset-password')
  const code = address.searchParams.get('code')
  const thief = connected(given.anonKey, { auth: { ...auth, storage: memory() } })
  assert.notEqual((await thief.auth.exchangeCodeForSession(code)).error, null)
  assert.equal((await browser.auth.exchangeCodeForSession(code)).data.user.id, id)
  const changed = await browser.auth.updateUser({ password: 'battery staple' })
  assert.equal(changed.error, null)
})

point(16, 'sign_up', async () => {
  const email = newcomer()
  const refused = await connected(given.anonKey).auth.signUp({ email, password })
  assert.deepEqual(failure(refused), {
    code: 'signup_disabled',
    status: 422,
    name: 'AuthApiError',
  })
  const open = connected(given.anonKey, { url: given.openUrl }).auth
  const made = await open.signUp({ email, password, options: { data: { full_name: 'Ada' } } })
  assert.equal(made.data.session.user.email, email)
  assert.equal(made.data.user.user_metadata.full_name, 'Ada')
  assert.equal((await open.signUp({ email, password })).error.code, 'user_already_exists')
})

point(16, 'user', async () => {
  const { auth, email } = await signedIn()
  const { data } = await auth.getUser()
  assert.equal(data.user.email, email)
  assert.deepEqual(
    data.user.identities.map(({ provider }) => provider),
    ['email'],
  )
  const changed = await auth.updateUser({ data: { theme: 'dark' }, password: 'battery staple' })
  assert.equal(changed.data.user.user_metadata.theme, 'dark')
  assert.equal((await auth.signInWithPassword({ email, password: 'battery staple' })).error, null)
})

point(16, 'sign_out', async () => {
  const { auth, email, session } = await signedIn()
  const other = connected(given.anonKey).auth
  const others = (await other.signInWithPassword({ email, password })).data.session
  assert.equal((await auth.signOut({ scope: 'others' })).error, null)
  const dead = await raw('/user', {
    headers: { ...versioned, Authorization: `Bearer ${others.access_token}` },
  })
  assert.deepEqual([dead.status, (await dead.json()).code], [403, 'session_not_found'])
  assert.equal((await other.getUser(others.access_token)).error.name, 'AuthSessionMissingError')
  assert.equal((await auth.getUser()).error, null)
  const third = (await other.signInWithPassword({ email, password })).data.session
  assert.equal((await auth.signOut({ scope: 'local' })).error, null)
  assert.equal((await other.getUser(third.access_token)).error, null)
  assert.notEqual((await other.getUser(session.access_token)).error, null)
  const answer = await raw('/logout?scope=global', {
    method: 'POST',
    headers: { Authorization: `Bearer ${third.access_token}` },
  })
  assert.equal(answer.status, 204)
})

point(17, 'mails_tell_nothing', async () => {
  const { auth } = connected(given.anonKey)
  for (const email of [newcomer(), (await person()).email]) {
    assert.equal((await auth.resetPasswordForEmail(email)).error, null)
  }
  for (const path of ['/recover', '/otp', '/resend']) {
    const answer = await raw(path, {
      body: { email: newcomer(), create_user: false, type: 'signup' },
    })
    assert.deepEqual([answer.status, await answer.json()], [200, {}], path)
  }
})

point(17, 'a_code_signs_in', async () => {
  const { email, id } = await person()
  const { auth } = connected(given.anonKey)
  assert.equal(
    (await auth.signInWithOtp({ email, options: { shouldCreateUser: false } })).error,
    null,
  )
  const [, token] = (await mailTo(email)).text.match(/code: (\d{6})/)
  const wrong = await auth.verifyOtp({ email, token: '000000', type: 'email' })
  assert.deepEqual(failure(wrong), { code: 'otp_expired', status: 403, name: 'AuthApiError' })
  assert.equal((await auth.verifyOtp({ email, token, type: 'email' })).data.user.id, id)
  assert.equal((await auth.verifyOtp({ email, token, type: 'email' })).error.status, 403)
})

point(17, 'a_link_leads_only_where_it_may', async () => {
  const { email, id } = await person()
  const link = async (redirectTo) => {
    const made = await admin.generateLink({ type: 'magiclink', email, options: { redirectTo } })
    const landed = await fetch(made.data.properties.action_link, { redirect: 'manual' })
    assert.equal(landed.status, 303)
    return new URL(landed.headers.get('location'))
  }
  const good = await link(`${given.url}/welcome`)
  assert.equal(good.pathname, '/welcome')
  const fragment = new URLSearchParams(good.hash.slice(1))
  const opened = await connected(given.anonKey).auth.getUser(fragment.get('access_token'))
  assert.equal(opened.data.user.id, id)
  assert.equal((await link('https://elsewhere.example/')).origin, given.url)
  const { data } = await admin.generateLink({ type: 'recovery', email })
  const token_hash = data.properties.hashed_token
  const { auth } = connected(given.anonKey)
  assert.equal((await auth.verifyOtp({ type: 'recovery', token_hash })).data.user.id, id)
})

await run()

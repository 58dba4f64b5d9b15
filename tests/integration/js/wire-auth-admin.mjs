// Points 18 to 22 of the protocol: administration, further factors, limits and tokens.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import {
  admin,
  failure,
  mailTo,
  newcomer,
  person,
  raw,
  service,
  signedIn,
  versioned,
} from './people.mjs'
import { connected, given, memory, point, run } from './points.mjs'

const { password } = given

const refresh = async (token) => {
  const body = { refresh_token: token }
  const answer = await raw('/token?grant_type=refresh_token', { body, headers: versioned })
  return { status: answer.status, ...(await answer.json()) }
}

function authenticator(secret) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)))
  const digest = createHmac('sha1', key).update(step).digest()
  const number = digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff
  return String(number % 1e6).padStart(6, '0')
}

point(18, 'users', async () => {
  const { id, email } = await person()
  const page = await admin.listUsers({ page: 1, perPage: 1 })
  assert.equal(page.data.users.length, 1)
  assert.equal(page.data.nextPage, 2)
  assert.ok(page.data.total > 1)
  const raised = await admin.updateUserById(id, { app_metadata: { plan: 'gold' } })
  assert.equal(raised.data.user.app_metadata.plan, 'gold')
  assert.equal((await admin.getUserById(id)).data.user.email, email)
  const twice = await admin.createUser({ email, password })
  assert.deepEqual(failure(twice), { code: 'email_exists', status: 422, name: 'AuthApiError' })
  assert.equal((await admin.deleteUser(id)).error, null)
  const gone = await admin.getUserById(id)
  assert.deepEqual(failure(gone), { code: 'user_not_found', status: 404, name: 'AuthApiError' })
})

point(18, 'invitations', async () => {
  const email = newcomer()
  const invited = await admin.inviteUserByEmail(email, { data: { full_name: 'New' } })
  assert.ok(invited.data.user.invited_at)
  // An invitation works for days: it is a long token, and no code.
  const [, token_hash] = (await mailTo(email)).text.match(/token=([^&\s]+)/)
  const accepted = await connected(given.anonKey).auth.verifyOtp({ type: 'invite', token_hash })
  assert.equal(accepted.data.user.user_metadata.full_name, 'New')
})

point(18, 'who_may_administer', async () => {
  const list = async (headers) => {
    const answer = await raw('/admin/users', { headers: { ...versioned, ...headers } })
    return [answer.status, (await answer.json()).code]
  }
  assert.deepEqual(await list({}), [401, 'no_authorization'])
  for (const key of [given.anonKey, given.publishableKey, given.tokens.person]) {
    assert.deepEqual(await list({ Authorization: `Bearer ${key}` }), [403, 'not_admin'])
  }
  for (const key of [given.secretKey, given.tokens.service_role]) {
    assert.equal((await connected(key).auth.admin.listUsers()).error, null)
  }
})

point(19, 'what_is_public', async () => {
  const settings = await (await raw('/settings')).json()
  assert.deepEqual([settings.external.email, settings.disable_signup], [true, true])
  assert.equal((await raw('/health')).status, 200)
  const keys = await raw('/.well-known/jwks.json')
  assert.match(keys.headers.get('cache-control'), /max-age=600/)
  assert.deepEqual(
    (await keys.json()).keys.map(({ kty, d }) => [kty, d]),
    [['EC', undefined]],
  )
  const { auth, email } = await signedIn()
  assert.equal((await auth.getClaims()).data.claims.email, email)
})

point(19, 'second_factor', async () => {
  const { auth } = await signedIn()
  const { data: factor } = await auth.mfa.enroll({ factorType: 'totp', friendlyName: 'app' })
  assert.match(factor.totp.qr_code, /^data:image\/svg\+xml;utf-8,/)
  const wrong = await auth.mfa.challengeAndVerify({ factorId: factor.id, code: '000' })
  assert.deepEqual(failure(wrong), {
    code: 'mfa_verification_failed',
    status: 422,
    name: 'AuthApiError',
  })
  const challenge = await auth.mfa.challenge({ factorId: factor.id })
  const verified = await auth.mfa.verify({
    factorId: factor.id,
    challengeId: challenge.data.id,
    code: authenticator(factor.totp.secret),
  })
  assert.equal(verified.error, null)
  const level = await auth.mfa.getAuthenticatorAssuranceLevel()
  assert.deepEqual([level.data.currentLevel, level.data.nextLevel], ['aal2', 'aal2'])
  assert.equal((await auth.mfa.listFactors()).data.totp.length, 1)
  assert.equal((await auth.mfa.unenroll({ factorId: factor.id })).error, null)
})

point(19, 'another_service', async () => {
  const { error } = await service.auth.admin.createUser({
    email: given.knownElsewhere,
    password,
    email_confirm: true,
  })
  assert.equal(error, null)
  const landing = `${given.serviceUrl}/welcome`
  const options = { redirectTo: landing, skipBrowserRedirect: true }
  // A browser goes from one to the other until the application is reached.
  const follow = async (address) => {
    while (!address.startsWith(landing)) {
      const answer = await fetch(address, { redirect: 'manual' })
      address = answer.headers.get('location')
    }
    return new URL(address)
  }
  const elsewhere = (more) => connected(given.anonKey, { url: given.serviceUrl, auth: more }).auth
  const pkce = elsewhere({ flowType: 'pkce', persistSession: true, storage: memory() })
  const left = await pkce.signInWithOAuth({ provider: 'google', options })
  const back = await follow(left.data.url)
  const exchanged = await pkce.exchangeCodeForSession(back.searchParams.get('code'))
  assert.equal(exchanged.data.user.email, given.knownElsewhere)
  assert.match(exchanged.data.session.provider_token, /^at-/)
  assert.equal((await pkce.getClaims()).data.claims.amr[0].method, 'oauth')
  const implicit = elsewhere({})
  const sent = await implicit.signInWithOAuth({ provider: 'google', options })
  const fragment = new URLSearchParams((await follow(sent.data.url)).hash.slice(1))
  const set = await implicit.setSession({
    access_token: fragment.get('access_token'),
    refresh_token: fragment.get('refresh_token'),
  })
  assert.equal(set.data.user.email, given.knownElsewhere)
  const identities = await pkce.getUserIdentities()
  const google = identities.data.identities.find((one) => one.provider === 'google')
  assert.equal((await pkce.unlinkIdentity(google)).error, null)
  const linking = await pkce.linkIdentity({ provider: 'google', options })
  await follow(linking.data.url)
  const linked = (await pkce.getUserIdentities()).data.identities
  assert.deepEqual(
    linked.map(({ provider }) => provider),
    ['email', 'google'],
  )
})

point(20, 'one_mail_a_minute', async () => {
  const { auth, email } = await signedIn()
  assert.equal((await auth.resetPasswordForEmail(email)).error, null)
  const soon = { code: 'over_email_send_rate_limit', status: 429, name: 'AuthApiError' }
  assert.deepEqual(failure(await auth.signInWithOtp({ email })), soon)
  assert.deepEqual(failure(await auth.reauthenticate()), soon)
  assert.equal((await auth.updateUser({ email: newcomer() })).error, null)
})

point(21, 'claims', async () => {
  const { client, auth, email, id } = await signedIn()
  const { claims } = (await auth.getClaims()).data
  const expected =
    'aal amr app_metadata aud email exp iat is_anonymous iss phone role session_id sub user_metadata'
  assert.deepEqual(Object.keys(claims).sort(), expected.split(' '))
  assert.deepEqual(
    [claims.sub, claims.aud, claims.role, claims.email, claims.aal],
    [id, 'authenticated', 'authenticated', email, 'aal1'],
  )
  assert.equal(claims.amr[0].method, 'password')
  const { data } = await client.schema('api').rpc('who_am_i')
  assert.deepEqual([data.uid, data.auth_role, data.role], [id, 'authenticated', 'authenticated'])
  assert.deepEqual(data.jwt, claims)
})

point(21, 'passwords', async () => {
  const made = (text) =>
    admin.createUser({ email: newcomer(), password: text, email_confirm: true })
  for (const text of ['12345', 'é'.repeat(37)]) {
    assert.notEqual((await made(text)).error, null, text)
  }
  for (const text of ['123456', 'é'.repeat(36)]) {
    const { data, error } = await made(text)
    assert.equal(error, null, text)
    const { email } = data.user
    const { auth } = connected(given.anonKey)
    assert.equal((await auth.signInWithPassword({ email, password: text })).error, null)
  }
})

point(22, 'rotation', async () => {
  const { auth, session, id } = await signedIn()
  const first = session.refresh_token
  const second = (await auth.refreshSession()).data.session.refresh_token
  assert.equal(
    (await service.rpc('let_a_minute_pass', { person: id }).setHeader('Prefer', 'tx=commit')).data,
    2,
  )
  assert.equal((await refresh(first)).refresh_token, second, 'the parent of the active one')
  const third = (await refresh(second)).refresh_token
  assert.equal((await refresh(second)).refresh_token, third, 'within the reuse interval')
  await service.rpc('let_a_minute_pass', { person: id }).setHeader('Prefer', 'tx=commit')
  const stolen = await refresh(first)
  assert.deepEqual([stolen.status, stolen.code], [400, 'refresh_token_already_used'])
  assert.equal((await refresh(third)).status, 400, 'every token of the session is revoked')
})

// The last one: it leaves this address throttled.
point(20, 'too_many_sign_ins', async () => {
  const { auth } = connected(given.anonKey)
  let refused = null
  for (let attempt = 0; attempt < 60 && refused?.status !== 429; attempt++) {
    refused = failure(await auth.signInWithPassword({ email: newcomer(), password }))
  }
  assert.deepEqual(refused, {
    code: 'over_request_rate_limit',
    status: 429,
    name: 'AuthApiError',
  })
})

await run()

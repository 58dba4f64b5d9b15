// One person's whole life with the official JavaScript client; prints what it saw as JSON.
import { createRequire } from 'node:module'

const [webFolder, url, anonKey, serviceRoleKey, email, password] = process.argv.slice(2)
const require = createRequire(`${webFolder}/package.json`)
const { createClient } = require('@supabase/supabase-js')

const options = {
  auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  // Node 20 has no WebSocket of its own; nothing here opens one.
  realtime: { transport: class {} },
}
const client = createClient(url, anonKey, options)
const admin = createClient(url, serviceRoleKey, options).auth.admin

function errorOf({ error }) {
  return error && { code: error.code, status: error.status, name: error.name }
}

const seen = {}
seen.wrongPassword = errorOf(await client.auth.signInWithPassword({ email, password: 'wrong' }))
const signedIn = await client.auth.signInWithPassword({ email, password })
seen.signIn = errorOf(signedIn)
seen.userId = signedIn.data.user?.id
seen.claims = (await client.auth.getClaims()).data?.claims.email
const refreshed = await client.auth.refreshSession()
seen.rotated = refreshed.data.session?.refresh_token !== signedIn.data.session?.refresh_token
seen.user = (await client.auth.getUser()).data.user?.email
seen.updated = (await client.auth.updateUser({ data: { theme: 'dark' } })).data.user?.user_metadata.theme
const weak = await client.auth.updateUser({ password: 'short' })
seen.weak = { ...errorOf(weak), reasons: weak.error?.reasons }
seen.signUp = errorOf(await client.auth.signUp({ email: 'new@example.com', password }))
const factor = await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'app' })
seen.qrCode = factor.data?.totp.qr_code.slice(0, 25)
seen.wrongCode = errorOf(
  await client.auth.mfa.challengeAndVerify({ factorId: factor.data.id, code: '000' }),
)
seen.unenrolled = errorOf(await client.auth.mfa.unenroll({ factorId: factor.data.id }))
const listed = await admin.listUsers({ page: 1, perPage: 1 })
seen.listed = { users: listed.data.users.length, total: listed.data.total, next: listed.data.nextPage }
const link = await admin.generateLink({ type: 'magiclink', email })
const opened = await client.auth.verifyOtp({
  type: 'email',
  token_hash: link.data.properties.hashed_token,
})
seen.opened = opened.data.user?.id
seen.signOut = errorOf(await client.auth.signOut())
seen.dead = errorOf(await client.auth.getUser(opened.data.session.access_token))

// Mail, as the local mailbox keeps it, and a link of the PKCE flow.
async function newestMailTo(address) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(`${url}/mailbox`, { headers: { accept: 'application/json' } })
    const found = (await answer.json()).find((mail) => mail.to === address)
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('no mail came')
}
const kept = new Map()
const storage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
}
const browser = createClient(url, anonKey, {
  ...options,
  auth: { ...options.auth, flowType: 'pkce', persistSession: true, storage },
})
seen.recover = errorOf(
  await browser.auth.resetPasswordForEmail(email, { redirectTo: `${url}/reset-password` }),
)
const [recoveryLink] = (await newestMailTo(email)).links
const landed = await fetch(recoveryLink, { redirect: 'manual' })
const address = new URL(landed.headers.get('location'))
seen.landed = address.pathname
const exchanged = await browser.auth.exchangeCodeForSession(address.searchParams.get('code'))
seen.exchanged = exchanged.data.user?.id
seen.tooSoon = errorOf(await browser.auth.signInWithOtp({ email }))
seen.password = errorOf(await browser.auth.updateUser({ password: 'battery staple' }))
const invited = await createClient(url, serviceRoleKey, options).auth.admin.inviteUserByEmail(
  `invited.${email}`,
  { data: { full_name: 'New' } },
)
seen.invited = errorOf(invited) ?? Boolean(invited.data.user.invited_at)
seen.reauthenticate = errorOf(await browser.auth.reauthenticate())
const change = await browser.auth.updateUser({ email: `changed.${email}` })
seen.change = errorOf(change) ?? change.data.user.new_email
console.log(JSON.stringify(seen))

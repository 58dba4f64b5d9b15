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
console.log(JSON.stringify(seen))

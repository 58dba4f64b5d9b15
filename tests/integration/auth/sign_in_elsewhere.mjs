// Signing in at another service with the official JavaScript client; prints what it saw as JSON.
import { createRequire } from 'node:module'

const [webFolder, url, anonKey, email, password] = process.argv.slice(2)
const require = createRequire(`${webFolder}/package.json`)
const { createClient } = require('@supabase/supabase-js')

const connected = (more) =>
  createClient(url, anonKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false, ...more },
    realtime: { transport: class {} },
  }).auth

// A browser goes from one to the other until the application is reached.
async function follow(address) {
  const landed = `${url}/welcome`
  while (!address.startsWith(landed)) {
    const answer = await fetch(address, { redirect: 'manual' })
    address = answer.headers.get('location')
    if (!address) throw new Error(`${answer.status} ${await answer.text()}`)
  }
  return new URL(address)
}

const provider = 'google'
const options = { redirectTo: `${url}/welcome`, skipBrowserRedirect: true }
const seen = {}

const pkce = connected({ flowType: 'pkce', persistSession: true, storage: memory() })
const left = await pkce.signInWithOAuth({ provider, options })
const back = await follow(left.data.url)
const exchanged = await pkce.exchangeCodeForSession(back.searchParams.get('code'))
seen.exchanged = exchanged.data.user?.email ?? exchanged.error.message
seen.providerToken = exchanged.data.session?.provider_token?.slice(0, 3)
seen.method = (await pkce.getClaims()).data?.claims.amr[0].method

const implicit = connected({})
const landed = await follow((await implicit.signInWithOAuth({ provider, options })).data.url)
const fragment = new URLSearchParams(landed.hash.slice(1))
const set = await implicit.setSession({
  access_token: fragment.get('access_token'),
  refresh_token: fragment.get('refresh_token'),
})
seen.implicit = set.data.user?.email ?? set.error.message

const person = connected({ persistSession: true, storage: memory() })
await person.signInWithPassword({ email, password })
const unlinked = await person.getUserIdentities()
const google = unlinked.data.identities.find((one) => one.provider === provider)
seen.unlinked = (await person.unlinkIdentity(google)).error
const linking = await person.linkIdentity({ provider, options })
await follow(linking.data.url)
seen.linked = (await person.getUserIdentities()).data.identities.map((one) => one.provider)

console.log(JSON.stringify(seen))

function memory() {
  const kept = new Map()
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  }
}

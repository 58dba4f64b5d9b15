// People, as the administrator makes them and as they sign in; and what no client library shows.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { connected, given, memory } from './points.mjs'

export const service = connected(given.serviceRoleKey, { db: { schema: 'api' } })
export const { admin } = service.auth
export const versioned = { 'X-Supabase-Api-Version': '2024-01-01' }

export const newcomer = () => `${randomUUID()}@example.com`

export const failure = ({ error }) =>
  error && { code: error.code, status: error.status, name: error.name }

export async function person() {
  const made = await admin.createUser({
    email: newcomer(),
    password: given.password,
    email_confirm: true,
  })
  assert.equal(made.error, null)
  return made.data.user
}

/** A client that remembers its session, and the person it signed in. */
export async function signedIn(options) {
  const { email, id } = await person()
  const storage = memory()
  const client = connected(given.anonKey, { auth: { persistSession: true, storage }, ...options })
  const { data, error } = await client.auth.signInWithPassword({ email, password: given.password })
  assert.equal(error, null)
  return { client, auth: client.auth, email, id, session: data.session, storage }
}

/** Bodies, headers and redirects. */
export function raw(path, { body, headers, ...options } = {}) {
  return fetch(`${given.url}/auth/v1${path}`, {
    method: body ? 'POST' : 'GET',
    body: body && JSON.stringify(body),
    headers: { apikey: given.anonKey, 'Content-Type': 'application/json', ...headers },
    redirect: 'manual',
    ...options,
  })
}

export async function mailTo(address) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await fetch(`${given.url}/mailbox`, { headers: { accept: 'application/json' } })
    const found = (await answer.json()).find((mail) => mail.to === address)
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`no mail came to ${address}`)
}

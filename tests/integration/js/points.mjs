// Runs the cases of a file one after the other and prints, by name, what went wrong with each.
import http from 'node:http'
import { createRequire } from 'node:module'

export const given = JSON.parse(process.argv[2])
const require = createRequire(`${given.web}/package.json`)
export const { createClient } = require('@supabase/supabase-js')

// Node 20 has no WebSocket of its own, and nothing here listens.
class NoWebSocket {}

/** supabase-js as it comes, without a memory of earlier sessions. */
export function connected(key, { auth, url = given.url, ...options } = {}) {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false, ...auth },
    realtime: { transport: NoWebSocket },
    ...options,
  })
}

/** Where a browser would keep its session. */
export function memory() {
  const kept = new Map()
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
    edit: (change) => {
      for (const [name, text] of kept) kept.set(name, JSON.stringify(change(JSON.parse(text))))
    },
  }
}

/** Between client and server: answers the first requests with `refusals`, hands on the others. */
export async function behindRefusals(refusals, use) {
  const seen = []
  const gate = http.createServer((request, response) => {
    seen.push({ method: request.method, headers: request.headers })
    const refusal = refusals.shift()
    if (refusal) {
      response.writeHead(refusal.status, refusal.headers).end('{}')
      return
    }
    const { host: _, ...headers } = request.headers
    const onward = http.request(
      given.url + request.url,
      { method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers)
        answer.pipe(response)
      },
    )
    request.pipe(onward)
  })
  await new Promise((resolve) => gate.listen(0, '127.0.0.1', resolve))
  try {
    await use(`http://127.0.0.1:${gate.address().port}`, seen)
  } finally {
    gate.closeAllConnections()
    gate.close()
  }
}

const points = []

/** Declare a case of one of the protocol's points. */
export function point(number, name, check) {
  points.push([`point_${String(number).padStart(2, '0')}_${name}`, check])
}

export async function run() {
  const report = {}
  for (const [name, check] of points) {
    try {
      await check()
      report[name] = null
    } catch (error) {
      report[name] = error.stack ?? String(error)
    }
  }
  console.log(JSON.stringify(report))
}

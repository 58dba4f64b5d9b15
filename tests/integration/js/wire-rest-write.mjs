// Points 8 to 13 of the protocol: what is written and called, and how answers look.
import assert from 'node:assert/strict'
import { behindRefusals, connected, given, point, run } from './points.mjs'

const inApi = { db: { schema: 'api' } }
const api = connected(given.serviceRoleKey, inApi)
const person = connected(given.tokens.person, inApi)
const anybody = connected(given.anonKey, inApi)
const publishers = () => api.from('publishers')

/** What a client library does not show: headers. */
function raw(path, { headers, ...options } = {}) {
  return fetch(`${given.url}/rest/v1${path}`, {
    headers: {
      Authorization: `Bearer ${given.serviceRoleKey}`,
      'Accept-Profile': 'api',
      'Content-Profile': 'api',
      'Content-Type': 'application/json',
      ...headers,
    },
    ...options,
  })
}

point(8, 'insert', async () => {
  const quiet = await publishers().insert([
    { id: 8, name: 'A' },
    { id: 9, name: 'B', city: 'C' },
  ])
  assert.deepEqual([quiet.data, quiet.status, quiet.statusText], [null, 201, 'Created'])
  const shown = await publishers().insert({ id: 8, name: 'A' }).select('name').single()
  assert.deepEqual([shown.data, shown.status], [{ name: 'A' }, 201])
  const defaults = await api
    .from('books')
    .insert([{ title: 'X' }, { title: 'Y', price: 1 }], { defaultToNull: false })
    .select('title, price')
  assert.deepEqual(defaults.data, [
    { title: 'X', price: 9.5 },
    { title: 'Y', price: 1 },
  ])
  const nulls = await api
    .from('books')
    .insert([{ title: 'X' }, { title: 'Y', price: 1 }])
    .select('price')
  assert.deepEqual(nulls.data, [{ price: null }, { price: 1 }])
})

point(8, 'upsert', async () => {
  const merged = await publishers().upsert({ id: 1, name: 'North', city: 'Bergen' }).select()
  assert.deepEqual([merged.data, merged.status], [[{ id: 1, name: 'North', city: 'Bergen' }], 200])
  const made = await publishers().upsert([
    { id: 1, name: 'North' },
    { id: 9, name: 'New' },
  ])
  assert.equal(made.status, 201)
  const byName = { onConflict: 'name' }
  const named = await publishers()
    .upsert({ id: 1, name: 'North', city: 'Oslo 2' }, byName)
    .select('city')
  assert.deepEqual(named.data, [{ city: 'Oslo 2' }])
  const ignored = await publishers()
    .upsert({ id: 1, name: 'Other' }, { ignoreDuplicates: true })
    .select()
  assert.deepEqual([ignored.data, ignored.status], [[], 201])
})

point(8, 'update_and_delete', async () => {
  const quiet = await api.from('books').update({ pages: 7 }).eq('id', 1)
  assert.deepEqual([quiet.data, quiet.status, quiet.statusText], [null, 204, 'No Content'])
  const shown = await api
    .from('books')
    .update({ pages: 7 }, { count: 'exact' })
    .lte('id', 2)
    .select('id,pages')
  assert.deepEqual(
    [shown.data, shown.count, shown.status],
    [
      [
        { id: 1, pages: 7 },
        { id: 2, pages: 7 },
      ],
      2,
      200,
    ],
  )
  const gone = await api.from('letters').delete({ count: 'exact' }).lt('id', 3)
  assert.deepEqual([gone.data, gone.count, gone.status], [null, 2, 204])
  const told = await api.from('letters').delete().eq('id', 3).select('body').single()
  assert.deepEqual([told.data, told.status], [{ body: 'To nobody' }, 200])
})

point(8, 'preferences', async () => {
  const many = await api.from('letters').delete().gt('id', 0).maxAffected(1)
  assert.deepEqual([many.status, many.error.code], [400, 'PGRST124'])
  const few = await api.from('letters').delete().eq('id', 1).maxAffected(1)
  assert.deepEqual([few.status, few.error], [204, null])
  const undone = await publishers().insert({ id: 70, name: 'Undone' }).select().rollback()
  assert.equal(undone.status, 201)
  assert.deepEqual((await publishers().select().eq('id', 70)).data, [])
  const kept = await publishers().insert({ id: 71, name: 'Kept' }).setHeader('Prefer', 'tx=commit')
  assert.equal(kept.error, null)
  const removed = await publishers().delete().eq('id', 71).setHeader('Prefer', 'tx=commit').select()
  assert.deepEqual(removed.data, [{ id: 71, name: 'Kept', city: null }])
  const sent = 'return=headers-only, handling=strict, tx=rollback, missing=default'
  const body = JSON.stringify({ id: 72, name: 'X' })
  const answer = await raw('/publishers', { method: 'POST', body, headers: { Prefer: sent } })
  const applied = answer.headers.get('preference-applied').split(', ')
  assert.deepEqual(new Set(applied), new Set(sent.split(', ')))
  assert.equal(answer.headers.get('location'), '/publishers?id=eq.72')
  const wrong = await raw('/publishers', { headers: { Prefer: 'handling=strict, colour=red' } })
  assert.deepEqual([wrong.status, (await wrong.json()).code], [400, 'PGRST122'])
})

point(9, 'functions', async () => {
  assert.equal((await api.rpc('add', { a: 3, b: 4 })).data, 7)
  const read = await api.rpc('add', { a: 3 }, { get: true })
  assert.deepEqual([read.data, read.status], [13, 200])
  const joined = await api.rpc('join_words', { words: ['a b', 'c'] }, { get: true })
  assert.equal(joined.data, 'a b+c')
  assert.equal((await api.rpc('total', { amounts: [1, 2, 3] })).data, 6)
  const head = await api.rpc('all_books', {}, { head: true, count: 'exact' })
  assert.deepEqual([head.data, head.count, head.status], [null, 4, 200])
  const nothing = await api.rpc('nothing')
  assert.deepEqual([nothing.data, nothing.error, nothing.status], [null, null, 204])
  assert.deepEqual((await api.rpc('one_book', { id: 2 }).select('title')).data, {
    title: 'A Loud Hill',
  })
})

point(9, 'functions_that_give_tables', async () => {
  const rows = await api
    .rpc('all_books')
    .select('id, publishers(name)')
    .lt('id', 4)
    .order('id', { ascending: false })
    .range(0, 1)
  assert.deepEqual(rows.data, [
    { id: 3, publishers: { name: 'South' } },
    { id: 2, publishers: { name: 'North' } },
  ])
})

point(9, 'functions_that_cannot_be_called', async () => {
  const unknown = await api.rpc('ad', { a: 1 })
  assert.deepEqual([unknown.status, unknown.error.code], [404, 'PGRST202'])
  const ambiguous = await api.rpc('twice', { v: 1 })
  assert.deepEqual([ambiguous.status, ambiguous.error.code], [300, 'PGRST203'])
  assert.match(ambiguous.error.message, / api.twice\(v => integer\), api.twice\(v => text\), /)
  const writes = await api.rpc('add_author', { id: 9, name: 'Eve' }, { get: true })
  assert.deepEqual([writes.status, writes.error.code], [405, '25006'])
})

point(10, 'errors_have_four_parts', async () => {
  const error = { state: 'P0001', message: 'no', detail: 'why', hint: 'do' }
  const answer = await api.rpc('raise_error', error)
  const { code, details, hint, message } = answer.error
  assert.deepEqual(
    { code, details, hint, message },
    {
      code: 'P0001',
      details: 'why',
      hint: 'do',
      message: 'no',
    },
  )
  const body = JSON.stringify(error)
  const bare = await (await raw('/rpc/raise_error', { method: 'POST', body })).json()
  assert.deepEqual(Object.keys(bare).sort(), ['code', 'details', 'hint', 'message'])
})

point(10, 'sqlstates', async () => {
  const expected = {
    23503: 409,
    23505: 409,
    42501: 403,
    42883: 404,
    '42P01': 404,
    '42P17': 500,
    25006: 405,
    P0001: 400,
    P0002: 500,
    '08006': 503,
    53000: 503,
    53400: 500,
    54000: 500,
    55000: 500,
    57000: 500,
    '57P01': 503,
    57014: 500,
    58000: 500,
    XX000: 500,
    28000: 403,
    '0L000': 403,
    '0P000': 403,
    PT418: 418,
    22000: 400,
  }
  const seen = {}
  for (const state of Object.keys(expected)) {
    seen[state] = (await person.rpc('raise_error', { state, message: 'm' })).status
  }
  assert.deepEqual(seen, expected)
  assert.equal((await anybody.rpc('raise_error', { state: '42501', message: 'm' })).status, 401)
  const twice = await publishers().insert({ id: 1, name: 'Again' })
  assert.deepEqual([twice.status, twice.statusText, twice.error.code], [409, 'Conflict', '23505'])
})

point(11, 'schemas', async () => {
  const archive = api.schema('archive')
  assert.deepEqual((await archive.from('books').select()).data, [{ id: 1, title: 'Old' }])
  const made = await archive.from('books').insert({ id: 2, title: 'Older' }).select()
  assert.deepEqual(made.data, [{ id: 2, title: 'Older' }])
  const unknown = await api.schema('hidden').from('drafts').select()
  assert.deepEqual([unknown.status, unknown.error.code], [406, 'PGRST106'])
  assert.match((await raw('/books')).headers.get('content-profile'), /^api$/)
})

point(12, 'no_more_rows_than_allowed', async () => {
  const { data } = await api.from('shelves').select('id, shelf_books(place)').order('id')
  assert.equal(data.length, given.maxRows)
  assert.deepEqual(
    data.slice(0, 3).map((row) => row.shelf_books.length),
    [10, 10, 0],
  )
  const wanted = await api.from('shelves').select().limit(12)
  assert.equal(wanted.data.length, given.maxRows)
})

point(12, 'a_function_sets_status_and_headers', async () => {
  const teapot = await api.rpc('teapot')
  assert.equal(teapot.status, 418)
  const answer = await raw('/rpc/teapot', { method: 'POST', body: '{}' })
  assert.equal(answer.headers.get('x-pot'), 'brown')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
})

point(13, 'other_forms', async () => {
  assert.equal(
    (await api.from('authors').select('id,name').eq('id', 1).csv()).data,
    'id,name\n1,Ada',
  )
  const bare = await api.from('publishers').select().eq('id', 3).stripNulls()
  assert.deepEqual(bare.data, [{ id: 3, name: 'Idle' }])
  const text = await api.from('books').select().explain({ analyze: true })
  assert.match(text.data, /Aggregate .*actual time/)
  const json = await api.from('books').select().explain({ format: 'json', verbose: true })
  assert.equal(typeof json.data[0].Plan['Total Cost'], 'number')
})

point(13, 'what_a_client_cannot_say', async () => {
  const uploaded = await raw('/publishers?select=name', {
    method: 'POST',
    body: 'id,name\n80,A\n81,"B, C"',
    headers: { 'Content-Type': 'text/csv', Prefer: 'return=representation' },
  })
  assert.deepEqual(await uploaded.json(), [{ name: 'A' }, { name: 'B, C' }])
  const put = await raw('/publishers?id=eq.82', {
    method: 'PUT',
    body: JSON.stringify({ id: 82, name: 'Put' }),
    headers: { Prefer: 'return=representation' },
  })
  assert.equal(put.status, 201)
  const described = await (await raw('/')).json()
  assert.equal(described.swagger, '2.0')
  assert.ok(described.paths['/books'].get)
  const options = await raw('/books', { method: 'OPTIONS' })
  assert.match(options.headers.get('allow'), /GET,HEAD,POST,PUT,PATCH,DELETE/)
})

point(13, 'reads_are_tried_again', async () => {
  const later = { status: 503, headers: { 'Retry-After': '0' } }
  await behindRefusals([later, { status: 520 }], async (url, seen) => {
    const { data, error } = await connected(given.serviceRoleKey, { ...inApi, url })
      .from('books')
      .select('id')
      .eq('id', 1)
    assert.deepEqual([data, error], [[{ id: 1 }], null])
    assert.deepEqual(
      seen.map(({ headers }) => headers['x-retry-count']),
      [undefined, '1', '2'],
    )
  })
  await behindRefusals([later], async (url, seen) => {
    const writer = connected(given.serviceRoleKey, { ...inApi, url })
    const { status } = await writer.from('books').update({ pages: 1 }).eq('id', 1)
    assert.deepEqual([status, seen.length], [503, 1])
  })
})

await run()

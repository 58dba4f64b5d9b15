// Points 1 to 7 of the protocol: who asks, and what is read.
import assert from 'node:assert/strict'
import { connected, given, point, run } from './points.mjs'

const inApi = { db: { schema: 'api' } }
const api = connected(given.serviceRoleKey, inApi)
const books = () => api.from('books')
const whoAmI = async (key) => (await connected(key, inApi).rpc('who_am_i')).data?.role
const refused = async (key) => {
  const { error, status } = await connected(key, inApi).rpc('who_am_i')
  return [status, error?.code, error?.message]
}
const idsOf = async (query) => {
  const { data, error } = await query.order('id')
  assert.equal(error, null)
  return data.map((row) => row.id)
}

point(1, 'every_kind_of_key', async () => {
  assert.equal(await whoAmI(given.anonKey), 'anon')
  assert.equal(await whoAmI(given.tokens.anon), 'anon')
  assert.equal(await whoAmI(given.publishableKey), 'anon')
  assert.equal(await whoAmI('sb_publishable_of_another_project'), 'anon')
  assert.equal(await whoAmI(given.serviceRoleKey), 'service_role')
  assert.equal(await whoAmI(given.tokens.service_role), 'service_role')
  assert.equal(await whoAmI(given.secretKey), 'service_role')
  assert.deepEqual((await refused('sb_secret_of_another_project')).slice(0, 2), [401, 'PGRST301'])
  const keyless = await fetch(`${given.url}/rest/v1/rpc/who_am_i`, {
    headers: { 'Accept-Profile': 'api' },
  })
  assert.equal((await keyless.json()).role, 'anon')
})

point(1, 'a_browser_may_send_its_headers', async () => {
  const names =
    'apikey, authorization, x-client-info, x-retry-count, prefer, accept-profile, content-profile, x-supabase-api-version'
  const asked = await fetch(`${given.url}/rest/v1/books`, {
    method: 'OPTIONS',
    headers: {
      Origin: 'https://app.example.com',
      'Access-Control-Request-Method': 'PATCH',
      'Access-Control-Request-Headers': names,
    },
  })
  assert.equal(asked.status, 200)
  const allowed = asked.headers.get('access-control-allow-headers').toLowerCase()
  for (const name of names.split(', ')) assert.ok(allowed.includes(name), name)
  const headers = { Origin: 'https://app.example.com', 'Accept-Profile': 'api' }
  const read = await fetch(`${given.url}/rest/v1/books`, { headers })
  assert.match(read.headers.get('access-control-expose-headers'), /Content-Range/)
})

point(2, 'a_request_runs_with_its_settings', async () => {
  const person = connected(given.tokens.person, inApi)
  const { data } = await person.rpc('context', {}, { get: true })
  assert.equal(data.role, 'authenticated')
  assert.equal(data.claims.role, 'authenticated')
  assert.equal(data.claims.aud, 'authenticated')
  assert.deepEqual([data.method, data.path], ['GET', '/rpc/context'])
  assert.match(data.headers['x-client-info'], /^supabase-js/)
  assert.match(data.search_path, /^"?api"?, /)
  const posted = await person.rpc('context').setHeader('Cookie', 'a=b; c=d')
  assert.deepEqual([posted.data.method, posted.data.cookies], ['POST', { a: 'b', c: 'd' }])
})

point(2, 'a_token_that_is_not_believed', async () => {
  const { tokens } = given
  assert.deepEqual((await refused('a.b.c')).slice(0, 2), [401, 'PGRST301'])
  assert.deepEqual((await refused(`${tokens.person}x`)).slice(0, 2), [401, 'PGRST301'])
  assert.deepEqual(await refused(tokens.expired), [401, 'PGRST303', 'JWT expired'])
  assert.deepEqual(await refused(tokens.of_others), [401, 'PGRST303', 'JWT not in audience'])
  assert.equal(await whoAmI(tokens.just_expired), 'authenticated')
})

point(2, 'no_anonymous_role', async () => {
  const anybody = connected(given.publishableKey, { url: given.closedUrl })
  const { error, status } = await anybody.from('domains').select()
  assert.deepEqual([status, error.code], [401, 'PGRST302'])
})

point(3, 'columns', async () => {
  const { data } = await books()
    .select(
      'name:title, pages::text, kind:details->format->>kind, size:details->format->sizes->0, slug',
    )
    .eq('id', 1)
  assert.deepEqual(data, [
    { name: 'The Quiet Sea', pages: '320', kind: 'paper', size: 1, slug: 'the-quiet-sea' },
  ])
})

point(3, 'embeds', async () => {
  const { data } = await books()
    .select('id, publishers!inner(name), covers(colour), authors(name), first_author(name)')
    .eq('publishers.name', 'North')
    .order('id')
    .order('name', { referencedTable: 'authors', ascending: false })
  assert.deepEqual(data, [
    {
      id: 1,
      publishers: { name: 'North' },
      covers: { colour: 'blue' },
      authors: [{ name: 'Ben' }, { name: 'Ada' }],
      first_author: { name: 'Ada' },
    },
    {
      id: 2,
      publishers: { name: 'North' },
      covers: null,
      authors: [{ name: 'Ben' }],
      first_author: { name: 'Ben' },
    },
  ])
  const hinted = await api
    .from('letters')
    .select('id, from:authors!sender_id(name), to:authors!letters_receiver_id_fkey(name)')
    .eq('id', 1)
    .single()
  assert.deepEqual(hinted.data, { id: 1, from: { name: 'Ada' }, to: { name: 'Ben' } })
})

point(3, 'spread_and_aggregates', async () => {
  const spread = await books().select('id, ...publishers(house:name)').eq('id', 1)
  assert.deepEqual(spread.data, [{ id: 1, house: 'North' }])
  const summed = await books().select('publisher_id, pages.sum(), count()').order('publisher_id')
  assert.deepEqual(summed.data, [
    { publisher_id: 1, sum: 440, count: 2 },
    { publisher_id: 2, sum: 80, count: 1 },
    { publisher_id: null, sum: null, count: 1 },
  ])
})

point(3, 'what_cannot_be_embedded', async () => {
  const ambiguous = await api.from('letters').select('authors(name)')
  assert.deepEqual([ambiguous.status, ambiguous.error.code], [300, 'PGRST201'])
  assert.equal(ambiguous.error.details.length, 2)
  const unrelated = await books().select('letters(*)')
  assert.deepEqual([unrelated.status, unrelated.error.code], [400, 'PGRST200'])
  const unknown = await api.from('boks').select()
  assert.deepEqual([unknown.status, unknown.statusText], [404, 'Not Found'])
  const { code, details, hint, message } = unknown.error
  assert.deepEqual(
    [code, details, hint, message],
    [
      'PGRST205',
      null,
      "Perhaps you meant the table 'api.books'",
      "Could not find the table 'api.boks' in the schema cache",
    ],
  )
})

point(4, 'filters_compare', async () => {
  const chosen = () => books().select('id')
  const expected = [
    [chosen().eq('title', 'A Loud Hill'), [2]],
    [chosen().neq('pages', 80), [1, 2]],
    [chosen().gt('pages', 80).lt('pages', 320), [2]],
    [chosen().gte('pages', 120).lte('pages', 320), [1, 2]],
    [chosen().like('title', 'The%'), [1]],
    [chosen().ilike('title', 'the%'), [1]],
    [chosen().likeAnyOf('title', ['The%', 'Run%']), [1, 3]],
    [chosen().likeAllOf('title', ['%e%', '%S%']), [1]],
    [chosen().ilikeAnyOf('title', ['the%', 'run%']), [1, 3]],
    [chosen().ilikeAllOf('title', ['%i%', '%q%']), [1]],
    [chosen().regexMatch('title', '^[AR]'), [2, 3]],
    [chosen().regexIMatch('title', '^the'), [1]],
    [chosen().is('pages', null), [4]],
    [chosen().not('pages', 'is', null), [1, 2, 3]],
    [chosen().isDistinct('pages', 80), [1, 2, 4]],
    [chosen().in('id', [2, 3]), [2, 3]],
    [chosen().in('title', ['The Quiet Sea', "Nobody's Book", 'a,b(c)"d"\\e']), [1, 4]],
    [chosen().notIn('id', [2, 3]), [1, 4]],
    [chosen().match({ id: 1, publisher_id: 1 }), [1]],
    [chosen().filter('title', 'not.ilike', '%i%'), [4]],
  ]
  for (const [query, ids] of expected) assert.deepEqual(await idsOf(query), ids, query.url.search)
})

point(4, 'filters_of_sets_ranges_and_text', async () => {
  const chosen = () => books().select('id')
  const expected = [
    [chosen().contains('moods', ['sad']), [2, 4]],
    [chosen().contains('details', { isbn: '111' }), [1]],
    [chosen().containedBy('moods', ['sad', 'tense']), [2, 3, 4]],
    [chosen().overlaps('moods', ['calm', 'sad']), [1, 2, 4]],
    [chosen().rangeLt('lent', '[10,12)'), [1]],
    [chosen().rangeGt('lent', '[1,10)'), [2]],
    [chosen().rangeGte('lent', '[5,6)'), [2]],
    [chosen().rangeLte('lent', '[5,10)'), [1]],
    [chosen().rangeAdjacent('lent', '[20,30)'), [2]],
    [chosen().contains('lent', '[2,3)'), [1]],
    [chosen().textSearch('words', "'quiet' & 'sea'", { config: 'english' }), [1]],
    [chosen().textSearch('words', 'quiet seas', { type: 'plain', config: 'english' }), [1]],
    [chosen().textSearch('words', 'loud hill', { type: 'phrase' }), [2]],
    [
      chosen().textSearch('words', 'river or hill', { type: 'websearch', config: 'english' }),
      [2, 3],
    ],
  ]
  for (const [query, ids] of expected) assert.deepEqual(await idsOf(query), ids, query.url.search)
})

point(4, 'filters_in_groups', async () => {
  const chosen = (columns = 'id') => books().select(columns)
  assert.deepEqual(await idsOf(chosen().or('id.eq.1,and(id.gt.3,pages.is.null)')), [1, 4])
  assert.deepEqual(await idsOf(chosen().or('not.and(id.gte.2,id.lte.4),title.like.A*')), [1, 2])
  const query = chosen('id, authors(name)').or('name.eq.Ada,name.eq.Cleo', {
    referencedTable: 'authors',
  })
  const { data } = await query.order('id')
  assert.deepEqual(
    data.map((row) => row.authors.map(({ name }) => name)),
    [['Ada'], [], ['Cleo'], []],
  )
})

point(5, 'order_and_range', async () => {
  const ordered = await books().select('id').order('pages', { ascending: false, nullsFirst: false })
  assert.deepEqual(
    ordered.data.map(({ id }) => id),
    [1, 2, 3, 4],
  )
  const first = await books().select('id').order('pages', { nullsFirst: true }).limit(2)
  assert.deepEqual(
    first.data.map(({ id }) => id),
    [4, 3],
  )
  const page = await books().select('id').order('id').range(1, 2)
  assert.deepEqual(page.data, [{ id: 2 }, { id: 3 }])
  const inner = await api
    .from('publishers')
    .select('books(id)')
    .eq('id', 1)
    .order('id', { referencedTable: 'books', ascending: false })
    .limit(1, { referencedTable: 'books' })
    .single()
  assert.deepEqual(inner.data.books, [{ id: 2 }])
  const skipped = await api
    .from('publishers')
    .select('books(id)')
    .eq('id', 1)
    .order('id', { referencedTable: 'books' })
    .range(1, 1, { referencedTable: 'books' })
    .single()
  assert.deepEqual(skipped.data.books, [{ id: 2 }])
  const byHeader = await books().select('id').order('id').setHeader('Range', '2-3')
  assert.deepEqual(byHeader.data, [{ id: 3 }, { id: 4 }])
})

point(6, 'counts', async () => {
  for (const count of ['exact', 'planned', 'estimated']) {
    const counted = await books().select('id', { count }).limit(2)
    assert.deepEqual([counted.count, counted.data.length], [4, 2], count)
    assert.equal(counted.status, 206)
    assert.equal(counted.statusText, 'Partial Content')
  }
  const head = await books().select('*', { count: 'exact', head: true })
  assert.deepEqual([head.data, head.count, head.status, head.error], [null, 4, 200, null])
  const beyond = await books().select('id', { count: 'exact' }).range(10, 12)
  assert.deepEqual([beyond.status, beyond.error.code], [416, 'PGRST103'])
  const headers = { Authorization: `Bearer ${given.secretKey}`, 'Accept-Profile': 'api' }
  const raw = await fetch(`${given.url}/rest/v1/books?limit=2`, {
    headers: { ...headers, Prefer: 'count=exact' },
  })
  assert.equal(raw.headers.get('content-range'), '0-1/4')
})

point(7, 'one_object', async () => {
  const one = await api.from('authors').select('name').eq('id', 1).single()
  assert.deepEqual([one.data, one.status], [{ name: 'Ada' }, 200])
  const several = await books().select().single()
  assert.deepEqual([several.status, several.statusText], [406, 'Not Acceptable'])
  assert.deepEqual(
    [several.error.code, several.error.details],
    ['PGRST116', 'The result contains 4 rows'],
  )
  const none = await books().select().eq('id', 99).maybeSingle()
  assert.deepEqual([none.data, none.error, none.status], [null, null, 200])
  const some = await books().select('id').eq('id', 2).maybeSingle()
  assert.deepEqual(some.data, { id: 2 })
})

await run()

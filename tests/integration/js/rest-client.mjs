// Speaks to the library with supabase-js as it comes; prints what it got as one JSON object.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'package.json'))
const { createClient } = require('@supabase/supabase-js')

// Node 20 has no WebSocket of its own, and nothing here listens.
class NoWebSocket {}

const url = process.argv[2]
const supabase = createClient('http://unused.invalid', 'service_role:js', {
  auth: { persistSession: false, autoRefreshToken: false },
  db: { schema: 'api' },
  realtime: { transport: NoWebSocket },
  global: {
    fetch: (address, options) =>
      fetch(String(address).replace('http://unused.invalid/rest/v1', url), options),
  },
})

const seen = (result, ...names) => Object.fromEntries(names.map((name) => [name, result[name]]))
const books = () => supabase.from('books')
const ids = async (query) => (await query.order('id')).data.map((row) => row.id)

const got = {
  embeds: seen(
    await books()
      .select('id, title, publishers!inner(name)', { count: 'exact' })
      .eq('publishers.name', 'North')
      .gt('pages', 200)
      .order('name', { referencedTable: 'publishers', ascending: false }),
    'data', 'count', 'status', 'statusText',
  ),
  head: seen(await books().select('*', { count: 'exact', head: true }), 'data', 'count', 'status'),
  none: seen(await books().select().eq('id', 99).maybeSingle(), 'data', 'error', 'status'),
  single: seen(await books().select().single(), 'error', 'status', 'statusText'),
  inserted: seen(
    await supabase.from('publishers').insert([{ id: 8, name: 'A' }, { id: 9, name: 'B', city: 'C' }]),
    'data', 'status', 'statusText',
  ),
  upserted: seen(
    await supabase.from('publishers').upsert({ id: 1, name: 'North', city: 'Bergen' }).select(),
    'data', 'status',
  ),
  updated: seen(await books().update({ pages: 7 }).eq('id', 1).select('id,pages'), 'data'),
  deleted: seen(
    await supabase.from('letters').delete({ count: 'exact' }).lt('id', 3),
    'data', 'count', 'status', 'statusText',
  ),
  called: seen(await supabase.rpc('add', { a: 3, b: 4 }), 'data'),
  read: seen(await supabase.rpc('add', { a: 3 }, { get: true }), 'data', 'status'),
  rows: seen(
    await supabase.rpc('all_books').select('id').order('id', { ascending: false }).range(0, 1),
    'data',
  ),
  nothing: seen(await supabase.rpc('nothing'), 'data', 'error', 'status'),
  csv: seen(await supabase.from('authors').select('id,name').eq('id', 1).csv(), 'data'),
  other: seen(await supabase.schema('archive').from('books').select(), 'data'),
  unknown: seen(await supabase.from('boks').select(), 'error'),
  limited: seen(await supabase.from('letters').delete().gt('id', 0).maxAffected(1), 'error'),
  plan: seen(await books().select().explain({ analyze: true }), 'data'),
  filters: [
    await ids(books().select('id').textSearch('words', `'quiet' & 'sea'`, { config: 'english' })),
    await ids(books().select('id').likeAnyOf('title', ['The%', 'Run%'])),
    await ids(books().select('id').contains('moods', ['sad'])),
    await ids(books().select('id').contains('details', { isbn: '111' })),
    await ids(books().select('id').rangeGt('lent', '[1,10)').not('lent', 'is', null)),
    await ids(books().select('id').match({}).in('id', [2, 3])),
    await ids(books().select('id').filter('title', 'ilike', '%i%')),
    await ids(books().select('id').or('id.eq.1,and(id.gt.3,pages.is.null)')),
  ],
}
console.log(JSON.stringify(got))

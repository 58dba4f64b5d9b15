// Fails when a page needs more compressed JavaScript than it may.
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
const ENTRY = 'index.html';
const SHELL = 'src/app/shell/shell.tsx';

// What a browser loads before the page is complete, and how many bytes (gzip) that may be.
const BUDGETS = [
  { page: 'Sign-in', limit: 300_000, modules: [ENTRY, 'src/pages/sign-in/sign-in-page.tsx'] },
  {
    page: 'Dashboard',
    limit: 420_000,
    modules: [
      ENTRY,
      SHELL,
      'src/pages/dashboard/dashboard-page.tsx',
      'src/pages/dashboard/over-time-chart.tsx',
    ],
  },
  {
    page: 'Conversations',
    limit: 420_000,
    modules: [
      ENTRY,
      SHELL,
      'src/pages/conversations/conversations-page.tsx',
      'src/pages/conversations/conversation-panel.tsx',
    ],
  },
  {
    page: 'Topics',
    limit: 425_000,
    modules: [
      ENTRY,
      SHELL,
      'src/pages/topics/topics-page.tsx',
      'src/pages/topics/topic-chart.tsx',
      'src/pages/topics/topic-panel.tsx',
    ],
  },
  {
    page: 'Visitors',
    limit: 420_000,
    modules: [
      ENTRY,
      SHELL,
      'src/pages/visitors/visitors-page.tsx',
      'src/pages/visitors/visitor-panel.tsx',
    ],
  },
  {
    page: 'AI Sections',
    limit: 340_000,
    modules: [
      ENTRY,
      SHELL,
      'src/pages/sections/sections-page.tsx',
      'src/pages/sections/section-page.tsx',
    ],
  },
  {
    page: 'Accounts',
    limit: 420_000,
    modules: [
      ENTRY,
      SHELL,
      'src/pages/accounts/accounts-page.tsx',
      'src/pages/accounts/account-panel.tsx',
    ],
  },
  {
    page: 'Settings',
    limit: 422_000,
    modules: [
      ENTRY,
      SHELL,
      'src/pages/settings/settings-page.tsx',
      'src/pages/settings/configuration-editor.tsx',
    ],
  },
  { page: 'Agents', limit: 420_000, modules: [ENTRY, SHELL, 'src/pages/agents/agents-page.tsx'] },
  {
    page: 'Clients',
    limit: 420_000,
    modules: [
      ENTRY,
      SHELL,
      'src/pages/clients/clients-page.tsx',
      'src/pages/clients/client-panel.tsx',
    ],
  },
];

const manifest = JSON.parse(await readFile(new URL('.vite/manifest.json', DIST), 'utf8'));

function withImports(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  const chunk = manifest[key];
  if (!chunk) throw new Error(`The build has no module ${key}; correct scripts/budget.mjs.`);
  seen.add(key);
  for (const imported of chunk.imports ?? []) withImports(imported, seen);
  return seen;
}

const sizes = new Map();
async function compressedSize(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(await readFile(new URL(file, DIST))).length);
  return sizes.get(file);
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

let exceeded = false;
for (const { page, limit, modules } of BUDGETS) {
  const chunks = new Set(modules.flatMap((module) => [...withImports(module)]));
  const files = new Set([...chunks].map((key) => manifest[key].file));
  let total = 0;
  for (const file of files) if (file.endsWith('.js')) total += await compressedSize(file);
  const over = total > limit;
  exceeded ||= over;
  console.log(`${over ? '✗' : '✓'} ${page}: ${kB(total)} of ${kB(limit)} JavaScript (gzip)`);
}

// What every page of every client loads; the chat only where there is an agent to talk to.
for (const [name, limit] of [
  ['widget/rose.js', 12_000],
  ['widget/chat.js', 12_000],
]) {
  const size = await compressedSize(name);
  const over = size > limit;
  exceeded ||= over;
  console.log(`${over ? '✗' : '✓'} ${name}: ${kB(size)} of ${kB(limit)} JavaScript (gzip)`);
}
if (exceeded) process.exit(1);

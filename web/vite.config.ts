import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `npm run dev` serves the sources and passes everything else on to a running `backoffice serve`.
const backend = process.env.BACKOFFICE_URL ?? 'http://127.0.0.1:54321';
const unusedSupabase = fileURLToPath(new URL('./src/lib/unused-supabase.ts', import.meta.url));
const passedOn = ['/config.json', '/rest', '/auth', '/health'];

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: {
      '@supabase/functions-js': unusedSupabase,
      '@supabase/realtime-js': unusedSupabase,
      '@supabase/storage-js': unusedSupabase,
      '@widget': fileURLToPath(new URL('../widget/src', import.meta.url)),
      '@config': fileURLToPath(new URL('../config', import.meta.url)),
      '@': fileURLToPath(new URL('./src', import.meta.url)),
    },
  },
  server: {
    host: '127.0.0.1',
    // The sources, and beside them what sections look like and the definitions of the metrics.
    fs: { allow: ['.', '../config', '../widget'] },
    proxy: Object.fromEntries(passedOn.map((path) => [path, { target: backend }])),
  },
  build: {
    target: 'es2022',
    manifest: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // One file of what most pages share packs better than a hundred small ones.
        codeSplitting: {
          groups: [
            {
              name: 'shared',
              test: /node_modules.(@mantine.(core|hooks)|@floating-ui|clsx|@tabler)|src.(ui|lib|data)./,
              minShareCount: 10,
            },
          ],
        },
      },
    },
  },
  test: {
    restoreMocks: true,
    testTimeout: 60_000,
    // Otherwise one core is left to whoever looks on, which of two is half.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'components',
          // The script of client sites has no packages of its own, so it is tested with the ones here.
          include: ['src/**/*.test.tsx', '../widget/src/**/*.test.ts'],
          environment: 'jsdom',
          setupFiles: ['./vitest.setup.ts'],
        },
      },
      {
        // What shows nothing needs no document, which takes longer to make than most tests.
        extends: true,
        test: {
          name: 'functions',
          include: ['src/**/*.test.ts'],
          environment: 'node',
        },
      },
    ],
  },
});

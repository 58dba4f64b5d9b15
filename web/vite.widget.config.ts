import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Styles are text to a minifier of scripts, so their spaces are taken out here.
const squeezeStyles: Plugin = {
  name: 'squeeze-styles',
  transform(code, id) {
    if (!id.endsWith('-styles.ts')) return undefined;
    return code.replace(/`[^`]*`/g, (styles) =>
      styles
        .replace(/\s+/g, ' ')
        .replace(/ ?([{};,]) ?/g, '$1')
        .replaceAll(': ', ':'),
    );
  },
};

// What client sites load, one file each: the script, and the chat that it imports where there is an agent.
export default defineConfig(({ mode }) => ({
  root: here('../widget'),
  publicDir: false,
  plugins: [squeezeStyles],
  resolve: { alias: { '@widget': here('../widget/src') } },
  build: {
    outDir: here('./dist/widget'),
    emptyOutDir: mode === 'script',
    target: 'es2022',
    modulePreload: false,
    lib: {
      entry: here(mode === 'script' ? '../widget/src/main.ts' : '../widget/src/chat/main.ts'),
      formats: [mode === 'script' ? 'iife' : 'es'],
      name: 'rose',
      fileName: () => (mode === 'script' ? 'rose.js' : 'chat.js'),
    },
    // An ES library keeps its spaces by default, for whoever bundles it; nobody bundles this one.
    minify: true,
    rolldownOptions: { output: { minify: true } },
  },
}));

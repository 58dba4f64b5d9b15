// Prints the TypeScript types of configurations: {slug: JSON Schema} on standard input.
// `make types` calls it by way of `backoffice.stack.config_types`, which prepares the schemas.
import { text } from 'node:stream/consumers';
import { compile } from 'json-schema-to-typescript';

const schemas = JSON.parse(await text(process.stdin));
const parts = [];
for (const [slug, schema] of Object.entries(schemas)) {
  parts.push(
    await compile(schema, slug, {
      bannerComment: '',
      additionalProperties: false,
      ignoreMinAndMaxItems: true,
      style: { singleQuote: true, printWidth: 100 },
    }),
  );
}
const members = Object.entries(schemas).map(([slug, { title }]) => `  ${slug}: ${title};`);
parts.push(
  `/** Every configuration by its slug. */\nexport interface Configs {\n${members.join('\n')}\n}\n`,
);
process.stdout.write(
  `// Written by \`make types\` from config/. Do not edit.\n\n${parts.map((part) => part.trim()).join('\n\n')}\n`,
);

// `npm run corpus`: every dashboard of a folder (CORPUS_DIR) through normalise, interpolate and layout, with a table of
// what came out. Kept apart from the unit tests because the files are not part of the repository.
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['scripts/corpus.ts'], environment: 'node', reporters: ['default'] } });

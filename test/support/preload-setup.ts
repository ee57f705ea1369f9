// As preload.ts, for tests that set up in process.
import './preload.js';
import '../../src/setup/table.js';
import '../../src/setup/folder.js';
import '../../src/setup/bucket.js';
import '../../src/setup/kms-key.js';

// As preload.ts, for tests that set up in process.
import './preload.js';
import '../../src/backends/dynamodb-setup.js';
import '../../src/backends/local-setup.js';
import '../../src/backends/s3-setup.js';
import '../../src/keys/aws-kms-setup.js';

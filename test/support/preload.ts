// Jest's experimental ES modules fail when several dynamic imports link at once, as those of
// connect.ts do; what is loaded already is only looked up. For tests that open a store in process.
import '@aws-sdk/client-dynamodb';
import '@aws-sdk/client-kms';
import '@aws-sdk/client-s3';
import '../../src/aws/client-settings.js';
import '../../src/backends/dynamodb.js';
import '../../src/backends/local.js';
import '../../src/backends/memory.js';
import '../../src/backends/s3.js';
import '../../src/keys/aws-kms.js';
import '../../src/keys/local.js';
import '../../src/keys/passphrase.js';

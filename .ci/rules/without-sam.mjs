/**
 * Compares template.yaml without SAM, as the CDK construct deploys it, with what SAM itself makes of it (JSON, the path is the argument).
 * Ends with 1 if they differ in more than SAM's own tag and its empty destinations.
 */
import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { withoutSam } from '../../runner/deploy/template/without-sam.ts';

const template = parse(readFileSync(join(import.meta.dirname, '../../template.yaml'), 'utf8'));
const ours = withoutSam(template, () => ({ S3Bucket: 'bucket', S3Key: 'key' }));
const sam = JSON.parse(readFileSync(process.argv[2], 'utf8')).Resources;

for (const resource of Object.values(sam)) {
  const { Tags, DestinationConfig, ...properties } = resource.Properties;
  if (resource.Type.startsWith('AWS::Lambda::')) resource.Properties = properties;
}
for (const resource of [...Object.values(ours), ...Object.values(sam)]) delete resource.Metadata;
deepStrictEqual(ours, sam);
process.stdout.write(`${Object.keys(ours).length} resources are those that SAM makes\n`);

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { projectFiles } from '../../../adapters/references/project-files.ts';
import { schemaText } from '../../files/schema-files.ts';
import { EXIT, type Io } from '../../setup/io.ts';

/** State of runs on this machine. */
const STATE_FOLDER = '.coalmine/';

const PROJECT = `project: my-project
environments:
  default:
    region: eu-west-1
env: []                      # environment variables that files may read: [API_URL]
# taps:                      # buses and topics that canaries can wait for
#   - bus: orders
# channels:                  # where notices can be sent
#   team: { slack: "\${secret:canary/slack#url}" }
`;

const FIRST = `# yaml-language-server: $schema=./canary.schema.json
canary: site-is-up
description: The site answers, quickly, with a certificate that lasts.
owner: my-team

vars:
  site: https://example.com

steps:
  - name: The home page answers
    http: GET \${site}/
    response:
      status: 200
      time:
        $below: 2s

  - name: The certificate lasts two more weeks
    http: HEAD \${site}/
    response:
      certificate:
        daysLeft:
          $above: 14
`;

/** `coalmine init`: the files of a first canary. It never writes over a file, nor a project into another. */
export function init(io: Io): number {
  const schema = schemaText('canary');
  const project = projectFiles(io.cwd).of('first.canary.yaml')?.path ?? 'coalmine.config.yaml';
  const gitignore = join(dirname(project), '.gitignore'); // the state lies next to the project file
  const files = {
    [project]: PROJECT,
    'canaries/site-is-up.canary.yaml': FIRST,
    'canaries/canary.schema.json': schema,
    [gitignore]: `${STATE_FOLDER}\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    const full = resolve(io.cwd, path);
    const there = existsSync(full);
    io.stdout.write(`${there ? 'kept   ' : 'wrote  '} ${path}\n`);
    if (there) continue;
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text, { flag: 'wx' });
  }
  const ignored = readFileSync(resolve(io.cwd, gitignore), 'utf8').includes(STATE_FOLDER.slice(0, -1));
  if (!ignored)
    io.stdout.write(
      `\nAdd ${STATE_FOLDER} to your ${gitignore}: it holds the state of this machine's runs.\n`,
    );
  io.stdout.write(
    "\nNext: put your site's address into canaries/site-is-up.canary.yaml, then\n\n  npx coalmine run\n",
  );
  return EXIT.good;
}

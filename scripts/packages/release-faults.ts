/** The facts that a release depends on, next to the tarballs. */
export interface ReleaseState {
  /** Version of each package, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
  /** Output of `git status --porcelain`. */
  readonly uncommitted: string;
  /** Tags of the repository. */
  readonly tags: readonly string[];
  /** A rehearsal: the section of the release may still be named `Unreleased`. */
  readonly isDryRun: boolean;
}

/** The reasons why this commit cannot be released; none if it can. */
export function releaseFaults({
  versions,
  changelog,
  uncommitted,
  tags,
  isDryRun,
}: ReleaseState): readonly string[] {
  const [version = ''] = Object.values(versions);
  const faults: string[] = [];
  if (new Set(Object.values(versions)).size > 1)
    faults.push(
      `The packages have different versions: ${Object.entries(versions)
        .map(([name, other]) => `${name} ${other}`)
        .join(', ')}. Give them one, and run 'npm install'.`,
    );
  const section =
    sectionOf(changelog, version) ?? (isDryRun ? sectionOf(changelog, 'Unreleased') : undefined);
  if (section === undefined)
    faults.push(
      `CHANGELOG.md has no section '## ${version} - DATE'. Rename 'Unreleased', or raise the version in both package.json files.`,
    );
  else if (!section.includes('\n- '))
    faults.push(`The section of ${version} in CHANGELOG.md is empty. List its changes.`);
  if (tags.includes(`v${version}`))
    faults.push(
      `Tag v${version} exists: that version is released. Raise the version in both package.json files.`,
    );
  if (uncommitted !== '')
    faults.push(
      `The working tree has changes that are in no commit. Commit them first:\n${uncommitted.trimEnd()}`,
    );
  return faults;
}

/** The text of a section, up to the next; its heading is the name, which a date may follow. */
function sectionOf(changelog: string, name: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  return sections.find((section) => section.startsWith(`${name}\n`) || section.startsWith(`${name} - `));
}

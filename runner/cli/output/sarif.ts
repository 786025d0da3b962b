import type { Diagnostic } from '../../load/index.ts';

/** Facts of a SARIF log that diagnostics do not hold. */
export interface SarifContext {
  /** The version of Coalmine. */
  readonly version: string;
  /** The path of a file from the root of the repository, with slashes. */
  pathOf(file: string): string;
}

/** Diagnostics as a log in SARIF 2.1.0, an OASIS standard for results of checks of source files. Columns count UTF-16 units. */
export function sarifLog(diagnostics: readonly Diagnostic[], { version, pathOf }: SarifContext) {
  const rules = [...new Set(diagnostics.map(({ rule }) => rule))].toSorted();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Coalmine',
            version,
            rules: rules.map((id) => ({ id, shortDescription: { text: `Coalmine, rule '${id}'` } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map(({ file, line, column, length, severity, rule, message, hint }) => ({
          ruleId: rule,
          ruleIndex: rules.indexOf(rule),
          level: severity,
          message: { text: `${message}: ${hint}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(pathOf(file)), uriBaseId: '%SRCROOT%' },
                region: { startLine: line, startColumn: column, endColumn: column + length },
              },
            },
          ],
        })),
      },
    ],
  };
}

/** A path as a relative reference of RFC 3986; a colon in its first part would be read as the end of a scheme. */
function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

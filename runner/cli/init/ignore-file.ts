/** State of runs on this machine. */
const STATE_FOLDER = '.coalmine/';

/** The text of a new `.gitignore`. */
export const NEW_IGNORE_FILE = `node_modules/\n${STATE_FOLDER}\n`;

/** A `.gitignore` that excludes the state, with its line ends as they are. */
export function ignoringState(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim().replace(/^(\*\*)?\//, ''));
  if (lines.some((line) => line === STATE_FOLDER || line === STATE_FOLDER.slice(0, -1))) return text;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return `${text}${text === '' || text.endsWith('\n') ? '' : eol}${STATE_FOLDER}${eol}`;
}

import { writeSync } from 'node:fs';

// Loaded before a measured script: tells, when it ends, what it used.
process.on('exit', () => {
  writeSync(3, JSON.stringify(process.resourceUsage()));
});

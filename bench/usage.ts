import { writeSync } from 'node:fs';

// Loaded before a measured script: reports its use of resources at its end.
process.on('exit', () => {
  writeSync(3, JSON.stringify(process.resourceUsage()));
});

// One file, since CDK takes seconds to load, and one build of the canaries serves all.
await import('./suites/coalmine-runner.ts');
await import('./suites/network.ts');
await import('./suites/same-stack.ts');
await import('./suites/token-parts.ts');

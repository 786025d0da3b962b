/** Suites that know nothing of two AWSs have the other one here. */
process.env['COALMINE_TEST_AWS'] = 'MiniStack';

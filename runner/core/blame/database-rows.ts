import { type Group, row } from './row.ts';

/** SQLSTATE codes of PostgreSQL, each with a prefix: alone they could be codes of another source. */
export const DATABASE_GROUPS: readonly Group[] = [
  {
    source: 'PostgreSQL, Appendix A, "PostgreSQL Error Codes"',
    rows: [
      row(
        'credentials',
        'SQLSTATE_28000 SQLSTATE_28P01',
        'The database does not accept the user or the password. Correct them.',
      ),
      row('denied', 'SQLSTATE_42501', 'The database user may not read this. Grant it SELECT.'),
      row('missing', 'SQLSTATE_3D000', 'The database does not exist. Check its name.'),
      row('missing', 'SQLSTATE_42P01 SQLSTATE_3F000', 'The table or schema does not exist. Check its name.'),
      row('invalid', 'SQLSTATE_25006', 'The query changes data, and a check only reads. Write a SELECT.'),
      row(
        'invalid',
        'SQLSTATE_42* SQLSTATE_22* SQLSTATE_21* SQLSTATE_0A* SQLSTATE_25* SQLSTATE_2F* SQLSTATE_34* SQLSTATE_38* SQLSTATE_39*',
        'The database does not take the query as it stands. Correct it.',
      ),
      row('unavailable', 'SQLSTATE_57014', 'The query did not end in time, so the database ended it.'),
      row('unavailable', 'SQLSTATE_P0*', 'A function of the database raised an error.'),
      row('unavailable', 'SQLSTATE_*', 'The database could not answer.'),
    ],
  },
];

import { describe, expect, it } from '@jest/globals';
import { queryFaults } from '../../../runner/kinds/sql/query-faults.ts';

const messageOf = (query: string, params: readonly unknown[] = []) =>
  queryFaults({ query, params })[0]?.message;

describe('a query', () => {
  it.each([
    'SELECT 1',
    '  -- a comment\n select 1',
    '(SELECT 1) UNION (SELECT 2);',
    'WITH x AS (SELECT 1) TABLE x',
    'VALUES (1)',
    "SELECT ';' || ';''; SELECT' /* ; a */ || $tag$ ; b $tag$ || E'\\'; c' AS \"; d\"",
    "SELECT '$1', $$ $2 $$ -- $3",
  ])('is taken: %s', (query) => {
    expect(messageOf(query)).toBeUndefined();
  });

  it.each([
    { query: 'DELETE FROM orders', says: "begins with 'DELETE'" },
    { query: '/* SELECT */ update orders SET a = 1', says: "begins with 'update'" },
    { query: '-- SELECT 1', says: 'begins with no word' },
    { query: 'SELECT 1; DROP TABLE orders', says: 'has several statements' },
    { query: "SELECT ''';'; SELECT 2", says: 'has several statements' },
    { query: "SELECT '${id}'", says: 'a value cannot stand in the text of a query' },
    { query: 'SELECT $1', says: 'the query has $1, and params has no value' },
  ])('is refused: $query, since it $says', ({ query, says }) => {
    expect(messageOf(query)).toContain(says);
  });

  it('has a value for each placeholder, and a placeholder for each value', () => {
    expect(messageOf('SELECT $1 = $2 OR $1 = $10', ['a', 'b'])).toBe(
      'the query has $10, and params has only 2',
    );
    expect(messageOf('SELECT $2', ['a', 'b'])).toBe('no $1 stands in the query for value 1 of params');
    expect(messageOf('SELECT $2, $1', ['a', 'b'])).toBeUndefined();
  });
});

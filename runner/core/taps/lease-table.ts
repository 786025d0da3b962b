/** The table in which a project's readers, and its runs with a setup, keep their leases. */
export function leaseTableOf(project: string): string {
  return `coalmine-${project.replace(/[^A-Za-z0-9_.-]/g, '-')}-leases`;
}

/** Actions on the table of leases. A lease is taken by a conditional put, read after a refusal, and deleted. */
const LEASE_ACTIONS = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'] as const;

/** Permissions of a run with a setup, which holds a lease. */
export function leasePermissionsOf(project: string) {
  return LEASE_ACTIONS.map((action) => ({ action, resource: leaseTableOf(project) }));
}

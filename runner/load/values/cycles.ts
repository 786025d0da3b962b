interface Visit<Node> {
  readonly node: Node;
  readonly needs: readonly Node[];
  /** Number of visited nodes. */
  done: number;
}

/**
 * Groups of nodes that all reach one another, each group after those that it needs: most are groups of one. Every node and edge is visited
 * once (Tarjan's algorithm), without recursion.
 */
export function groupsOf<Node>(
  nodes: Iterable<Node>,
  needs: (node: Node) => readonly Node[],
): readonly (readonly Node[])[] {
  const groups: (readonly Node[])[] = [];
  const order = new Map<Node, number>();
  const lowest = new Map<Node, number>();
  const open: Node[] = [];
  const isOpen = new Set<Node>();
  const path: Visit<Node>[] = [];
  const lower = (node: Node, to: number): void => {
    lowest.set(node, Math.min(lowest.get(node) ?? to, to));
  };
  const enter = (node: Node): void => {
    lower(node, order.size);
    order.set(node, order.size);
    open.push(node);
    isOpen.add(node);
    path.push({ node, needs: needs(node), done: 0 });
  };
  const leave = (node: Node): void => {
    path.pop();
    const low = lowest.get(node) as number;
    const parent = path.at(-1);
    if (parent !== undefined) lower(parent.node, low);
    if (low !== order.get(node)) return;
    const group = open.splice(open.lastIndexOf(node));
    for (const member of group) isOpen.delete(member);
    groups.push(group);
  };
  for (const start of nodes) {
    if (!order.has(start)) enter(start);
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const next = visit.needs[visit.done];
      visit.done += 1;
      if (next === undefined) leave(visit.node);
      else if (!order.has(next)) enter(next);
      else if (isOpen.has(next)) lower(visit.node, order.get(next) as number);
    }
  }
  return groups;
}

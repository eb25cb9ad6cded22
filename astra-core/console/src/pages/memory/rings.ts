// Where the neighbours of an entity are drawn: in rings, by how many edges lie between. Pure.

import type { MemoryEdge, MemoryEntity } from "astra-client";

export interface Placed {
  readonly entity: MemoryEntity;
  /** In parts of the drawing's width and height, 0 to 1. */
  readonly x: number;
  readonly y: number;
}

/** Entities that one circle has room for; more stand in two circles, in turns. */
const CIRCLE = 14;

/** The entities in rings. Those that are neighbours of neighbours stand at the side of what they are reached by. */
export function placedIn(entities: readonly MemoryEntity[], edges: readonly MemoryEdge[]): Placed[] {
  const most = entities.reduce((far, { hops }) => Math.max(far, hops), 1);
  const angles = new Map<string, number>();
  const placed: Placed[] = [];
  for (let hops = 0; hops <= most; hops++) {
    const ring = entities.filter((it) => it.hops === hops);
    const wanted = (id: string): number => nearest(id, edges, angles);
    const order = hops === 0 ? ring : ring.toSorted((one, other) => wanted(one.id) - wanted(other.id));
    order.forEach((entity, index) => {
      const angle = ring.length === 1 && hops > 0 ? wanted(entity.id) || 0 : (2 * Math.PI * index) / ring.length;
      angles.set(entity.id, angle);
      const isInner = ring.length > CIRCLE && index % 2 === 1;
      // Several at the start are different entities with one name.
      const radius = hops === 0 ? (ring.length > 1 ? 0.08 : 0) : 0.44 * (hops / most) ** 0.75 - (isInner ? 0.1 / most : 0);
      placed.push({ entity, x: 0.5 + radius * Math.cos(angle), y: 0.5 + radius * Math.sin(angle) });
    });
  }
  return placed;
}

/** The angle of the first neighbour that has a place. */
function nearest(id: string, edges: readonly MemoryEdge[], angles: ReadonlyMap<string, number>): number {
  for (const { from, to } of edges) {
    const other = from === id ? to : to === id ? from : undefined;
    const angle = other === undefined ? undefined : angles.get(other);
    if (angle !== undefined) return angle;
  }
  return 0;
}

/** How many emoji stand side by side. */
export const COLUMNS = 8;

/** A place in the grid: the group, and the number within it. */
export interface Place {
	group: number;
	index: number;
}

/**
 * Where a key leads from a place, in groups of these sizes, each of which begins a line of its own; the same place where it
 * leads nowhere. `null`: up and out of the grid.
 */
export function step(sizes: readonly number[], { group, index }: Place, key: string): Place | null {
	const here = { group, index };
	const size = sizes[group] ?? 0;
	const column = index % COLUMNS;
	switch (key) {
		case "next":
			if (index + 1 < size) return { group, index: index + 1 };
			return sizes[group + 1] ? { group: group + 1, index: 0 } : here;
		case "before":
			if (index > 0) return { group, index: index - 1 };
			return group > 0 ? { group: group - 1, index: (sizes[group - 1] ?? 1) - 1 } : here;
		case "down": {
			const lines = Math.ceil(size / COLUMNS);
			if (Math.floor(index / COLUMNS) + 1 < lines)
				return { group, index: Math.min(index + COLUMNS, size - 1) };
			const below = sizes[group + 1];
			return below ? { group: group + 1, index: Math.min(column, below - 1) } : here;
		}
		case "up": {
			if (index >= COLUMNS) return { group, index: index - COLUMNS };
			if (group === 0) return null;
			const above = sizes[group - 1] ?? 1;
			const last = Math.floor((above - 1) / COLUMNS) * COLUMNS;
			return { group: group - 1, index: Math.min(last + column, above - 1) };
		}
		default:
			return here;
	}
}

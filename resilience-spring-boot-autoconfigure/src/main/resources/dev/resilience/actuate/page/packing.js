/** One below the other, each as near to its wish as the others allow. */

/**
 * Neighbours that would overlap are merged into a block, which stands where its members want it on average, larger
 * ones counting more, and is merged further while it overlaps the block above.
 *
 * @param {{ wanted: number, size: number }[]} things from top to bottom
 * @param {(above: object, below: object) => number} gap between two things
 * @returns {number[]} the centre of each
 */
export function pack(things, gap) {
	const blocks = [];
	for (const thing of things) {
		let block = { members: [{ thing, offset: 0 }], weight: thing.size + 1, moment: (thing.size + 1) * thing.wanted };
		while (blocks.length && distance(blocks.at(-1), block) < least(blocks.at(-1), block, gap)) {
			const above = blocks.pop();
			block = merge(above, block, least(above, block, gap));
		}
		blocks.push(block);
	}
	return blocks.flatMap((block) => block.members.map(({ offset }) => top(block) + offset));
}

/** The centre of the first member. */
function top({ moment, weight }) {
	return moment / weight;
}

function distance(above, below) {
	return top(below) - top(above) - above.members.at(-1).offset;
}

/** Between the centres of the last member above and the first one below. */
function least(above, below, gap) {
	const [last, first] = [above.members.at(-1).thing, below.members[0].thing];
	return last.size / 2 + gap(last, first) + first.size / 2;
}

function merge(above, below, between) {
	const shift = above.members.at(-1).offset + between;
	return {
		members: [...above.members, ...below.members.map(({ thing, offset }) => ({ thing, offset: offset + shift }))],
		weight: above.weight + below.weight,
		moment: above.moment + below.moment - below.weight * shift,
	};
}

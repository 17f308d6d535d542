import { cx } from "./cx";

const SIZES = { s: "size-8 text-xs", m: "size-12 text-base", l: "size-20 text-xl" };

/** Initials on a hue that stays with the person. Decorative: the name always stands beside it. */
export function Avatar({
	id,
	name,
	size = "m",
	online,
}: {
	id: string;
	name: string;
	size?: keyof typeof SIZES;
	online?: boolean;
}) {
	return (
		<span aria-hidden="true" className="relative inline-flex shrink-0">
			<span
				className={cx(
					"inline-flex items-center justify-center rounded-full font-semibold select-none",
					SIZES[size],
					`hue-${hueOf(id)}`,
				)}
			>
				{initials(name)}
			</span>
			{online && (
				<span
					data-online=""
					className="absolute end-0 bottom-0 size-3 rounded-full border-2 border-surface bg-accent"
				/>
			)}
		</span>
	);
}

export function initials(name: string): string {
	const words = name.trim().split(/\s+/).filter(Boolean);
	const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
	return picked.map((word) => [...(word ?? "")][0]?.toUpperCase() ?? "").join("") || "?";
}

function hueOf(id: string): number {
	let sum = 0;
	for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
	return sum % 6;
}

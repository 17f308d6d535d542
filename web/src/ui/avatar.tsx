import { useState } from "react";
import type { Picture } from "@/sdk";
import { cx } from "./cx";
import { useAddress } from "./picture";

const SIZES = { s: "size-8 text-xs", m: "size-12 text-base", l: "size-20 text-xl" };

/**
 * A person's picture, or initials on a hue that stays with the person; these also stand there until the picture came, and
 * where it does not come. Decorative: the name always stands beside it.
 */
export function Avatar({
	id,
	name,
	picture,
	size = "m",
	online,
}: {
	id: string;
	name: string;
	picture?: Picture | null;
	size?: keyof typeof SIZES;
	online?: boolean;
}) {
	const address = useAddress(size === "l" ? picture?.large : picture?.small);
	return (
		<span aria-hidden="true" className="relative inline-flex shrink-0">
			<span
				className={cx(
					"relative inline-flex items-center justify-center overflow-hidden rounded-full font-semibold select-none",
					SIZES[size],
					`hue-${hueOf(id)}`,
				)}
			>
				{initials(name)}
				{address && <Shown key={address} address={address} />}
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

/** The picture over the initials; gone again when it cannot be loaded. */
function Shown({ address }: { address: string }) {
	const [failed, setFailed] = useState(false);
	if (failed) return null;
	return (
		<img
			src={address}
			alt=""
			decoding="async"
			draggable={false}
			onError={() => setFailed(true)}
			className="absolute inset-0 size-full object-cover"
		/>
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

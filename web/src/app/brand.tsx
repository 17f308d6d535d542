import { cx } from "@/ui/cx";

/** The sign: two bubbles that overlap. */
export function Brand({ className }: { className?: string }) {
	return (
		<svg viewBox="0 0 32 32" aria-hidden="true" className={cx("size-10", className)}>
			<rect width="32" height="32" rx="9" className="fill-accent" />
			<path
				d="M7 12.500A4.500 4.500 0 0 1 11.500 8h4.800a4.500 4.500 0 0 1 4.500 4.500v1.200h-3.300a5.300 5.300 0 0 0-5.300 5.300v.4L9.600 21.200V17A4.500 4.500 0 0 1 7 12.500z"
				className="fill-on-accent"
			/>
			<path
				d="M13.800 19a3.700 3.700 0 0 1 3.700-3.700h4A3.700 3.700 0 0 1 25.200 19c0 1.500-.9 2.800-2.200 3.400V26l-3.300-3.300h-2.200a3.700 3.700 0 0 1-3.700-3.700z"
				className="fill-accent-soft"
			/>
		</svg>
	);
}

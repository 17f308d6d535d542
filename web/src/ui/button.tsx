import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cx } from "./cx";

type Look = "primary" | "plain" | "quiet" | "danger";

const LOOKS: Record<Look, string> = {
	primary: "bg-accent text-on-accent hover:bg-accent-strong",
	plain: "border border-edge bg-surface text-ink hover:bg-sunken",
	quiet: "text-ink hover:bg-sunken",
	danger: "border border-edge bg-surface text-danger hover:bg-danger-soft",
};

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
	look?: Look;
	small?: boolean;
	wide?: boolean;
	/** Work is under way: pressing again does nothing, and assistive technology is told. */
	busy?: boolean;
}

export const buttonClass = (look: Look = "plain", small = false, wide = false) =>
	cx(
		"inline-flex items-center justify-center gap-2 rounded-m font-semibold whitespace-nowrap transition-colors duration-100",
		"disabled:bg-sunken disabled:text-muted aria-disabled:opacity-70",
		small ? "min-h-8 px-3 text-sm" : "min-h-10 px-4",
		wide && "w-full",
		LOOKS[look],
	);

export function Button({
	look = "plain",
	small,
	wide,
	busy,
	className,
	children,
	onClick,
	...rest
}: ButtonProps) {
	return (
		<button
			type="button"
			{...rest}
			aria-busy={busy || undefined}
			aria-disabled={busy || undefined}
			onClick={busy ? (event) => event.preventDefault() : onClick}
			className={cx(buttonClass(look, small, wide), className)}
		>
			{busy && <Spinner />}
			{children}
		</button>
	);
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
	label: string;
	children: ReactNode;
}

export function IconButton({ label, children, className, ...rest }: IconButtonProps) {
	return (
		<button
			type="button"
			aria-label={label}
			title={label}
			{...rest}
			className={cx(
				"inline-flex size-10 shrink-0 items-center justify-center rounded-m text-muted transition-colors duration-100",
				"hover:bg-sunken hover:text-ink disabled:opacity-40 disabled:hover:bg-transparent",
				className,
			)}
		>
			{children}
		</button>
	);
}

export function Spinner({ className }: { className?: string }) {
	return (
		<span
			aria-hidden="true"
			className={cx(
				"size-4 animate-spin rounded-full border-2 border-current border-t-transparent opacity-70",
				className,
			)}
		/>
	);
}

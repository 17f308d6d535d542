import { ContextMenu as Context } from "@base-ui/react/context-menu";
import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./cx";
import { usePortal } from "./portal";

/** A button that opens a list of actions. */
export function Menu({
	label,
	icon,
	className,
	children,
	align = "end",
	tabIndex,
}: {
	label: string;
	icon: ReactNode;
	className?: string;
	children: ReactNode;
	align?: "start" | "end";
	tabIndex?: number;
}) {
	return (
		<Base.Root>
			<Base.Trigger
				aria-label={label}
				title={label}
				tabIndex={tabIndex}
				className={cx(
					"inline-flex size-10 shrink-0 items-center justify-center rounded-m text-muted hover:bg-sunken hover:text-ink data-[popup-open]:bg-sunken data-[popup-open]:text-ink",
					className,
				)}
			>
				{icon}
			</Base.Trigger>
			<Base.Portal container={usePortal()}>
				<Base.Positioner align={align} sideOffset={4} className="z-50">
					<Base.Popup className={POPUP}>{children}</Base.Popup>
				</Base.Positioner>
			</Base.Portal>
		</Base.Root>
	);
}

const POPUP =
	"floating min-w-44 rounded-m p-1 transition duration-100 outline-none data-[ending-style]:opacity-0 data-[starting-style]:opacity-0";

/** The same list of actions under the pointer: by a right click, or a long press on touch. */
export function ContextMenu({ target, children }: { target: ReactElement; children: ReactNode }) {
	return (
		<Context.Root>
			<Context.Trigger render={target} />
			<Context.Portal container={usePortal()}>
				<Context.Positioner className="z-50">
					<Context.Popup className={POPUP}>{children}</Context.Popup>
				</Context.Positioner>
			</Context.Portal>
		</Context.Root>
	);
}

export function MenuItem({
	icon,
	danger,
	onSelect,
	children,
}: {
	icon?: ReactNode;
	danger?: boolean;
	onSelect: () => void;
	children: ReactNode;
}) {
	return (
		<Base.Item
			onClick={onSelect}
			className={cx(
				"flex min-h-9 cursor-pointer items-center gap-3 rounded-s px-3 outline-none select-none data-[highlighted]:bg-sunken",
				danger && "text-danger",
			)}
		>
			<span className="flex w-4 justify-center" aria-hidden="true">
				{icon}
			</span>
			{children}
		</Base.Item>
	);
}

export function MenuEmoji({
	name,
	selected,
	onSelect,
	children,
}: {
	name: string;
	selected: boolean;
	onSelect: () => void;
	children: ReactNode;
}) {
	return (
		<Base.Item
			onClick={onSelect}
			aria-label={name}
			className={cx(
				"flex size-9 cursor-pointer items-center justify-center rounded-s text-lg outline-none select-none data-[highlighted]:bg-sunken",
				selected && "bg-accent-soft",
			)}
		>
			{children}
		</Base.Item>
	);
}

export const MenuSeparator = () => <Base.Separator className="my-1 h-px bg-line" />;

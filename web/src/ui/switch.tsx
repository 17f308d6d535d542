import { Switch as Base } from "@base-ui/react/switch";
import { type ReactNode, useId } from "react";

/** A switch that acts at once, with its label and a hint beside it. */
export function Switch({
	label,
	hint,
	checked,
	onChange,
	disabled,
}: {
	label: string;
	hint?: ReactNode;
	checked: boolean;
	onChange: (next: boolean) => void;
	disabled?: boolean;
}) {
	const id = useId();
	return (
		<div className="flex items-center gap-4 py-2">
			<div className="min-w-0 flex-1">
				<div id={id} className="font-medium">
					{label}
				</div>
				{hint && (
					<div id={`${id}-hint`} className="text-sm text-muted">
						{hint}
					</div>
				)}
			</div>
			<Base.Root
				checked={checked}
				onCheckedChange={onChange}
				disabled={disabled}
				aria-labelledby={id}
				aria-describedby={hint ? `${id}-hint` : undefined}
				className="flex h-6 w-10 shrink-0 cursor-pointer items-center rounded-full bg-muted p-0.5 transition-colors duration-150 data-[checked]:bg-accent data-[disabled]:opacity-50"
			>
				<Base.Thumb className="size-5 rounded-full bg-surface transition-transform duration-150 data-[checked]:translate-x-4 rtl:data-[checked]:-translate-x-4" />
			</Base.Root>
		</div>
	);
}

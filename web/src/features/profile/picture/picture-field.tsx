import { ImageUp, Trash2 } from "lucide-react";
import { type DragEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Picture } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Alert } from "@/ui/states";
import { CropDialog } from "./crop-dialog";
import { ACCEPTED, MOST_MEGABYTES } from "./file";
import type { Picturing } from "./use-picture";

/** Whose picture it is. */
interface Pictured {
	id: string;
	name: string;
	avatar?: Picture | null;
}

/** A picture, with the ways to another one: a file chosen or dropped here. It is saved by itself, apart from any form. */
export function PictureField({ label, of, picture }: { label: string; of: Pictured; picture: Picturing }) {
	const { t } = useTranslation();
	const hint = useId();
	const input = useRef<HTMLInputElement>(null);
	const drop = useDrop(picture.choose);
	return (
		<section
			{...drop.handlers}
			aria-label={label}
			className={cx(
				"flex flex-col gap-3 rounded-l border border-dashed p-4",
				drop.over ? "border-accent bg-accent-soft" : "border-edge bg-surface",
			)}
		>
			<div className="flex items-center gap-4">
				<Avatar id={of.id} name={of.name} picture={of.avatar} size="l" />
				<div className="flex min-w-0 flex-1 flex-col gap-2">
					<div className="flex flex-wrap gap-2">
						<Button
							small
							busy={picture.opening}
							aria-describedby={hint}
							onClick={() => input.current?.click()}
						>
							<ImageUp size={16} aria-hidden="true" />
							{of.avatar ? t("picture.change") : t("picture.choose")}
						</Button>
						{of.avatar && (
							<Button
								small
								look="danger"
								busy={picture.remove.isPending}
								onClick={() => picture.remove.mutate()}
							>
								<Trash2 size={16} aria-hidden="true" />
								{t("picture.remove")}
							</Button>
						)}
					</div>
					<p id={hint} className="text-sm text-muted">
						{t("picture.hint", { size: MOST_MEGABYTES })}
					</p>
				</div>
			</div>
			{picture.fault && <Alert>{picture.fault}</Alert>}
			<input
				ref={input}
				type="file"
				accept={ACCEPTED}
				hidden
				onChange={(e) => {
					picture.choose(e.target.files?.[0]);
					// The same file may be chosen again.
					e.target.value = "";
				}}
			/>
			{picture.opened && (
				<CropDialog
					key={picture.opened.url}
					picture={picture.opened}
					busy={picture.save.isPending}
					error={picture.refused}
					onSave={(square) => picture.save.mutate(square)}
					onClose={picture.close}
				/>
			)}
		</section>
	);
}

/** Takes a file that is dropped from another window. */
function useDrop(take: (file: File | undefined) => void) {
	const [over, setOver] = useState(false);
	// A file that falls beside would take the place of the page, and of what was written in it.
	useEffect(() => {
		const stay = (event: Event) => event.preventDefault();
		for (const kind of ["dragover", "drop"]) addEventListener(kind, stay);
		return () => {
			for (const kind of ["dragover", "drop"]) removeEventListener(kind, stay);
		};
	}, []);
	const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
	return {
		over,
		handlers: {
			onDragOver(event: DragEvent) {
				if (!hasFiles(event)) return;
				event.preventDefault();
				setOver(true);
			},
			onDragLeave(event: DragEvent<HTMLElement>) {
				if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
			},
			onDrop(event: DragEvent) {
				if (!hasFiles(event)) return;
				event.preventDefault();
				setOver(false);
				take(event.dataTransfer.files[0]);
			},
		},
	};
}

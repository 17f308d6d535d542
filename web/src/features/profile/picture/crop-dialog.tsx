import { Minus, Plus } from "lucide-react";
import { useCallback, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Alert } from "@/ui/states";
import { middle, mostZoom, type Square, squareOf, type View, zoomed } from "./crop";
import { Cutting } from "./cutting";
import type { Opened } from "./file";
import { type Change, STAGE, useGestures } from "./use-gestures";

/** Where one chooses the square of a picture that others will see. */
export function CropDialog({
	picture,
	busy,
	error,
	onSave,
	onClose,
}: {
	picture: Opened;
	busy: boolean;
	error: string | null;
	onSave: (square: Square) => void;
	onClose: () => void;
}) {
	const { t } = useTranslation();
	const [view, setView] = useState(() => middle(picture));
	const change: Change = useCallback((next) => setView(next), []);
	return (
		<Dialog
			open
			onClose={onClose}
			title={t("picture.cropTitle")}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button look="primary" busy={busy} onClick={() => onSave(squareOf(view, picture))}>
						{t("picture.save")}
					</Button>
				</>
			}
		>
			{error && <Alert>{error}</Alert>}
			<Stage picture={picture} view={view} change={change} />
			<div className="flex items-center gap-4">
				<Cutting url={picture.url} size={picture} view={view} side={48} className="rounded-full" />
				<Cutting url={picture.url} size={picture} view={view} side={32} className="rounded-full" />
				<ZoomSlider picture={picture} view={view} change={change} />
			</div>
		</Dialog>
	);
}

interface Part {
	picture: Opened;
	view: View;
	change: Change;
}

/** The picture under a round opening. It is a control of its own kind: keys move and zoom it, and a hint says so. */
function Stage({ picture, view, change }: Part) {
	const { t } = useTranslation();
	const hint = useId();
	const gestures = useGestures(picture, change);
	return (
		<div className="flex flex-col items-center gap-2 pt-1">
			<div
				{...gestures}
				role="application"
				aria-label={t("picture.stage")}
				aria-describedby={hint}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys, and no element of HTML is such a control.
				tabIndex={0}
				data-crop={JSON.stringify(squareOf(view, picture))}
				className="relative cursor-grab touch-none overflow-hidden rounded-m bg-sunken select-none active:cursor-grabbing"
			>
				<Cutting url={picture.url} size={picture} view={view} side={STAGE} />
				<span className="pointer-events-none absolute inset-0 rounded-full border-2 border-[#fff] shadow-[0_0_0_9999px_rgb(20_18_14/0.55)]" />
			</div>
			<p id={hint} className="text-center text-sm text-muted">
				{t("picture.stageHint")}
			</p>
		</div>
	);
}

function ZoomSlider({ picture, view, change }: Part) {
	const { t } = useTranslation();
	const most = mostZoom(picture);
	return (
		<label className="flex min-w-0 flex-1 items-center gap-2 text-muted">
			<span className="sr-only">{t("picture.zoom")}</span>
			<Minus size={16} className="shrink-0" aria-hidden="true" />
			<input
				type="range"
				min={1}
				max={most}
				step={0.01}
				value={view.zoom}
				disabled={most <= 1}
				aria-valuetext={`${Math.round(view.zoom * 100)} %`}
				onChange={(e) => {
					const zoom = Number(e.target.value);
					change((before) => zoomed(before, picture, zoom));
				}}
				className="h-8 min-w-0 flex-1 accent-(--accent)"
			/>
			<Plus size={16} className="shrink-0" aria-hidden="true" />
		</label>
	);
}

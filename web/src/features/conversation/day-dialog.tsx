import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useSignedIn } from "@/app/hooks";
import type { Room } from "@/sdk";
import { placeOf } from "@/sdk/places";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { toast } from "@/ui/toast";

/** Asks for a day, and goes to where it begins in the conversation. */
export function DayDialog({ room, onClose }: { room: Room; onClose: () => void }) {
	const { t } = useTranslation();
	const { engine } = useSignedIn();
	const [day, setDay] = useState("");
	const go = useMutation({
		mutationFn: () => engine.timelines.jumpToDay(placeOf(room.id), day),
		onSuccess: (there) => {
			if (!there) toast(t("day.none"));
			onClose();
		},
		onError: (cause) => toast(sayError(t, cause)),
	});
	return (
		<Dialog
			open
			onClose={onClose}
			title={t("day.title")}
			actions={
				<Button look="primary" busy={go.isPending} disabled={!day} onClick={() => go.mutate()}>
					{t("day.go")}
				</Button>
			}
		>
			<TextField
				type="date"
				label={t("day.label")}
				value={day}
				max={today()}
				onChange={(e) => setDay(e.target.value)}
			/>
		</Dialog>
	);
}

/** Today by the clock here, as the control writes days. */
function today(now = new Date()): string {
	const two = (n: number) => String(n).padStart(2, "0");
	return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Notify, QuietHours, Settings } from "@/sdk";
import { SelectField, TextField } from "@/ui/field";
import { Switch } from "@/ui/switch";
import { CHOICES } from "./choices";
import { askPermission, permission, setDevice, useDevice } from "./device";

const NIGHT = { from: "22:00", to: "07:00" };
const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Of what one is told everywhere, when of nothing, and what this browser shows. */
export function NotifySettings({
	settings,
	onChange,
}: {
	settings: Settings;
	onChange: (patch: Partial<Settings>) => void;
}) {
	const { t } = useTranslation();
	const { quiet_hours } = settings;
	return (
		<>
			<SelectField
				label={t("notify.general")}
				hint={t("notify.generalHint")}
				value={settings.notify}
				onChange={(e) => onChange({ notify: e.target.value as Notify })}
			>
				{CHOICES.map((choice) => (
					<option key={choice} value={choice}>
						{t(`notify.choice.${choice}`)}
					</option>
				))}
			</SelectField>
			<div className="mt-2">
				<Switch
					label={t("notify.quiet")}
					hint={t("notify.quietHint")}
					checked={quiet_hours !== null}
					onChange={(on) => onChange({ quiet_hours: on ? { ...NIGHT, time_zone: here() } : null })}
				/>
			</div>
			{quiet_hours && (
				<Hours
					key={`${quiet_hours.from}${quiet_hours.to}`}
					hours={quiet_hours}
					onChange={(times) => onChange({ quiet_hours: { ...times, time_zone: here() } })}
				/>
			)}
			<ThisBrowser />
		</>
	);
}

/** The two times; they are kept when one leaves a field, and only while they differ. */
function Hours({
	hours,
	onChange,
}: {
	hours: QuietHours;
	onChange: (times: Pick<QuietHours, "from" | "to">) => void;
}) {
	const { t } = useTranslation();
	const [times, setTimes] = useState({ from: hours.from, to: hours.to });
	const same = times.from === times.to;
	const whole = times.from !== "" && times.to !== "";
	const changed = times.from !== hours.from || times.to !== hours.to;
	return (
		<div className="grid grid-cols-2 gap-4 pb-2">
			{(["from", "to"] as const).map((edge) => (
				<TextField
					key={edge}
					type="time"
					required
					label={t(`notify.${edge}`)}
					value={times[edge]}
					error={edge === "to" && same ? t("notify.sameTime") : null}
					onChange={(e) => setTimes({ ...times, [edge]: e.target.value })}
					onBlur={() => whole && !same && changed && onChange(times)}
				/>
			))}
			<p className="col-span-2 text-sm text-muted">{t("notify.zone", { zone: hours.time_zone })}</p>
		</div>
	);
}

/** What is shown by this browser: only after its own question was answered with yes. */
function ThisBrowser() {
	const { t } = useTranslation();
	const device = useDevice();
	const [may, setMay] = useState(permission);
	async function turn(on: boolean) {
		if (!on) return setDevice({ on });
		setDevice({ on: await askPermission() });
		setMay(permission());
	}
	const on = device.on && may === "granted";
	const hint = may === "denied" ? "notify.denied" : may === "absent" ? "notify.absent" : "notify.browserHint";
	return (
		<>
			<Switch
				label={t("notify.browser")}
				hint={t(hint)}
				checked={on}
				disabled={may === "absent" || may === "denied"}
				onChange={(next) => void turn(next)}
			/>
			{on && (
				<Switch
					label={t("notify.words")}
					hint={t("notify.wordsHint")}
					checked={device.words}
					onChange={(words) => setDevice({ words })}
				/>
			)}
		</>
	);
}

import { useTranslation } from "react-i18next";
import { LEVELS, type Level, type Room } from "@/sdk";
import { SelectField } from "@/ui/field";
import { Switch } from "@/ui/switch";
import type { Group } from "../groups/use-group";
import { LanguageOptions } from "./language-options";

/** Who finds the group and how one comes in, for those who lead it. */
export function GroupDoors({ room, group }: { room: Room; group: Group }) {
	const { t } = useTranslation();
	const { mutate, isPending } = group.change;
	return (
		<>
			<Switch
				label={t("doors.public")}
				hint={t("doors.publicHint")}
				checked={room.visibility === "public"}
				disabled={isPending}
				onChange={(on) => mutate({ visibility: on ? "public" : "private" })}
			/>
			{room.visibility === "public" && (
				<div className="mt-2 grid gap-3 md:grid-cols-2">
					<div className="md:col-span-2">
						<SelectField
							label={t("doors.join")}
							value={room.join}
							disabled={isPending}
							onChange={(e) => mutate({ join: e.target.value as Room["join"] })}
						>
							<option value="open">{t("doors.open")}</option>
							<option value="request">{t("doors.request")}</option>
						</SelectField>
					</div>
					<SelectField
						label={t("doors.language")}
						value={room.language ?? ""}
						disabled={isPending}
						onChange={(e) => mutate({ language: e.target.value || null })}
					>
						<option value="">{t("doors.anyLanguage")}</option>
						<LanguageOptions />
					</SelectField>
					<SelectField
						label={t("doors.level")}
						value={room.level ?? ""}
						disabled={isPending}
						onChange={(e) => mutate({ level: (e.target.value as Level) || null })}
					>
						<option value="">{t("doors.anyLevel")}</option>
						{LEVELS.map((level) => (
							<option key={level} value={level}>
								{t(`level.${level}`)}
							</option>
						))}
					</SelectField>
				</div>
			)}
		</>
	);
}

import { Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { listLanguages } from "@/i18n/names";
import { LEVELS, type LearningLanguage, type Level } from "@/sdk";
import { Button, IconButton } from "@/ui/button";
import { FieldGroup, SelectField } from "@/ui/field";

const MOST_NATIVE = 5;
const MOST_LEARNING = 10;

interface Shared<T> {
	value: T[];
	onChange: (value: T[]) => void;
	error?: string | null;
}

/** The languages one speaks from home. */
export function NativeLanguages({ value, onChange, error }: Shared<string>) {
	const { t } = useTranslation();
	return (
		<FieldGroup legend={t("languages.native")} hint={t("languages.nativeHint")} error={error}>
			{value.map((code, i) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; codes may be empty or equal while one chooses.
				<div key={i} className="flex items-center gap-2">
					<LanguageSelect
						label={t("languages.nativeNth", { n: i + 1 })}
						value={code}
						onChange={(next) => onChange(value.with(i, next))}
					/>
					{value.length > 1 && <Remove onClick={() => onChange(value.filter((_, j) => j !== i))} />}
				</div>
			))}
			{value.length < MOST_NATIVE && (
				<Add label={t("languages.addNative")} onClick={() => onChange([...value, ""])} />
			)}
		</FieldGroup>
	);
}

/** The languages one learns, each with its level of the common European framework. */
export function LearningLanguages({ value, onChange, error }: Shared<LearningLanguage>) {
	const { t } = useTranslation();
	const change = (i: number, part: Partial<LearningLanguage>) =>
		onChange(value.map((row, j) => (j === i ? { ...row, ...part } : row)));
	return (
		<FieldGroup legend={t("languages.learning")} hint={t("languages.learningHint")} error={error}>
			{value.map((row, i) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: as above.
				<div key={i} className="flex items-center gap-2">
					<LanguageSelect
						label={t("languages.learningNth", { n: i + 1 })}
						value={row.language}
						onChange={(language) => change(i, { language })}
					/>
					<div className="w-36 shrink-0 sm:w-48">
						<SelectField
							hideLabel
							label={t("languages.levelNth", { n: i + 1 })}
							value={row.level}
							onChange={(e) => change(i, { level: e.target.value as Level })}
						>
							{LEVELS.map((level) => (
								<option key={level} value={level}>
									{t(`level.${level}`)}
								</option>
							))}
						</SelectField>
					</div>
					{value.length > 1 && <Remove onClick={() => onChange(value.filter((_, j) => j !== i))} />}
				</div>
			))}
			{value.length < MOST_LEARNING && (
				<Add
					label={t("languages.addLearning")}
					onClick={() => onChange([...value, { language: "", level: "A1" }])}
				/>
			)}
		</FieldGroup>
	);
}

export function LanguageSelect({
	label,
	value,
	onChange,
}: {
	label: string;
	value: string;
	onChange: (code: string) => void;
}) {
	const { t } = useTranslation();
	const locale = useLocale();
	return (
		<div className="min-w-0 flex-1">
			<SelectField hideLabel label={label} value={value} onChange={(e) => onChange(e.target.value)}>
				<option value="">{t("account.choose")}</option>
				{listLanguages(locale).map(({ code, name }) => (
					<option key={code} value={code}>
						{name}
					</option>
				))}
			</SelectField>
		</div>
	);
}

function Add({ label, onClick }: { label: string; onClick: () => void }) {
	return (
		<Button look="quiet" small className="-ms-2 self-start text-accent" onClick={onClick}>
			<Plus size={16} aria-hidden="true" />
			{label}
		</Button>
	);
}

function Remove({ onClick }: { onClick: () => void }) {
	const { t } = useTranslation();
	return (
		<IconButton label={t("languages.remove")} onClick={onClick}>
			<X size={18} aria-hidden="true" />
		</IconButton>
	);
}

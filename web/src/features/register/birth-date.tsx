import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { plainDigits } from "@/i18n/digits";
import { monthNames } from "@/i18n/time";
import { FieldGroup, SelectField, TextField } from "@/ui/field";

interface Birth {
	day: string;
	month: string;
	year: string;
}

/** Three plain fields, without a hint at any age: nothing suggests which answer is wanted. */
export function BirthDate({
	value,
	onChange,
	error,
}: {
	value: Birth;
	onChange: (value: Birth) => void;
	error?: string | null;
}) {
	const { t } = useTranslation();
	const locale = useLocale();
	const set = (change: Partial<Birth>) => onChange({ ...value, ...change });
	const digits = (text: string, most: number) => plainDigits(text).replace(/\D/g, "").slice(0, most);
	return (
		<FieldGroup legend={t("account.birthDate")} error={error}>
			<div className="grid grid-cols-[1fr_2fr_1.3fr] gap-2">
				<TextField
					label={t("account.day")}
					inputMode="numeric"
					autoComplete="bday-day"
					value={value.day}
					onChange={(e) => set({ day: digits(e.target.value, 2) })}
					aria-invalid={error ? true : undefined}
				/>
				<SelectField
					label={t("account.month")}
					autoComplete="bday-month"
					value={value.month}
					onChange={(e) => set({ month: e.target.value })}
				>
					<option value="">–</option>
					{monthNames(locale).map((name, i) => (
						<option key={name} value={String(i + 1)}>
							{name}
						</option>
					))}
				</SelectField>
				<TextField
					label={t("account.year")}
					inputMode="numeric"
					autoComplete="bday-year"
					value={value.year}
					onChange={(e) => set({ year: digits(e.target.value, 4) })}
				/>
			</div>
		</FieldGroup>
	);
}

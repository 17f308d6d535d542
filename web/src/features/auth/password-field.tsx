import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import { Field } from "@/ui/field";
import { strength } from "./strength";

interface PasswordFieldProps {
	label: string;
	value: string;
	onChange: (value: string) => void;
	error?: string | null;
	/** A new password shows its strength. */
	fresh?: boolean;
	/** The person's own words, which make a password weak. */
	own?: string[];
}

/** A password, hidden until asked. Pasting and password managers work. */
export function PasswordField({ label, value, onChange, error, fresh, own }: PasswordFieldProps) {
	const { t } = useTranslation();
	const [shown, setShown] = useState(false);
	const Icon = shown ? EyeOff : Eye;
	return (
		<Field label={label} error={error} hint={fresh ? <StrengthHint password={value} own={own} /> : undefined}>
			{(props) => (
				<div dir="ltr" className="relative">
					<input
						{...props}
						type={shown ? "text" : "password"}
						value={value}
						onChange={(e) => onChange(e.target.value)}
						autoComplete={fresh ? "new-password" : "current-password"}
						autoCapitalize="none"
						spellCheck={false}
						className="control pe-11"
					/>
					<button
						type="button"
						onClick={() => setShown(!shown)}
						aria-label={shown ? t("password.hide") : t("password.show")}
						className="absolute top-1/2 end-1 flex size-8 -translate-y-1/2 items-center justify-center rounded-s text-muted hover:text-ink"
					>
						<Icon size={18} aria-hidden="true" />
					</button>
				</div>
			)}
		</Field>
	);
}

function StrengthHint({ password, own }: { password: string; own?: string[] }) {
	const { t } = useTranslation();
	const score = strength(password, own);
	return (
		<span className="flex flex-col gap-1.5 pt-1">
			<span aria-hidden="true" className="flex gap-1">
				{[1, 2, 3, 4].map((step) => (
					<span
						key={step}
						className={cx(
							"h-1 flex-1 rounded-full",
							step <= score ? (score < 2 ? "bg-danger" : "bg-accent") : "bg-sunken",
						)}
					/>
				))}
			</span>
			<span>{password ? t(`password.strength${score}`) : t("password.hint")}</span>
		</span>
	);
}

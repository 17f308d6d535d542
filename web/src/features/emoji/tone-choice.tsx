import { useTranslation } from "react-i18next";
import { inTone, TONES, type Tone } from "./emoji";

const HAND = { sign: "✋", toned: true };
const CHOICES = [null, ...TONES] as const;
const NAMES = ["none", "light", "mediumLight", "medium", "mediumDark", "dark"] as const;

/** In which tone hands and people are shown; it stays on this device. */
export function ToneChoice({ tone, onChange }: { tone: Tone | null; onChange: (tone: Tone | null) => void }) {
	const { t } = useTranslation();
	return (
		<fieldset className="flex shrink-0">
			<legend className="sr-only">{t("emoji.tone")}</legend>
			{CHOICES.map((choice, at) => {
				const name = t(`emoji.tones.${NAMES[at]}`);
				return (
					<label
						key={NAMES[at]}
						title={name}
						className="relative flex size-8 items-center justify-center rounded-s text-base leading-none hover:bg-sunken has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
					>
						<input
							type="radio"
							name="tone"
							aria-label={name}
							checked={tone === choice}
							onChange={() => onChange(choice)}
							className="absolute inset-0 cursor-pointer opacity-0"
						/>
						{inTone(HAND, choice)}
					</label>
				);
			})}
		</fieldset>
	);
}

import { LOCALES } from ".";
import { languageName } from "./names";

/** The languages of the app, each under its own name: who cannot read the page still finds theirs. */
export function LocaleOptions() {
	return LOCALES.map((code) => (
		<option key={code} value={code} lang={code}>
			{languageName(code, code)}
		</option>
	));
}

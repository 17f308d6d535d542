/**
 * A light estimate of how hard a password is to guess, for the eye alone; the server decides. Length counts most; repeats,
 * runs, and words that everybody tries count against it.
 */
export type Strength = 0 | 1 | 2 | 3 | 4;

const COMMON =
	/passw|qwert|12345|letmein|admin|welcome|iloveyou|abc123|dragon|monkey|football|chatlink|contrase/i;

export function strength(password: string, own: string[] = []): Strength {
	const length = [...password].length;
	if (length < 10) return length === 0 ? 0 : 1;
	let bits = distinctRuns(password) * Math.log2(alphabet(password));
	if (COMMON.test(password)) bits -= 30;
	for (const word of own) {
		if (word.length > 2 && password.toLowerCase().includes(word.toLowerCase())) bits -= word.length * 4;
	}
	if (bits < 40) return 1;
	if (bits < 55) return 2;
	return bits < 75 ? 3 : 4;
}

/** The length without repeats (`aaaa`) and runs (`abcd`, `4321`). */
function distinctRuns(password: string): number {
	const codes = [...password].map((c) => c.codePointAt(0) ?? 0);
	let counted = 0;
	codes.forEach((code, i) => {
		const step = code - (codes[i - 1] ?? Number.NaN);
		const before = (codes[i - 1] ?? Number.NaN) - (codes[i - 2] ?? Number.NaN);
		counted += step === before && Math.abs(step) <= 1 ? 0.25 : 1;
	});
	return counted;
}

function alphabet(password: string): number {
	let size = 0;
	if (/[a-z]/.test(password)) size += 26;
	if (/[A-Z]/.test(password)) size += 26;
	if (/\d/.test(password)) size += 10;
	if (/[^a-zA-Z\d]/.test(password)) size += 30;
	return Math.max(size, 2);
}

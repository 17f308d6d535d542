/** The zero of each writing whose digits a keyboard may give: Arabic, Persian and Urdu, and the full width of Japan. */
const ZEROS = [0x0660, 0x06f0, 0xff10];

/** Digits as 0 to 9, however they were typed; a full-width plus as well. All else stays. */
export function plainDigits(text: string): string {
	return text
		.replace(/[٠-٩۰-۹０-９]/g, (digit) => {
			const code = digit.charCodeAt(0);
			return String(code - Math.max(...ZEROS.filter((zero) => zero <= code)));
		})
		.replace("＋", "+");
}

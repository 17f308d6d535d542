const LANGUAGES =
	"aa ab af ak am an ar as av ay az ba be bg bm bn bo br bs ca ce ch co cr cs cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi hr ht hu hy id ig is it iu ja jv ka kg ki kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lv mg mh mi mk ml mn mr ms mt my na nb ne nl nn nv ny oc om or os pa pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi wa wo xh yi yo za zh zu".split(
		" ",
	);

const COUNTRIES =
	"AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split(
		" ",
	);

/** The language's name in the reader's language; its code when there is none. */
export const languageName = (code: string, locale: string) => nameOf("language", code, locale);

/** The country's name in the reader's language; its code when there is none. */
export const countryName = (code: string, locale: string) => nameOf("region", code.toUpperCase(), locale);

export interface Named {
	code: string;
	name: string;
}

export const listLanguages = (locale: string): Named[] => sorted(LANGUAGES, locale, languageName);
export const listCountries = (locale: string): Named[] => sorted(COUNTRIES, locale, countryName);

/** A zone's name as people read it: America/New York. */
export const zoneName = (zone: string) => zone.replaceAll("_", " ");

/** The time zones that the browser knows, and these besides. */
export function listZones(besides: string[]): Named[] {
	const zones = new Set([...Intl.supportedValuesOf("timeZone"), ...besides.filter(Boolean)]);
	return [...zones].sort().map((code) => ({ code, name: zoneName(code) }));
}

const known = new Map<string, Intl.DisplayNames>();

function nameOf(type: "language" | "region", code: string, locale: string): string {
	if (!code) return "";
	const key = `${type}.${locale}`;
	const names = known.get(key) ?? new Intl.DisplayNames([locale], { type, fallback: "code" });
	known.set(key, names);
	try {
		return capital(names.of(code) ?? code, locale);
	} catch {
		return code;
	}
}

const capital = (name: string, locale: string) => name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);

function sorted(codes: string[], locale: string, name: (code: string, locale: string) => string): Named[] {
	const { compare } = new Intl.Collator(locale);
	return codes
		.map((code) => ({ code, name: name(code, locale) }))
		.filter((n) => n.name !== n.code)
		.sort((a, b) => compare(a.name, b.name));
}
